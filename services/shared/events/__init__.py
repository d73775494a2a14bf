"""The language that departments speak: every event as a frozen dataclass, one file a party."""
