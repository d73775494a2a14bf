"""What goes into a partition and what comes out of it, and whom it needs for that."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from msgspec import Struct

from services.shared.clock import Instant
from services.shared.errors import InvalidEvent
from services.shared.events.envelope import Heartbeat
from services.tracker.core.outcomes import Outcomes
from services.tracker.core.parking import Parked
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Event, Subject
from services.tracker.core.verdicts import Verdict
from services.tracker.tallies import Tallies

if TYPE_CHECKING:
    from services.shared.bus import Received
    from services.shared.outbox import OutboxRow

Row = dict[str, Any]

Entry = tuple[str, bytes]
"""A subject's id, and the subject as `packing` has it."""


class Told(Struct, frozen=True, gc=False):
    """One record as it was read: an event of a subject, a party's heartbeat, or a fault of it.

    `said_at` is the moment that its `source` gave it, whether it is believed or not.
    """

    received: "Received"
    party: str
    said: Event | Heartbeat | InvalidEvent
    subject: str = ""
    source: str = ""
    said_at: Instant = 0


def event_in(told: Told) -> Event:
    """Of what is told of a subject."""
    assert isinstance(told.said, Event), "only events tell of subjects"
    return told.said


def in_own_order(tellings: Sequence[Told]) -> Sequence[Told]:
    """What was read of one subject, topic after topic, in the order in which it happened.

    Where an id comes twice the first one counts: then nothing changes places.
    """
    if len(tellings) == 1 or len({event_in(told).id for told in tellings}) < len(tellings):
        return tellings
    return sorted(tellings, key=lambda told: event_in(told).occurred_at)


@dataclass(frozen=True, slots=True)
class Ownership:
    """One partition as its owner left it; `positions` are offsets to read next, by topic.

    `parked` counts the events of the last days that no agreement was there for; `topic_ids` are
    Kafka's for the topics that the positions are of.
    """

    partition: int
    epoch: int
    seq: int
    positions: Mapping[str, int]
    complete_through: Mapping[str, Instant]
    parked: Parked = ()
    topic_ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Changes:
    """What was folded and concluded since the last commit."""

    subjects: dict[str, Subject] = field(default_factory=dict)
    verdicts: list[tuple[Subject, Verdict]] = field(default_factory=list)
    outgoing: list["OutboxRow"] = field(default_factory=list)
    tallies: Tallies = field(default_factory=Tallies)

    def __bool__(self) -> bool:
        return bool(self.subjects or self.verdicts or self.outgoing)


@dataclass(frozen=True, slots=True)
class Commit:
    """Everything that one commit writes, encoded: what is folded afterwards is not in it.

    `progress` is what the partition's document says from then on. `young` are the subjects that go
    into segments, `documents` those that have a document; what people list of the latter is
    `listed`, and `unlisted` are the ids of what they no longer do. No segment of a commit before
    `young_from` is needed after it.
    """

    progress: Row
    young: Sequence[Entry] = ()
    young_from: int = 0
    documents: Sequence[Row] = ()
    listed: Sequence[Row] = ()
    unlisted: Sequence[str] = ()
    verdicts: Sequence[Verdict] = ()
    outgoing: Sequence["OutboxRow"] = ()
    tallies: Tallies = field(default_factory=Tallies)
    outcomes: Outcomes = field(default_factory=dict)


class OpenSubject(NamedTuple):
    """An open subject as it is stored; nothing of it changes by itself before `look_at`."""

    id: str
    packed: bytes
    look_at: Instant | None


class PartitionStore(Protocol):
    """What a partition needs of a store; `commit` raises Fenced where another owner took over."""

    def open_subjects(self, partition: int) -> Iterable[OpenSubject]:
        """Those with a document."""
        ...

    def young_subjects(self, partition: int, sets: AgreementSets) -> Iterable[Subject]:
        """Those that lie in segments only."""
        ...

    def subjects(self, ids: Sequence[str], sets: AgreementSets) -> Iterable[Subject]: ...

    def parked_subjects(self, partition: int, sets: AgreementSets) -> Iterable[Subject]: ...

    def commit(self, owner: Ownership, commit: Commit) -> Ownership: ...


Announce = Callable[[Subject, Verdict], "OutboxRow"]
Refuse = Callable[["Received", InvalidEvent, Instant], "OutboxRow"]
Learn = Callable[[Sequence[Subject], AgreementSets], None]


@dataclass(frozen=True, slots=True)
class Rules:
    """What is the same for all partitions of a tracker.

    `lateness` names parties that send no heartbeats and how late their events may be, in
    microseconds; `simulated` that heartbeats alone move the clock. `learn` is given the subjects
    that a commit has settled. A subject is `young_for` so many microseconds, unless it settles or
    somebody is told of it before: then it gets a document. One that was not touched for
    `rests_after` microseconds, nor will be looked at within so many, is kept packed.
    """

    partitions: int
    parties: tuple[str, ...]
    lateness: Mapping[str, int]
    simulated: bool
    announce: Announce
    refuse: Refuse
    learn: Learn
    young_for: int
    rests_after: int
