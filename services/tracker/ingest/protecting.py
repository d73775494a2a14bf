"""Why a partition must stand still: going on would skip events or look for subjects where none are.

Pure: Kafka's answers are handed in.
"""

from collections.abc import Mapping

from services.tracker.errors import PositionLost, WrongPartitionCount


def wrong_partition_count(counts: Mapping[str, int], wanted: int) -> WrongPartitionCount | None:
    """Why no topic may be read, given how many partitions each has; 0 where it is missing.

    Where all have as many as `wanted`, they also agree with each other.
    """
    wrong = {topic: count for topic, count in sorted(counts.items()) if count != wanted}
    if not wrong:
        return None
    says = " ".join(
        f"Topic {topic} has {count} partitions and HANDOFF_PARTITIONS is {wanted}."
        if count
        else f"Topic {topic} does not exist; it should have {wanted} partitions."
        for topic, count in wrong.items()
    )
    return WrongPartitionCount(
        f"{says} Subjects would be looked for in the wrong partition. {_remedy(counts)}"
        " The partition stands still."
    )


def position_lost(
    number: int, positions: Mapping[str, int], starts: Mapping[str, int], ends: Mapping[str, int]
) -> PositionLost | None:
    """Why partition `number` cannot be read on from `positions`, the next offset of each topic.

    Kafka holds the offsets from the start to just before the end; at the end, the next is to come.
    """
    for topic, position in positions.items():
        if not starts[topic] <= position <= ends[topic]:
            held = f", only those from {starts[topic]} to before {ends[topic]}"
            return lost(number, topic, position, held)
    return None


def lost(number: int, topic: str, position: int, held: str = "") -> PositionLost:
    """What to say of a position that Kafka refuses; `held` tells what it has instead."""
    return PositionLost(
        f"Kafka holds no offset {position} of {topic} partition {number}{held}:"
        " the topic was made anew or retention passed it. The partition stands still, for going on"
        f" would skip events: bring back the topic's log, or set positions of document {number} in"
        " tracker.partitions to where to go on, and restart the tracker."
    )


def _remedy(counts: Mapping[str, int]) -> str:
    """The number is for life: a setting can be mended, a topic that holds events cannot."""
    existing = {count for count in counts.values() if count}
    if not existing:
        return "Make them with `handoff topics`."
    if len(existing) == 1 and all(counts.values()):
        return f"The number is for life: set HANDOFF_PARTITIONS={existing.pop()} for all services."
    return (
        "`handoff topics` makes those that are missing; one with another number than the others"
        " has to be deleted and made anew by `handoff topics`, and its events are lost with it."
    )
