"""What the tracker does with a batch of one partition: fold it, let time pass, commit.

It knows neither Kafka nor Mongo: who reads and who stores are handed in.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from services.shared.clock import Instant, to_instant
from services.shared.errors import InvalidEvent
from services.shared.events.envelope import Heartbeat
from services.shared.subjects import partition_of
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Counted, Event, Subject
from services.tracker.core.table import Marks, Table
from services.tracker.core.verdicts import Verdict

if TYPE_CHECKING:
    from services.shared.bus import Received
    from services.shared.outbox import OutboxRow


@dataclass(frozen=True, slots=True)
class Told:
    """One record as it was read: an event of a subject, a party's heartbeat, or a fault of it."""

    received: "Received"
    party: str
    said: Event | Heartbeat | InvalidEvent
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Ownership:
    """One partition as its owner left it; `positions` are offsets to read next, by topic."""

    partition: int
    epoch: int
    seq: int
    positions: Mapping[str, int]
    complete_through: Mapping[str, Instant]


@dataclass(slots=True)
class Changes:
    """Everything that one commit writes beside the partition document."""

    subjects: dict[str, Subject] = field(default_factory=dict)
    verdicts: list[tuple[Subject, Verdict]] = field(default_factory=list)
    outgoing: list["OutboxRow"] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.subjects or self.verdicts or self.outgoing)


class PartitionStore(Protocol):
    """What a partition needs of a store; `commit` raises Fenced where another owner took over."""

    def open_subjects(self, partition: int, sets: AgreementSets) -> Iterable[Subject]: ...

    def subjects(self, ids: Sequence[str], sets: AgreementSets) -> Iterable[Subject]: ...

    def parked_subjects(self, partition: int, sets: AgreementSets) -> Iterable[Subject]: ...

    def commit(self, owner: Ownership, progress: dict[str, Any], changes: Changes) -> Ownership: ...


Announce = Callable[[Subject, Verdict], "OutboxRow"]
Refuse = Callable[["Received", InvalidEvent, Instant], "OutboxRow"]


@dataclass(frozen=True, slots=True)
class Rules:
    """What is the same for all partitions of a tracker.

    `lateness` names parties that send no heartbeats and how late their events may be, in
    microseconds; `simulated` that heartbeats alone move the clock.
    """

    partitions: int
    parties: tuple[str, ...]
    lateness: Mapping[str, int]
    simulated: bool
    announce: Announce
    refuse: Refuse


