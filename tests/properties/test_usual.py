"""What is done in one step for usual events comes to the same as all the steps."""

from dataclasses import replace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from services.tracker.core.agreement_set import AgreementSet
from services.tracker.core.agreements import Agreement, Before
from services.tracker.core.continuing import PLAIN_LENGTH, promise_id
from services.tracker.core.durations import WallTime
from services.tracker.core.findings import Finding
from services.tracker.core.roles import role_of
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Event
from services.tracker.core.table import Table
from services.tracker.core.usual import begin, go_on
from services.tracker.core.verdicts import Verdict
from tests.histories import ACCEPTED, BOOLEANS, FIRST, KEYS, MORE, REFUND, SOON, TELL, Step, days
from tests.promising import (
    HOUR,
    MINUTE,
    ORDER,
    Desk,
    a_retraction,
    an_agreement,
    an_event,
    at,
    kinds,
    marks,
    sets_of,
)

SHIP = an_agreement("50%", "80%")
TELL_KEPT = replace(TELL, opens_on="verdict.kept(ship-paid-order)", name="tell-kept")
BEFORE = replace(SOON, before=Before("ship-paid-order", WallTime(HOUR)))
NEXT = replace(
    SHIP, name="next", opens_on=SHIP.evidence[0], evidence=("operations.ParcelDelivered",)
)
PAY = replace(
    SHIP, name="pay", opens_on="sales.OrderPlaced", evidence=(SHIP.opens_on,), cancels_on=()
)
TOGETHER = {
    "refund": (SHIP, REFUND),
    "accepted": (SHIP, ACCEPTED),
    "tell": (SHIP, TELL_KEPT),
    "before": (SHIP, BEFORE),
    "next": (SHIP, NEXT),
    "chain": (SHIP, PAY, NEXT),
    "all": (SHIP, *MORE),
}
"""Simple agreements alone, and beside what has more to it."""

OTHERS = {
    "refund": ("support.RefundRequested", "finance.RefundPaid"),
    "accepted": ("support.RefundRequested", "finance.RefundPaid", "support.CustomerInformed"),
    "tell": ("support.CustomerInformed",),
    "before": ("operations.PickStarted",),
    "next": ("operations.ParcelDelivered",),
    "chain": ("sales.OrderPlaced", "operations.ParcelDelivered"),
    "all": tuple(KEYS),
}
"""What else is told where these are in force."""
OFTEN = ("finance.PaymentApproved", "operations.ParcelHandedOver")
SELDOM = ("finance.InvoiceIssued", "sales.OrderCancelled", "oncall.PromiseDisputed")
TIMES = st.integers(0, 6).map(lambda n: FIRST + n * 30 * MINUTE)


def sets_of_two(agreements: tuple[Agreement, ...]) -> AgreementSets:
    """These agreements, and from ten o'clock on another time to ship in, and other evidence."""
    shorter = replace(SHIP, version=2, within=WallTime(HOUR), evidence=("finance.InvoiceIssued",))
    later = AgreementSet("later", at("09:30"), (shorter, *agreements[1:]))
    return AgreementSets((AgreementSet("earlier", 0, agreements), later))


def without_short_cuts(sets: AgreementSets) -> AgreementSets:
    for type in (*KEYS, "handoff.Retracted", "sales.OrderPlaced"):
        sets.roles[type] = replace(role_of(sets, type), begins=(), only_keeps=False)
    return sets


def payment(**changes: Any) -> Event:  # noqa: ANN401 - any of its fields
    return an_event(key=(("payment_id", "p1"),), order="4711", **changes)


IDS = st.integers(0, 200).map(lambda n: bytes([n]) * 16)
NUMBERS, NAMED = st.sampled_from("12"), st.sampled_from(["", "1"])
RETRACTIONS, PASSED = st.sampled_from([0, 0, 1, 2]), st.sampled_from([0, 0, 30, 60])


@st.composite
def plain_events(draw: st.DrawFn, types: st.SearchStrategy[str]) -> Event:
    """One of few, so that those that belong together meet."""
    type = draw(types)
    disputed = type == "oncall.PromiseDisputed"
    return an_event(
        type,
        draw(TIMES),
        id=draw(IDS),
        key=((KEYS[type], draw(NUMBERS)),) if KEYS.get(type) else (),
        promise_id=f"{ORDER}~ship-paid-order~payment_id=p1" if disputed else "",
        customer=draw(NAMED),
        case=draw(NAMED),
    )


