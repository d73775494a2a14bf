"""Histories of one order as Hypothesis makes them up: late, repeated, contradictory, taken back.

All times lie between 08:00 and 14:00 in steps of half an hour, so that many fall together.
"""

from dataclasses import dataclass, replace

from hypothesis import strategies as st

from services.shared.clock import Instant
from services.shared.subjects import DEPARTMENTS
from services.tracker.core.agreement_set import AgreementSet
from services.tracker.core.agreements import (
    Acknowledgement,
    Agreement,
    Before,
    InFull,
    Objective,
    PauseRule,
)
from services.tracker.core.durations import WallTime
from services.tracker.core.facts import Fact
from services.tracker.core.outcomes import Outcomes, count
from services.tracker.core.promises import Promise, Watermark
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Event
from services.tracker.core.table import Marks, Table
from services.tracker.core.verdicts import Verdict
from services.tracker.packing import pack, unpack
from tests.promising import (
    HOUR,
    MINUTE,
    ORDER,
    PROMISED_BY,
    a_retraction,
    an_agreement,
    an_event,
    at,
    marks,
)

DELIVER = an_agreement(
    "1 hour before",
    name="deliver",
    owed_to="customer",
    evidence="operations.ParcelDelivered",
    within=None,
    by=PROMISED_BY,
    amends_on="sales.OrderAmended",
)
REFUND = an_agreement(
    "50%",
    name="refund",
    opens_on="support.RefundRequested",
    evidence="finance.RefundPaid",
    within=HOUR,
)
FULL = an_agreement(
    "50%",
    name="full",
    acknowledge=Acknowledgement("operations.PickStarted", WallTime(HOUR)),
    pauses=(
        PauseRule(
            "operations.StockMissing", "operations.StockArrived", "supplier", WallTime(2 * HOUR)
        ),
    ),
    requires=(PROMISED_BY,),
    update_every=WallTime(2 * HOUR),
)
PARTS = an_agreement(
    name="parts",
    evidence="operations.ParcelDelivered",
    in_full=InFull(Fact("order", "pieces"), Fact("parcel", "pieces")),
    amends_on="sales.OrderAmended",
)
ACCEPTED = an_agreement(
    name="accepted",
    opens_on="support.RefundRequested",
    evidence="finance.RefundPaid",
    confirmed_by="support.CustomerInformed",
    confirm_within=WallTime(HOUR),
)
TELL = an_agreement(
    name="tell",
    opens_on="verdict.warned(deliver)",
    evidence="support.CustomerInformed",
    cancels_on=("operations.ParcelDelivered",),
)
SOON = an_agreement(
    name="soon",
    within=None,
    before=Before("deliver", WallTime(HOUR)),
    evidence="operations.PickStarted",
)
MORE = (FULL, PARTS, ACCEPTED, TELL, SOON)
EARLIER = (an_agreement("50%", "80%"), DELIVER, REFUND, *MORE)
LATER = (
    an_agreement("2 hours before", version=2, within=3 * HOUR, evidence="finance.InvoiceIssued"),
    DELIVER,
    replace(REFUND, version=2, opens_on="finance.RefundApproved"),
    *MORE,
)


def measured(*agreements: Agreement) -> tuple[Agreement, ...]:
    """The same with an objective each, so that it is counted how their promises turn out."""
    return tuple(replace(each, objective=Objective(0.95, 28)) for each in agreements)


SETS = AgreementSets(
    (
        AgreementSet("earlier", 0, measured(*EARLIER)),
        AgreementSet("later", at("15:00"), measured(*LATER)),
    )
)
FIRST, END = at("08:00"), at("23:00")
MORNING = st.integers(0, 3).map(lambda n: FIRST + n * 30 * MINUTE)
TIMES = st.integers(0, 12).map(lambda n: FIRST + n * 30 * MINUTE)
KEYS = {
    "sales.OrderAmended": "version",
    "sales.OrderCancelled": "",
    "finance.PaymentApproved": "payment_id",
    "finance.InvoiceIssued": "invoice_id",
    "operations.ParcelHandedOver": "parcel_id",
    "operations.ParcelDelivered": "parcel_id",
    "support.RefundRequested": "refund_id",
    "finance.RefundApproved": "refund_id",
    "finance.RefundPaid": "refund_id",
    "carrier.Seen": "",
    "operations.PickStarted": "",
    "operations.StockMissing": "shortage_id",
    "operations.StockArrived": "shortage_id",
    "support.CustomerInformed": "what",
    "oncall.PromiseReleased": "promise_id",
    "oncall.PromiseConfirmed": "promise_id",
    "oncall.PromiseDisputed": "promise_id",
}
OFTEN = ["finance.PaymentApproved", "sales.OrderAmended", "operations.ParcelHandedOver"]
STORIES = (
    (*KEYS, *OFTEN * 3),
    (
        "support.RefundRequested",
        "finance.RefundPaid",
        "support.CustomerInformed",
        "oncall.PromiseReleased",
        "oncall.PromiseConfirmed",
        "oncall.PromiseDisputed",
    ),
    (
        "finance.PaymentApproved",
        "sales.OrderAmended",
        "operations.PickStarted",
        "operations.StockMissing",
        "operations.StockArrived",
        "operations.ParcelDelivered",
    ),
)
"""Types of a history: of everything, or of what belongs together and would seldom meet."""

PROMISES = (
    "ship-paid-order~payment_id=1",
    "deliver~payment_id=2",
    "refund~refund_id=1",
    "accepted~refund_id=1",
    "full~payment_id=1",
)