class Partition:
    """One partition number in this tracker's care."""

    def __init__(
        self,
        owner: Ownership,
        sets: Callable[[], AgreementSets],
        store: PartitionStore,
        rules: Rules,
        now: Instant,
    ) -> None:
        self.owner = owner
        self.positions = dict(owner.positions)
        self.table = Table(sets())
        self._counted: dict[str, int] = {}
        self._sets = sets
        self._store = store
        self._rules = rules
        self._changes = Changes()
        self._visiting: set[str] = set()
        self._astray: set[str] = set()
        self.marks = Marks(
            complete_through=dict(owner.complete_through),
            heard_at=dict.fromkeys(rules.parties, now),
        )
        for subject in store.open_subjects(owner.partition, self.table.sets):
            self.table.put(subject)
        self._take_up_parked(self.clock(now))

    @property
    def number(self) -> int:
        return self.owner.partition

    @property
    def uncommitted(self) -> bool:
        """Whether anything but the position would be lost with this process."""
        return bool(self._changes)

    def clock(self, wall: Instant) -> Instant:
        """The wall's time, or in a simulation the least last heartbeat of all parties."""
        if not self._rules.simulated:
            return wall
        beating = set(self._rules.parties) - set(self._rules.lateness)
        return min((self.marks.complete_through.get(party, 0) for party in beating), default=0)

    def fold(self, batch: Sequence[Told], wall: Instant) -> None:
        """Count each record once; what cannot be counted goes to the dead letters.

        Agreement sets are known before they are active; without them nothing is folded.
        """
        now = self.clock(wall)
        self._know_sets(now)
        self._look_up(batch)
        for told in batch:
            match told.said:
                case Heartbeat(complete_through):
                    self._hear(told.party, to_instant(complete_through), wall)
                case Event() as event:
                    self._apply(told, event, now)
                case InvalidEvent() as fault:
                    self._refuse(told, fault, now)
            self.positions[told.received.topic] = told.received.offset + 1

    def advance(self, wall: Instant, caught_up_at: Instant) -> None:
        """Let time pass: whatever became true by it alone is concluded now."""
        now = self.clock(wall)
        self.marks.caught_up_at = now if self._rules.simulated else caught_up_at
        for party, late in self._rules.lateness.items():
            self._hear(party, now - late, wall)
        if self._rules.simulated:
            self.marks.heard_at = dict.fromkeys(self._rules.parties, now)
        for subject, verdict in self.table.advance(now, self.marks):
            self._changes.subjects[subject.id] = subject
            self._conclude(subject, verdict)

    def commit(self) -> Changes:
        """Store all changes and the position; gives what was written. May be tried again.

        Raises Fenced where another owner took over: then nothing was written.
        """
        changes = self._changes
        progress = {
            "positions": dict(self.positions),
            "complete_through": dict(self.marks.complete_through),
            "heard_at": dict(self.marks.heard_at),
            "caught_up_at": self.marks.caught_up_at,
        }
        self.owner = self._store.commit(self.owner, progress, changes)
        self._changes = Changes()
        for id in self._visiting | changes.subjects.keys():
            if id in self._known and self._known[id].settled:
                self.table.drop(id)
        self._visiting.clear()
        return changes

    def take_counts(self) -> dict[str, int]:
        """How often what happened since the last call: `verdict:warned`, `refused:<reason>`."""
        counted, self._counted = self._counted, {}
        return counted

    def _know_sets(self, now: Instant) -> None:
        """A set that was not known before may have agreements for what is parked."""
        sets = self._sets()
        if sets is not self.table.sets:
            self.table.sets = sets
            self._take_up_parked(now)

    def _take_up_parked(self, now: Instant) -> None:
        """Those that were stored, also by a tracker that knew fewer sets, and those of ours."""
        stored = self._store.parked_subjects(self.number, self.table.sets)
        parked = {subject.id: subject for subject in stored}
        parked |= {id: each for id, each in self._known.items() if id in parked or each.parked}
        for subject in parked.values():
            if subject.id not in self._known:
                self._visiting.add(subject.id)
            verdicts = self.table.take_up(subject, now)
            for _, verdict in verdicts:
                self._conclude(subject, verdict)
            if verdicts or not subject.parked:
                self._changes.subjects[subject.id] = subject

    def _look_up(self, batch: Sequence[Told]) -> None:
        """Subjects that are not in memory may be settled ones: a late duplicate must find them.

        Those of other partitions are not ours to find: what comes of them here is refused.
        """
        unknown = {told.subject for told in batch} - self._known.keys() - {""}
        self._astray = {each for each in unknown if self._home(each) != self.number}
        ours = sorted(unknown - self._astray)
        for subject in self._store.subjects(ours, self.table.sets) if ours else ():
            self.table.put(subject)
            self._visiting.add(subject.id)

    @property
    def _known(self) -> Mapping[str, Subject]:
        return self.table.subjects

    def _apply(self, told: Told, event: Event, now: Instant) -> None:
        if told.subject in self._astray:
            self._refuse_astray(told)
            return
        applied = self.table.apply(told.subject, event, now)
        self._count(f"event:{applied.counted}")
        if applied.counted in {Counted.ID_CONFLICT, Counted.TOO_MANY_EVENTS}:
            reason = f"{event.type} {event.id.hex()} of {told.subject} is refused."
            self._refuse(told, InvalidEvent(applied.counted, reason), now)
        if applied.counted is not Counted.FOLDED:
            return
        subject = self._known[told.subject]
        self._changes.subjects[subject.id] = subject
        for (agreement, event_id), reason in subject.skipped.items():
            if event_id == event.id:
                self._count(f"skipped:{agreement}:{reason}")
        if event.id in subject.parked:
            self._count(f"parked:{event.type}")
        for verdict in applied.verdicts:
            self._conclude(subject, verdict)

    def _refuse_astray(self, told: Told) -> None:
        """A subject lives in one partition; whoever tells of it elsewhere partitioned wrongly."""
        right = self._home(told.subject)
        message = f"{told.subject} belongs into partition {right}; use murmur2 of the key."
        self._refuse(told, InvalidEvent("wrong_partition", message), self.marks.caught_up_at)

    def _home(self, subject: str) -> int:
        return partition_of(subject, self._rules.partitions)

    def _refuse(self, told: Told, fault: InvalidEvent, now: Instant) -> None:
        self._count(f"refused:{fault.reason}")
        self._changes.outgoing.append(self._rules.refuse(told.received, fault, now))

    def _hear(self, party: str, complete_through: Instant, wall: Instant) -> None:
        known = self.marks.complete_through.get(party, 0)
        self.marks.complete_through[party] = max(known, complete_through)
        self.marks.heard_at[party] = wall

    def _conclude(self, subject: Subject, verdict: Verdict) -> None:
        self._changes.verdicts.append((subject, verdict))
        self._count(f"verdict:{verdict.kind}")
        if verdict.publish:
            self._changes.outgoing.append(self._rules.announce(subject, verdict))

    def _count(self, what: str) -> None:
        self._counted[what] = self._counted.get(what, 0) + 1
