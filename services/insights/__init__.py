"""Everything that looks back: scorecards, trends, attribution, early warning, capacity."""
