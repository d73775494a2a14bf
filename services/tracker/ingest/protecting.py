"""Why a partition must stand still: going on would skip events or look for subjects where none are.

Pure: what Kafka holds and what is stored are handed in.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from services.tracker.errors import (
    PartitionTorn,
    PositionLost,
    TopicMadeAnew,
    WrongPartitionCount,
)


@dataclass(frozen=True, slots=True)
class Log:
    """A topic as Kafka has it: its id, and of each partition the first offset and the next one."""

    id: str
    starts: Mapping[int, int]
    ends: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a partition's document says to read on: the next offset and the id of each topic.

    A topic stays `lost` once Kafka has refused its position: what lies at that offset later on is
    something else.
    """

    number: int
    epoch: int = 0
    seq: int = 0
    positions: Mapping[str, int] = field(default_factory=dict)
    topic_ids: Mapping[str, str] = field(default_factory=dict)
    lost: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Stop:
    """A topic's partition that is read on from nowhere until a person has decided.

    Kafka has the offsets from `start` to before `end` now, under the topic's `id`.
    """

    topic: str
    number: int
    position: int
    start: int
    end: int
    id: str
    made_anew: bool

    @property
    def position_is_there(self) -> bool:
        """At the end, the next record is to come."""
        return self.start <= self.position <= self.end


def wrong_partition_count(
    logs: Mapping[str, Log], topics: Collection[str], wanted: int
) -> WrongPartitionCount | None:
    """Why no topic may be read; where all have as many as `wanted`, they agree with each other."""
    counts = {topic: len(logs[topic].starts) if topic in logs else 0 for topic in sorted(topics)}
    wrong = {topic: count for topic, count in counts.items() if count != wanted}
    if not wrong:
        return None
    says = " ".join(
        f"Topic {topic} has {count} partitions and HANDOFF_PARTITIONS is {wanted}."
        if count
        else f"Topic {topic} does not exist; it should have {wanted} partitions."
        for topic, count in wrong.items()
    )
    return WrongPartitionCount(
        f"{says} Subjects would be looked for in the wrong partition. {_right_count(counts)}"
        " The partition stands still."
    )


def torn_apart(number: int, ours: Collection[str], topics: Collection[str]) -> PartitionTorn | None:
    """Why partition `number` may not be read where the group gave us only some of its topics."""
    missing = sorted(set(topics) - set(ours))
    if not missing:
        return None
    return PartitionTorn(
        f"Partition {number} is torn apart: the group gave this tracker {', '.join(sorted(ours))},"
        f" but not {', '.join(missing)}. One tracker has to read all topics of a partition, so this"
        " one stands still until the group has shared them out anew. If that lasts, another tracker"
        " of the group has other HANDOFF_PARTIES or another version: make them the same and restart"
        " it."
    )


def stops(stored: Stored, logs: Mapping[str, Log]) -> Iterator[Stop]:
    """The topics of a partition that a person has to decide about, by name."""
    for topic, position in sorted(stored.positions.items()):
        if not (log := logs.get(topic)):
            continue
        made_anew = stored.topic_ids.get(topic, log.id) != log.id
        start, end = log.starts[stored.number], log.ends[stored.number]
        stop = Stop(topic, stored.number, position, start, end, log.id, made_anew)
        if made_anew or topic in stored.lost or not stop.position_is_there:
            yield stop


def why_stopped(stop: Stop) -> PositionLost | TopicMadeAnew:
    """What to say of it, and how to go on."""
    if stop.made_anew:
        standing = "The partition stands still, for events may be missing."
        return TopicMadeAnew(f"{what_happened(stop)} {standing} {_choice(stop)}")
    standing = "The partition stands still, for going on would skip events."
    return PositionLost(f"{what_happened(stop)} {standing} {_choice(stop)}")


def what_happened(stop: Stop) -> str:
    held = f"the offsets from {stop.start} to before {stop.end}"
    if stop.made_anew:
        return (
            f"Topic {stop.topic} was deleted and made anew. Partition {stop.number} was to be read"
            f" on from offset {stop.position} of the old one; the new one holds {held}."
        )
    return (
        f"Kafka held no offset {stop.position} of {stop.topic} partition {stop.number} when it was"
        f" to be read; it holds {held}. Retention passed it, or the log lost its end."
    )


def _choice(stop: Stop) -> str:
    command = f"`handoff tracker resume --partition {stop.number} --from"
    earliest = f"{command} earliest` goes on from offset {stop.start}"
    if not stop.position_is_there:
        return f"Bring back the topic's log, or decide: {earliest}."
    return f"Decide: {earliest}, {command} stored` from offset {stop.position}."


def _right_count(counts: Mapping[str, int]) -> str:
    """The number is for life: a setting can be mended, a topic that holds events cannot."""
    anew = (
        "has to be deleted and made anew by `handoff topics`, and its events are lost with it."
        " Then `handoff tracker resume --from earliest` takes the new one up."
    )
    existing = {count for count in counts.values() if count}
    if not existing:
        return "Make them with `handoff topics`."
    if len(existing) == 1 and all(counts.values()):
        return (
            "The number is for life: if the topics were made with this one, set"
            f" HANDOFF_PARTITIONS={existing.pop()} for all services; a topic that was given more"
            f" later {anew}"
        )
    return (
        "`handoff topics` makes those that are missing; one with another number than the others"
        f" {anew}"
    )