@st.composite
def plain_days(draw: st.DrawFn, events: st.SearchStrategy[list[Event]]) -> list[Step]:
    """A payment, then what is told between looks at the clock; some of it is taken back."""
    told = [payment(time="08:00"), *draw(events)]
    for number in range(draw(RETRACTIONS)):
        taken_back = draw(st.sampled_from(told))
        told.append(a_retraction(taken_back, draw(TIMES), id=bytes([201 + number]) * 16))
    told = sorted(told) if draw(BOOLEANS) else draw(st.permutations(told))
    return [Step((each,), draw(PASSED)) for each in told]


def days_with(others: tuple[str, ...]) -> st.SearchStrategy[list[Step]]:
    types = st.sampled_from((*OFTEN * 2, *others * 2, *SELDOM))
    return plain_days(st.lists(plain_events(types), min_size=1, max_size=6)) | days()


DAYS = {name: days_with(others) for name, others in OTHERS.items()}


@pytest.mark.parametrize("name", TOGETHER)
@settings(max_examples=150)
@given(data=st.data())
def test_a_day_goes_as_it_would_in_all_steps(name: str, data: st.DataObject) -> None:
    quick = Table(sets_of_two(TOGETHER[name]))
    slow = Table(without_short_cuts(sets_of_two(TOGETHER[name])))
    now = FIRST
    for step in data.draw(DAYS[name]):
        for event in step.events:
            assert quick.apply(ORDER, event, now) == slow.apply(ORDER, event, now)
        now += step.minutes * MINUTE
        known = step.known(now)
        assert quick.advance(now, known) == slow.advance(now, known)
        assert quick.subjects == slow.subjects


def parcel(time: str = "10:00", **changes: Any) -> Event:  # noqa: ANN401 - any of its fields
    plain = {"key": (("parcel_id", "1"),), "order": "4711"}
    return an_event("operations.ParcelHandedOver", time, **plain | changes)


@pytest.mark.parametrize("value", ["1", "p" * (PLAIN_LENGTH - 1)])
def test_a_promise_that_begins_in_one_step_has_the_id_of_all_others(value: str) -> None:
    event = structs.replace(payment(), key=(("payment_id", value),))
    subject = begin(ORDER, event, role_of(sets_of(SHIP), event.type))
    assert subject is not None
    assert [*subject.promises] == [promise_id(ORDER, SHIP.name, event.key)]


def test_an_event_without_a_key_begins_and_what_keeps_its_promise_opens_the_next() -> None:
    placed = an_event("sales.OrderPlaced", "08:00", key=())
    begun = begin(ORDER, placed, role_of(sets_of(PAY, SHIP), placed.type))
    assert begun is not None
    assert [*begun.promises] == [promise_id(ORDER, PAY.name, ())]
    desk = Desk(PAY, SHIP)
    desk.hear(placed)
    assert kinds(said_by(desk, payment()) or ()) == ["kept", "opened"]


def said_by(desk: Desk, event: Event) -> list[Verdict] | None:
    role = role_of(desk.table.sets, event.type)
    return go_on(desk.subject, event, role, event.arrived_at)


def test_a_payment_begins_and_a_parcel_keeps() -> None:
    desk = Desk(SHIP)
    role = role_of(desk.table.sets, payment().type)
    assert begin(ORDER, payment(), role) is not None
    desk.hear(payment())
    assert [each.kind.value for each in said_by(desk, parcel()) or ()] == ["kept"]


@pytest.mark.parametrize(
    "event",
    [
        payment(fields={"ship_by": at("12:00")}),
        payment(backfilled=True),
        payment(retracts=b"x" * 16),
        payment(arrived_at=at("09:00") + 37 * 24 * HOUR + 1),
        payment(time=at("08:00")),
        structs.replace(payment(), key=()),
        structs.replace(payment(), key=(("payment_id", "p-1"),)),
        structs.replace(payment(), key=(("payment_id", "é"),)),
        structs.replace(payment(), key=(("payment_id", "p" * PLAIN_LENGTH),)),
    ],
    ids=[
        "fields",
        "backfilled",
        "retraction",
        "too old",
        "before the agreement",
        "no key",
        "a key that is quoted",
        "a key of other letters",
        "a long key",
    ],
)
def test_what_asks_for_more_does_not_begin_in_one_step(event: Event) -> None:
    role = role_of(sets_of(replace(SHIP, effective_from=at("09:00"))), event.type)
    assert begin(ORDER, event, role) is None


