"""`handoff topics`: the topics on a Kafka that was not started by `handoff up`."""

from services.cli import surroundings
from services.local.topics import create_topics, wanted


def topics() -> None:
    """Make the topics that are missing; those that exist stay as they are.

    Kafka is where HANDOFF_KAFKA__BOOTSTRAP says; each topic gets
    HANDOFF_PARTITIONS partitions. Ends with 1 if Kafka does not answer, or
    if a topic has another number of partitions.
    """
    settings = surroundings.settings()
    create_topics(settings)
    print(
        f"{len(wanted(settings))} topics with {settings.partitions} partitions each are at"
        f" {settings.kafka.bootstrap}."
    )