# Made once: to make a strategy, and find out what it is like, takes longer than to draw from it.
BOOLEANS = st.booleans()
PIECES = st.integers(1, 3)
TYPES = {types: st.sampled_from(types) for types in STORIES}
FEW, MANY = st.sampled_from("12"), st.sampled_from("123456")
ON_ITS_WAY = st.sampled_from([0, 4 * HOUR])
FIELDS: dict[str, dict[str, st.SearchStrategy[object]]] = {
    "sales.OrderAmended": {"promised_by": TIMES, "pieces": PIECES},
    "operations.ParcelDelivered": {"pieces": PIECES},
    "oncall.PromiseDisputed": {"by_party": st.sampled_from(["sales", "operations"])},
}
PROMISE_IDS = st.sampled_from([f"{ORDER}~{promise}" for promise in PROMISES])
IDS = st.permutations([bytes([n]) * 16 for n in range(12)])
COUNTS, RETRACTIONS = st.integers(2, 9), st.integers(0, 3)
ANY_STORY = st.sampled_from(STORIES)
PASSED, LAGS = st.sampled_from([0, 5, 60, 240]), st.sampled_from([0, 0, 1, 90])
FIRST_PASSED = st.sampled_from([60, 240])


def _fact(draw: st.DrawFn, id: bytes, types: tuple[str, ...]) -> Event:
    type = draw(TYPES[types])
    occurred_at = draw(MORNING if type in OFTEN[:2] else TIMES)
    promise_id = draw(PROMISE_IDS) if type.startswith("oncall") else ""
    value = promise_id or draw(MANY if type == OFTEN[1] else FEW)
    return an_event(
        type,
        occurred_at,
        id=id,
        key=((KEYS[type], value),) if KEYS[type] else (),
        arrived_at=occurred_at + draw(ON_ITS_WAY),
        fields={name: draw(values) for name, values in FIELDS.get(type, {}).items()},
        promise_id=promise_id,
    )


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Events in order of arrival; some take back another, or what took back another."""
    ids, count, types = draw(IDS), draw(COUNTS), draw(ANY_STORY)
    told = [_fact(draw, id, types) for id in ids[:count]]
    for id in ids[count : count + draw(RETRACTIONS)]:
        told.append(a_retraction(draw(st.sampled_from(told)), draw(TIMES), id=id))
    return draw(st.permutations(told))


HISTORIES = histories()


@dataclass(frozen=True)
class Step:
    """Events that come, and how far time passes then.

    The parties' relays lag by some minutes; `silent` when nothing was heard of them meanwhile.
    """

    events: tuple[Event, ...]
    minutes: int = 0
    lag: int = 0
    silent: bool = False

    def known(self, now: Instant) -> Marks:
        complete_through = dict.fromkeys(DEPARTMENTS, now - self.lag * MINUTE)
        heard_at = complete_through if self.silent else dict.fromkeys(DEPARTMENTS, now)
        return Marks(now, complete_through, heard_at)


@st.composite
def days(draw: st.DrawFn) -> list[Step]:
    """Every event of a history comes once, in any order, between looks at the clock.

    Half of the days begin with a promise that is broken before the rest is told.
    """
    left, steps = draw(HISTORIES), list[Step]()
    if draw(BOOLEANS):
        steps.append(Step(_first_promise(draw(TIMES)), draw(FIRST_PASSED)))
    while left:
        size = draw(st.integers(1, len(left)))
        steps.append(Step(tuple(left[:size]), draw(PASSED), draw(LAGS), draw(BOOLEANS)))
        left = left[size:]
    return steps


def _first_promise(promised_by: Instant) -> tuple[Event, ...]:
    placed = an_event("sales.OrderPlaced", FIRST, fields={"promised_by": promised_by})
    return placed, an_event(time="09:30", key=(("payment_id", "1"),))


@dataclass(frozen=True)
class Told:
    """A verdict, its promise as it stood after the event or the look, and what was known then."""

    verdict: Verdict
    promise: Promise
    watermark: Watermark


class Day:
    """The steps as a tracker lives them; with `restarting` it stores and loads at every turn."""

    def __init__(self, steps: list[Step], *, restarting: bool = False) -> None:
        self.table = Table(SETS)
        self.told: list[Told] = []
        self.verdicts: list[Verdict] = []
        self.outcomes: Outcomes = {}
        self._restarting = restarting
        now = FIRST
        for step in steps:
            for event in step.events:
                self.hear(event, now)
            now += step.minutes * MINUTE
            self.look(now, step.known(now))
            self.count()

    def hear(self, event: Event, now: Instant) -> list[Verdict]:
        self._restart()
        return self._note(self.table.apply(ORDER, event, now)[1], marks(now))

    def look(self, now: Instant, known: Marks | None = None) -> list[Verdict]:
        self._restart()
        known = known or marks(now)
        return self._note([verdict for _, verdict in self.table.advance(now, known)], known)

    def count(self) -> None:
        """As a commit does."""
        if ORDER in self.table.subjects:
            count(self.promises.values(), 0, self.outcomes)

    @property
    def promises(self) -> dict[str, Promise]:
        return self.table.subjects[ORDER].promises

    def _note(self, verdicts: list[Verdict], known: Marks) -> list[Verdict]:
        self.verdicts += verdicts
        for verdict in verdicts:
            if promise := self.promises.get(verdict.promise_id):
                watermark = known.watermark(promise.agreement.evidence_parties)
                self.told.append(Told(verdict, replace(promise), watermark))
        return verdicts

    def _restart(self) -> None:
        if self._restarting and ORDER in self.table.subjects:
            self.count()
            packed = pack(self.table.subjects[ORDER])
            self.table = Table(SETS)
            self.table.put(unpack(ORDER, packed, SETS))
