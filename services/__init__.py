"""handoff: event-driven services that find a broken promise between departments early."""