@pytest.mark.parametrize(
    "event",
    [
        parcel(fields={"pieces": 1}),
        parcel(time="08:59"),
        parcel(time="11:01"),
        parcel(id=payment().id),
    ],
    ids=["fields", "out of order", "too late", "a known id"],
)
def test_what_does_more_than_keep_changes_nothing_in_one_step(event: Event) -> None:
    desk = Desk(SHIP)
    desk.hear(payment())
    before = repr(desk.subject)
    assert said_by(desk, event) is None
    assert repr(desk.subject) == before


def test_a_parcel_keeps_and_opens_in_one_step() -> None:
    desk = Desk(SHIP, NEXT)
    desk.hear(payment())
    assert kinds(said_by(desk, parcel()) or ()) == ["kept", "opened"]
    assert f"{ORDER}~next~parcel_id=1" in desk.subject.promises


@pytest.mark.parametrize(
    "told",
    [
        an_event("operations.ParcelDelivered", "09:30", key=(("parcel_id", "1"),)),
        parcel("09:30", id=b"2" * 16),
    ],
    ids=["what keeps it was told before", "a second time"],
)
def test_what_opens_after_more_was_told_takes_all_steps(told: Event) -> None:
    desk = Desk(SHIP, NEXT)
    desk.hear(payment())
    desk.hear(told)
    before = repr(desk.subject)
    assert said_by(desk, parcel()) is None
    assert repr(desk.subject) == before


@pytest.mark.parametrize(
    "changes",
    [
        {"backfilled": True},
        {"key": (("parcel_id", "p-1"),)},
        {"arrived_at": at("10:00") + 37 * 24 * HOUR + 1},
    ],
    ids=["backfilled", "a key that is quoted", "too old"],
)
def test_what_asks_for_more_opens_nothing_in_one_step(changes: dict[str, Any]) -> None:
    desk = Desk(SHIP, NEXT)
    desk.hear(payment())
    assert said_by(desk, parcel(**changes)) is None
    desk = Desk(SHIP)
    desk.hear(payment())
    assert said_by(desk, parcel(**changes))


def test_a_promise_that_was_warned_of_is_not_kept_in_silence() -> None:
    desk = Desk(SHIP)
    desk.hear(payment())
    desk.table.advance(at("10:30"), marks("10:30"))
    assert said_by(desk, parcel(time="10:45")) is None
    assert [each.publish for each in desk.hear(parcel(time="10:45"))] == [True]


def test_while_something_is_found_all_steps_are_taken() -> None:
    desk = Desk(SHIP)
    desk.hear(payment())
    desk.subject.current = {"disagreement": cast("Finding", None)}
    assert said_by(desk, parcel()) is None


def test_what_was_taken_back_before_it_came_keeps_nothing() -> None:
    desk = Desk(SHIP)
    desk.hear(payment(), a_retraction(parcel(), "09:30"))
    assert said_by(desk, parcel()) is None
    assert desk.hear(parcel()) == []


def test_beside_a_report_that_was_accepted_in_silence_all_steps_are_taken() -> None:
    desk = Desk(SHIP, ACCEPTED)
    key = (("refund_id", "1"),)
    desk.hear(payment(), an_event("support.RefundRequested", "09:01", key=key))
    desk.hear(an_event("finance.RefundPaid", "09:05", key=key))
    assert kinds(desk.hear(parcel(time="10:30"))) == ["kept", "kept"]


def test_a_refund_is_kept_by_its_own_payment_alone() -> None:
    desk = Desk(REFUND)
    desk.hear(an_event("support.RefundRequested", key=(("refund_id", "1"),)))
    paid = an_event("finance.RefundPaid", "09:30", key=(("refund_id", "1"),))
    assert said_by(desk, structs.replace(paid, key=(("refund_id", "2"),))) is None
    assert len(said_by(desk, paid) or ()) == 1
