"""What the tracker does with a batch of one partition: fold it, let time pass, commit.

It knows neither Kafka nor Mongo: who reads and who stores are handed in.
"""

from collections.abc import Callable, Mapping, Sequence

from services.shared.clock import Instant, to_instant
from services.shared.errors import InvalidEvent
from services.shared.events.envelope import Heartbeat
from services.tracker.commits import Commits
from services.tracker.core.parking import park, recent
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import FOLDED, Counted, Event, Subject
from services.tracker.core.table import LOOKS_LIMIT, Marks
from services.tracker.core.verdicts import Verdict
from services.tracker.counting import HEARTBEAT, Counts
from services.tracker.exchange import (
    Changes,
    Commit,
    Ownership,
    PartitionStore,
    Row,
    Rules,
    Told,
    event_in,
    in_own_order,
)
from services.tracker.memory import Memory
from services.tracker.refusing import Refusing
from services.tracker.rows import day_of


class Partition:
    """One partition number in this tracker's care.

    `counts` are for whoever takes them.
    """

    def __init__(
        self,
        owner: Ownership,
        sets: Callable[[], AgreementSets],
        store: PartitionStore,
        rules: Rules,
        now: Instant,
    ) -> None:
        self.positions = dict(owner.positions)
        self.topic_ids = dict(owner.topic_ids)
        self._parked = owner.parked
        self._memory = Memory(store, sets(), rules.rests_after)
        self.table = self._memory.table
        self.counts = Counts(simulated=rules.simulated)
        self._sets = sets
        self._store = store
        self._rules = rules
        self._commits = Commits(owner, store, self._memory, rules)
        self._refusing = Refusing(self._commits, self.counts, rules)
        self._wall = now
        self._beaten = dict(owner.complete_through)
        self._astray: set[str] = set()
        self.marks = Marks(
            complete_through=dict(owner.complete_through),
            heard_at=dict.fromkeys(rules.parties, now),
        )
        for id in self._memory.load(owner.partition):
            self._commits.loaded_young(id, now)
        self._take_up_parked(self.table.sets, self.clock(now))

    @property
    def owner(self) -> Ownership:
        """As of the last commit that was stored."""
        return self._commits.owner

    @property
    def number(self) -> int:
        return self.owner.partition

    @property
    def uncommitted(self) -> bool:
        """Whether anything but the position would be lost with this process."""
        return bool(self._changes) or self.committing

    @property
    def committing(self) -> bool:
        """Whether a commit is encoded that is not known to be stored."""
        return self._commits.on_its_way is not None

    @property
    def has_to_tell(self) -> bool:
        """Whether something waits for the next commit that is to be published."""
        return bool(self._changes.outgoing)

    @property
    def tells(self) -> bool:
        """Whether the commit on its way has something to publish."""
        on_its_way = self._commits.on_its_way
        return on_its_way is not None and bool(on_its_way.outgoing)

    @property
    def _changes(self) -> Changes:
        return self._commits.changes

    def clock(self, wall: Instant) -> Instant:
        """The wall's time, or in a simulation the least last heartbeat of all parties."""
        if not self._rules.simulated:
            return wall
        beating = set(self._rules.parties) - set(self._rules.lateness)
        return min((self._beaten.get(party, 0) for party in beating), default=0)

    def fold(self, batch: Sequence[Told], wall: Instant) -> None:
        """Count each record once; what cannot be counted goes to the dead letters.

        Agreement sets are known before they are active; without them nothing is folded.
        """
        now, self._wall = self.clock(wall), wall
        self._know_sets(now)
        self._look_up(batch)
        events: dict[str, list[Told]] = {}
        for told in batch:
            said = told.said
            if isinstance(said, Event):
                events.setdefault(told.subject, []).append(told)
            elif isinstance(said, Heartbeat):
                self._hear(told.party, to_instant(said.complete_through), wall)
                self._beaten[told.party] = max(self._beaten.get(told.party, 0), told.said_at)
                self.counts.became(told, HEARTBEAT)
            else:
                self._refusing.refuse(told, said, now)
            self.positions[told.received.topic] = told.received.offset + 1
        for subject, tellings in events.items():
            self._apply(subject, tellings, now)
        self.counts.compare_clocks()
        self._changes.tallies.sum_up()

    def advance(self, wall: Instant, caught_up_at: Instant, limit: int = LOOKS_LIMIT) -> int:
        """Let time pass: whatever became true by it alone is concluded, but so much at once only.

        Gives how many conclusions there were; `more_is_due` says whether something is left.
        """
        now, self._wall = self.clock(wall), wall
        self.marks.caught_up_at = now if self._rules.simulated else caught_up_at
        for party, late in self._rules.lateness.items():
            self._hear(party, now - late, wall)
        if self._rules.simulated:
            heard_at = self.marks.complete_through | dict.fromkeys(self._rules.lateness, now)
            self.marks.heard_at = heard_at
        self._parked = recent(self._parked, now)
        self._memory.wake_due(max(now, self.marks.caught_up_at), wall)
        concluded = self.table.advance(now, self.marks, limit)
        for subject, verdict in concluded:
            self._changes.subjects[subject.id] = subject
            self._conclude(subject, verdict)
        return len(concluded)

    @property
    def more_is_due(self) -> bool:
        """Whether the last `advance` left something for the next one."""
        return self.table.more_is_due or self._memory.more_is_due

    def commit(self) -> Commit:
        """Store all changes and the position; gives what was written. May be tried again.

        Raises Fenced where another owner took over: then nothing was written.
        """
        commit = self.begin_commit()
        self.store()
        self.end_commit()
        return commit

    def begin_commit(self) -> Commit:
        """Encode all changes since the last commit, unless one is still to be stored."""
        known, now = self._commits.on_its_way, self.clock(self._wall)
        return known or self._commits.begin(self._progress(), day_of(now), self._wall)

    def store(self) -> None:
        """Write what `begin_commit` encoded; folding may go on meanwhile. May be tried again.

        Raises Fenced where another owner took over: then nothing was written.
        """
        self._commits.store()

    def end_commit(self) -> None:
        """Forget what is stored and settled, unless it changed again meanwhile."""
        self._commits.end(self.clock(self._wall), self._wall)

    def _progress(self) -> Row:
        """What the partition's document says from the next commit on."""
        self.counts.estimate_skews()
        return {
            "positions": dict(self.positions),
            "topic_ids": dict(self.topic_ids),
            "complete_through": dict(self.marks.complete_through),
            "heard_at": dict(self.marks.heard_at),
            "caught_up_at": self.marks.caught_up_at,
            "skews": [each._asdict() for each in self.counts.skews],
            "parked": [each._asdict() for each in self._parked],
        }

    def _know_sets(self, now: Instant) -> None:
        """A set that was not known before may have agreements for what is parked."""
        sets = self._sets()
        if sets is not self.table.sets:
            self._take_up_parked(sets, now)

    def _take_up_parked(self, sets: AgreementSets, now: Instant) -> None:
        """Those that were stored, also by a tracker that knew fewer sets, and those of ours.

        The sets are known only once all have been read: what fails before is tried again.
        """
        stored = [*self._store.parked_subjects(self.number, sets)]
        self.table.sets = sets
        parked = {subject.id: subject for subject in stored}
        parked |= {id: each for id, each in self._known.items() if id in parked or each.rare.parked}
        for subject in parked.values():
            self._memory.visit(subject)
            verdicts = self.table.take_up(subject, now)
            for _, verdict in verdicts:
                self._conclude(subject, verdict)
            if verdicts or not subject.rare.parked:
                self._changes.subjects[subject.id] = subject

    def _look_up(self, batch: Sequence[Told]) -> None:
        """A late duplicate must find its subject, also a settled one.

        Those of other partitions are not ours to find: what comes of them here is refused.
        """
        known = self._known
        told_of = {told.subject for told in batch if told.subject and told.subject not in known}
        absent = filter(self._memory.is_absent, told_of)
        self._astray = {each for each in absent if self._refusing.home(each) != self.number}
        self._memory.look_up(told_of - self._astray, self._wall)

    @property
    def _known(self) -> Mapping[str, Subject]:
        return self.table.subjects

    def _apply(self, id: str, tellings: Sequence[Told], now: Instant) -> None:
        """Fold what a batch tells of one subject."""
        if id in self._astray:
            for told in tellings:
                self._refusing.refuse_astray(told, self.marks.caught_up_at)
            return
        is_new = id not in self._known
        tellings = in_own_order(tellings)
        events = [event_in(told) for told in tellings]
        counted, verdicts = self.table.apply_together(id, events, now)
        if FOLDED in counted:
            if is_new:
                self._commits.born(id, self._wall)
            subject = self._changes.subjects[id] = self._known[id]
            for verdict in verdicts:
                self._conclude(subject, verdict)
        for told, event, result in zip(tellings, events, counted, strict=True):
            self._became(told, event, result, now)

    def _became(self, told: Told, event: Event, result: Counted, now: Instant) -> None:
        if result is Counted.DUPLICATE:
            self._changes.tallies.duplicates.append(told)
            self.counts.became(told, result)
        elif result is not FOLDED:
            reason = f"{event.type} {event.id.hex()} of {told.subject} is refused."
            self._refusing.refuse(told, InvalidEvent(result, reason), now)
        else:
            self._changes.tallies.applied.append(told)
            subject = self._known[told.subject]
            self.counts.folded(told, event, subject)
            if event.id in subject.rare.parked:
                self._parked = park(self._parked, event.type, now)

    def _hear(self, party: str, complete_through: Instant, wall: Instant) -> None:
        known = self.marks.complete_through.get(party, 0)
        self.marks.complete_through[party] = max(known, complete_through)
        self.marks.heard_at[party] = wall

    def _conclude(self, subject: Subject, verdict: Verdict) -> None:
        self._changes.verdicts.append((subject, verdict))
        self.counts.add("verdict", verdict.kind)
        if verdict.publish:
            self._changes.outgoing.append(self._rules.announce(subject, verdict))
