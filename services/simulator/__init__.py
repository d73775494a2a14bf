"""A small company that misbehaves on purpose, and importers of real data."""
