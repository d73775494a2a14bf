"""Kafka's side of the tracker: membership of the group, reading, and how far it has caught up."""
