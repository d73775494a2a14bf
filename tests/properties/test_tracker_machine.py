"""Whatever happens to one order, in whatever order and however often the tracker dies meanwhile.

The partition is the shipped one; it dies by being opened anew from what was committed. Faults of
several trackers and of the parties' relays are the simulator's affair.
"""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec import structs

from services.shared.bus import Received
from services.shared.clock import to_datetime
from services.shared.events.envelope import Heartbeat
from services.tracker.core.agreements import InFull, PauseRule
from services.tracker.core.durations import WallTime
from services.tracker.core.facts import Fact
from services.tracker.core.folding import refold
from services.tracker.core.promises import COMMIT_MARGIN, State, settled_state
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Event, Subject
from services.tracker.core.verdicts import Kind, Verdict
from services.tracker.exchange import Rules, Told
from services.tracker.handlers import Partition
from services.tracker.opening import open_partition
from services.tracker.packing import unpack
from services.tracker.rows import list_row, listed
from tests.histories import DELIVER, REFUND, measured
from tests.outcomes import totals, turned_out
from tests.promising import HOUR, MINUTE, ORDER, a_retraction, an_agreement, an_event, sets_of
from tests.tracking import (
    NEVER,
    PARTIES,
    START,
    US,
    MemoryTrackerStore,
    announcement,
    event_ids,
    nothing_learned,
    refusal,
)

PAUSABLE = an_agreement(
    "50%",
    "80%",
    pauses=(
        PauseRule("operations.StockMissing", "operations.StockArrived", "supplier", WallTime(HOUR)),
    ),
)
PARTS = an_agreement(
    name="parts",
    evidence="operations.ParcelDelivered",
    in_full=InFull(Fact("order", "pieces"), Fact("parcel", "pieces")),
)
SETS: AgreementSets = sets_of(*measured(PAUSABLE, DELIVER, REFUND, PARTS))
RULES = Rules(1, PARTIES, {}, False, announcement, refusal, nothing_learned, 0, NEVER)
BACK = st.sampled_from([0, MINUTE, HOUR, 3 * HOUR])
NUMBERS = st.sampled_from("123")


