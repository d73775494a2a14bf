"""From a verdict to a person: once, with the reason, and until somebody answers."""
