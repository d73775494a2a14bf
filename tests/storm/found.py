"""What a storm left behind, as plain records: the topics, the tracker's verdicts, its answers."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.shared.clock import Instant

PARTITIONS, SUBJECTS = "partitions", "subjects"


@dataclass(frozen=True, slots=True)
class Logged:
    """A record of a party's topic that is no heartbeat; `digest` is that of its value."""

    topic: str
    partition: int
    offset: int
    arrived_at: Instant
    digest: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter: where the record lay, and why it is dead."""

    topic: str
    partition: int
    offset: int
    reason: str


@dataclass(frozen=True, slots=True)
class Published:
    """A verdict as it lies in the topic; `kind` is a word of the core's."""

    id: str
    kind: str
    agreement: str
    subject: str
    due_by: Instant
    decided_at: Instant
    arrived_at: Instant


@dataclass(frozen=True, slots=True)
class Recorded:
    """A verdict for the record that was to be published."""

    id: str
    kind: str
    agreement: str
    subject: str
    due_by: Instant
    decided_at: Instant


@dataclass(frozen=True, slots=True)
class Stored:
    """A document as a commit left it: how far it had come, which never is less than before.

    Of a partition the positions by topic, of a subject the count of its events.
    """

    what: str
    id: str
    reached: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Found:
    """`counted` are the ids of the events of each subject; `active_from` is that of each set;
    `stored` is in the order in which it was committed.

    `raised_by_replay` are the verdicts, letters and waiting rows that there were more of after all
    events had been written once more.
    """

    log: tuple[Logged, ...]
    letters: tuple[Letter, ...]
    published: tuple[Published, ...]
    recorded: tuple[Recorded, ...]
    counted: Mapping[str, tuple[str, ...]]
    active_from: tuple[Instant, ...]
    stored: tuple[Stored, ...]
    raised_by_replay: Mapping[str, int]
    counters: Mapping[str, int]
    ended: int = 0
    """How often a tracker ended by itself and was started again: fenced, or failed."""
    waiting: tuple[str, ...] = ()
    """What had not come to an end in time."""