class TrackerMachine(RuleBasedStateMachine):
    """One log of one partition, read by one tracker at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.store, self.now = MemoryTrackerStore(), START
        self.log: list[Told] = []
        self.told: list[Verdict] = []
        self.read = self._open()

    def _open(self) -> Partition:
        return open_partition(self.store, lambda: SETS, RULES, US, 0, self.now)

    @rule(back=BACK, number=NUMBERS, pieces=st.integers(1, 3))
    def promise(self, back: int, number: str, pieces: int) -> None:
        self._say("sales.OrderPlaced", back, promised_by=self.now + 4 * HOUR, pieces=pieces)
        self._say("finance.PaymentApproved", back, ("payment_id", number))

    @rule(back=BACK, version=NUMBERS, ahead=st.integers(-2, 5))
    def amend(self, back: int, version: str, ahead: int) -> None:
        date = self.now + ahead * HOUR
        self._say("sales.OrderAmended", back, ("version", version), promised_by=date)

    @rule(back=BACK)
    def cancel(self, back: int) -> None:
        self._say("sales.OrderCancelled", back)

    @rule(back=BACK, number=NUMBERS, pieces=st.integers(1, 3), whole=st.booleans())
    def fulfil(self, back: int, number: str, pieces: int, whole: bool) -> None:
        type = "operations.ParcelHandedOver" if whole else "operations.ParcelDelivered"
        self._say(type, back, ("parcel_id", number), pieces=pieces)

    @rule(back=BACK, number=NUMBERS, goes_on=st.booleans())
    def pause(self, back: int, number: str, goes_on: bool) -> None:
        type = "operations.StockArrived" if goes_on else "operations.StockMissing"
        self._say(type, back, ("shortage_id", number))

    @rule(back=BACK, number=NUMBERS, paid=st.booleans())
    def refund(self, back: int, number: str, paid: bool) -> None:
        type = "finance.RefundPaid" if paid else "support.RefundRequested"
        self._say(type, back, ("refund_id", number))

    @precondition(lambda self: self.events)
    @rule(data=st.data(), how=st.sampled_from(["again", "otherwise", "taken back"]))
    def repeat(self, data: st.DataObject, how: str) -> None:
        event = data.draw(st.sampled_from(self.events))
        if how == "taken back":
            event = a_retraction(event, self.now, id=len(self.log).to_bytes(16, "big"))
        elif how == "otherwise":
            event = structs.replace(
                event, id=len(self.log).to_bytes(16, "big"), occurred_at=self.now
            )
        self._append(event)

    @rule(minutes=st.sampled_from([0, 1, 30, 90, 300]))
    def advance(self, minutes: int) -> None:
        """Time passes, all parties beat, and the tracker reads, concludes and commits."""
        self.now += minutes * MINUTE
        for party in PARTIES:
            self._append(Heartbeat(to_datetime(self.now)), party)
        self._read_on()
        self.read.advance(self.now, self.now)
        self.told += [verdict for verdict in self.read.commit().verdicts]
        self._all_is_concluded()

    @rule(unfinished=st.booleans())
    def crash(self, unfinished: bool) -> None:
        """What was folded and not committed is gone, and read again."""
        if unfinished:
            self._read_on()
            self.read.advance(self.now, self.now)
        self.read = self._open()

    @rule()
    def replay(self) -> None:
        self.advance(0)
        known = dict(self.store.outgoing)
        self.store.partitions[0]["positions"] = {}
        self.read = self._open()
        self._read_on()
        assert self.read.commit().verdicts == []
        assert self.store.outgoing == known

    @invariant()
    def no_conclusion_is_told_twice(self) -> None:
        assert len({verdict.id for verdict in self.told}) == len(self.told)

    @invariant()
    def each_promise_counts_its_verdicts_up(self) -> None:
        for id in {verdict.promise_id for verdict in self.told}:
            revisions = [each.revision for each in self.told if each.promise_id == id]
            assert revisions == [*range(1, len(revisions) + 1)]

    @invariant()
    def a_breach_is_told_after_its_deadline(self) -> None:
        for verdict in self.told:
            if verdict.kind is Kind.BREACHED:
                assert verdict.due_by < verdict.decided_at

    @invariant()
    def the_stored_events_are_those_that_were_read(self) -> None:
        position = self.store.partitions[0]["positions"].get("log", 0)
        said = (each.said for each in self.log[:position])
        known = {each.id for each in said if isinstance(each, Event)}
        packed = self.store.packed(ORDER)
        stored = event_ids(packed) if packed else []
        assert sorted(stored) == sorted(known)

    @invariant()
    def lists_have_what_the_documents_say(self) -> None:
        subjects = [
            unpack(each["_id"], each["packed"], SETS)
            for each in self.store.subject_documents.values()
        ]
        rows = [list_row(each, subject.id, 0) for subject in subjects for each in listed(subject)]
        assert self.store.listed == {row["_id"]: row for row in rows}

    @invariant()
    def the_counts_are_how_the_stored_promises_turned_out(self) -> None:
        packed = self.store.packed(ORDER)
        stored = unpack(ORDER, packed, SETS).promises.values() if packed else ()
        assert totals(self.store.outcomes) == turned_out(stored)

    def _all_is_concluded(self) -> None:
        """And it is what follows from the set of events."""
        subject = self.read.table.subjects.get(ORDER)
        if subject is None:
            return
        for promise in subject.promises.values():
            state, breached_at = settled_state(promise), promise.breached_at
            if state is None and promise.due_by + COMMIT_MARGIN <= self.now:
                assert breached_at is not None
            if state is None and breached_at is not None:
                assert breached_at >= promise.due_by or breached_at in promise.course.missed
            assert state is not State.KEPT or breached_at is None
            assert state is None or promise.announced is None
        scratch = Subject(ORDER)
        for event in subject.events:
            scratch.remember(event)
        refold(scratch, SETS)
        assert _states(subject) == _states(scratch)

    @property
    def events(self) -> list[Event]:
        return [each.said for each in self.log if isinstance(each.said, Event)]

    def _say(self, type: str, back: int, *key: tuple[str, str], **fields: object) -> None:
        id = len(self.log).to_bytes(16, "big")
        self._append(an_event(type, self.now - back, id=id, key=key, fields=fields))

    def _append(self, said: Event | Heartbeat, party: str = "") -> None:
        if isinstance(said, Event):
            said, party = structs.replace(said, arrived_at=self.now), said.party
        subject = ORDER if isinstance(said, Event) else ""
        record = Received("log", 0, len(self.log), subject.encode(), b"", (), self.now)
        self.log.append(Told(record, party, said, subject, said_at=self.now))

    def _read_on(self) -> None:
        self.read.fold(self.log[self.read.positions.get("log", 0) :], self.now)


def _states(subject: Subject) -> dict[str, tuple[object, ...]]:
    return {
        id: (settled_state(each), each.opened_by, each.due_by, each.settled_at, each.ended_at)
        for id, each in subject.promises.items()
        if not each.opening_taken_back
    }


TestTracker = TrackerMachine.TestCase
TestTracker.settings = settings(max_examples=60, stateful_step_count=40)
