"""The invariants, looked for afterwards in what a run wrote down.

Each commit is held against the log up to its positions and against what the parties had committed
by then; nothing here asks the tracker's own code what is right, but for I6: the fold from scratch.
"""

from collections.abc import Iterator

from services.shared.clock import Instant
from services.tracker.core.folding import fold
from services.tracker.core.promises import COMMIT_MARGIN, Promise, settled_state
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Event, Subject
from services.tracker.core.verdicts import Kind, Reason, Verdict
from services.tracker.packing import unpack
from tests.simulation.company import Row
from tests.simulation.events import HOME, PARTITIONS, SUBJECTS
from tests.simulation.log import TOPIC
from tests.simulation.model import Outcome, Truth, truths
from tests.simulation.read import Read
from tests.simulation.store import Landed
from tests.simulation.telling import Telling
from tests.simulation.violations import Violation
from tests.simulation.world import World
from tests.tracking import Recorded, Written, event_ids, recorded


def violations(world: World) -> list[Violation]:
    """Everything that is wrong with a run; empty when nothing is."""
    return list(_Checker(world).run())


class _Checker:
    """One pass over the commits of a run, in the order in which they got to the store."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._sets = AgreementSets(world.store.sets({}).sets)
        self._reads = [Read(each, world.log, self._sets.sets) for each in range(PARTITIONS)]
        self._complete: dict[tuple[str, int], int] = {}
        self._told = Telling()

    def run(self) -> Iterator[Violation]:
        commits, replayed_from = self._world.store.commits, self._world.replayed_from
        for commit in commits[:replayed_from]:
            yield from self._commit(commit.written)
        for subject in SUBJECTS:
            yield from self._at_the_end(subject, self._reads[HOME[subject]])
        yield from self._all_read()
        yield from _silent(commits[:replayed_from], commits[replayed_from:])

    def _commit(self, written: Written) -> Iterator[Violation]:
        read = self._reads[written.owner.partition]
        yield from read.commit(written)
        yield from self._caught_up(read, written.commit.progress["caught_up_at"])
        for party, through in written.commit.progress["complete_through"].items():
            yield from self._complete_through(read, party, through)
        for verdict in written.commit.verdicts:
            yield from self._told.tell(verdict)
            if verdict.kind is Kind.BREACHED and verdict.reason is Reason.DEADLINE_PASSED:
                yield from self._justified(read, verdict)
        for promises in read.promises.values():
            for id, truth in promises.items():
                yield from self._stands(id, truth, _watermark(written, truth))
        yield from self._ended(read)

    def _caught_up(self, read: Read, caught_up_at: Instant) -> Iterator[Violation]:
        """I2: whatever the log held at that moment is read."""
        for topic, position in read.positions.items():
            unread = self._world.log.places[topic, read.number][position : position + 1]
            if unread and unread[0].received.arrived_at < caught_up_at:
                yield Violation(
                    "I2", f"caught up at {caught_up_at}, but {unread[0].said} is unread"
                )

    def _complete_through(self, read: Read, party: str, through: Instant) -> Iterator[Violation]:
        """I2: whatever the party had committed by then is read."""
        end = read.positions.get(TOPIC[party], 0)
        for row in self._committed_before(read.number, party, through):
            if row.offset is None or row.offset >= end:
                yield Violation("I2", f"{party} is complete through {through} without {row.said}")

    def _committed_before(self, number: int, party: str, through: Instant) -> Iterator[Row]:
        """Those that were not looked at before."""
        rows = self._world.company.parties[party].rows
        at = self._complete.get((party, number), 0)
        while at < len(rows) and rows[at].committed_at < through:
            if rows[at].partition == number:
                yield rows[at]
            at += 1
        self._complete[party, number] = at

    def _justified(self, read: Read, verdict: Verdict) -> Iterator[Violation]:
        """I2: at a breach the promise was overdue, and nobody had kept it in time."""
        subject = verdict.promise_id.partition("~")[0]
        truth = read.promises.get(subject, {}).get(verdict.promise_id)
        if not truth or truth.due_by != verdict.due_by or truth.outcome is not Outcome.OPEN:
            yield Violation("I2", f"{verdict} was told of {truth}")
        elif self._kept_unheard(read, subject, verdict, truth):
            yield Violation("I2", f"{verdict} was told although its evidence was committed in time")

    def _kept_unheard(self, read: Read, subject: str, verdict: Verdict, truth: Truth) -> bool:
        """Whether what its parties had committed by the deadline, read or not, keeps it."""
        known, committed = read.events[subject], dict(read.events[subject])
        for party in truth.agreement.evidence_parties:
            for row in self._world.company.parties[party].rows:
                in_time = row.committed_at < verdict.due_by + COMMIT_MARGIN
                if row.subject == subject and in_time and not row.astray:
                    assert isinstance(row.said, Event)
                    committed.setdefault(row.said.id, row.said)
        if len(committed) == len(known):
            return False
        now = truths(subject, committed.values(), self._sets.sets).get(verdict.promise_id)
        return now is not None and (now.outcome is Outcome.KEPT or now.due_by > truth.due_by)

    def _stands(self, id: str, truth: Truth, watermark: Instant) -> Iterator[Violation]:
        """I3, and that a promise is never kept and breached at once."""
        overdue = truth.due_by <= watermark - COMMIT_MARGIN
        match truth.outcome:
            case Outcome.OPEN if overdue and id not in self._told.breaches:
                yield Violation("I3", f"{id} is overdue and not breached: {truth}")
            case Outcome.OPEN if self._told.breaches.get(id, truth.due_by) < truth.due_by:
                yield Violation("I2", f"{id} is breached of a date that has moved: {truth}")
            case Outcome.KEPT_LATE if id not in self._told.broken:
                yield Violation("I3", f"{id} was kept late and is not breached: {truth}")
            case Outcome.KEPT if id in self._told.broken:
                yield Violation("I2", f"{id} is kept and breached at once: {truth}")

    def _ended(self, read: Read) -> Iterator[Violation]:
        """I5: what was announced of a promise that has ended has an end."""
        for id in sorted(self._told.announced):
            subject = id.partition("~")[0]
            truth = read.promises.get(subject, {}).get(id)
            if HOME[subject] == read.number and (not truth or truth.outcome is not Outcome.OPEN):
                yield Violation("I5", f"{id} has ended, and nobody was told: {truth}")

    def _at_the_end(self, subject: str, read: Read) -> Iterator[Violation]:
        """Everything is read and every deadline is past."""
        packed = self._world.store.packed(subject)
        yield from read.applied(subject, event_ids(packed) if packed else [])
        if not packed:
            return
        promises = read.promises.get(subject, {})
        for id, truth in promises.items():
            yield from self._stands(id, truth, self._world.now)
        scratch = Subject(subject)
        for event in sorted(read.events.get(subject, {}).values()):
            fold(scratch, event, self._sets)
        stored, again = unpack(subject, packed, self._sets), _states(scratch)
        for promise in recorded(subject, packed):
            yield from _as_recorded(promise, promises.get(promise.id))
        if _states(stored) != again:
            yield Violation("I6", f"{subject} is {_states(stored)}, and from scratch {again}")
        if again != {id: _state(truth) for id, truth in promises.items()}:
            yield Violation("I6", f"{subject} is {again}, and should be {promises}")

    def _all_read(self) -> Iterator[Violation]:
        for read in self._reads:
            if read.positions != (ends := self._world.log.ends(read.number)):
                yield Violation("I9", f"{read.positions} of {ends} were read")


def _watermark(written: Written, truth: Truth) -> Instant:
    """As the commit claims it; that it is true is looked at elsewhere."""
    through = written.commit.progress["complete_through"]
    complete = (through.get(party, 0) for party in truth.agreement.evidence_parties)
    watermark: Instant = min(written.commit.progress["caught_up_at"], *complete)
    return watermark


def _silent(before: list[Landed], replayed: list[Landed]) -> Iterator[Violation]:
    """I7: to read the whole log again tells nothing."""
    rows = {row.id for commit in before for row in commit.written.commit.outgoing}
    for commit in replayed:
        new = [row for row in commit.written.commit.outgoing if row.id not in rows]
        if new or commit.written.commit.verdicts:
            yield Violation("I7", f"a replay tells {new} and {commit.written.commit.verdicts}")


def _as_recorded(promise: Recorded, truth: Truth | None) -> Iterator[Violation]:
    """I6: what was last concluded is what is true in the end."""
    if truth is None:
        return
    ended = None if truth.outcome is Outcome.OPEN else str(truth.outcome)
    true = Recorded(promise.id, truth.agreement.version, truth.due_by, ended)
    if promise != true:
        yield Violation("I6", f"recorded is {promise}, and true is {truth}")


def _states(subject: Subject) -> dict[str, tuple[object, ...]]:
    promises = subject.promises.items()
    return {id: _facts(each) for id, each in promises if not each.opening_taken_back}


def _facts(promise: Promise) -> tuple[object, ...]:
    ended_at = promise.ended_at if promise.ended_at is not None else promise.settled_at
    outcome = settled_state(promise) or Outcome.OPEN
    version = promise.agreement.version
    opening = (promise.opened_by, promise.opened_at, promise.due_by)
    return (version, *opening, str(outcome), ended_at)


def _state(truth: Truth) -> tuple[object, ...]:
    opening = (truth.opened_by, truth.opened_at, truth.due_by)
    return (truth.agreement.version, *opening, str(truth.outcome), truth.ended_at)
