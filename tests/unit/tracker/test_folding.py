"""The events of one subject become its promises: by their own times, whatever way they come."""

from itertools import permutations

import pytest

from services.tracker.core.continuing import promise_id
from services.tracker.core.folding import fold
from services.tracker.core.promises import State, settled_state
from services.tracker.core.subject import (
    EVENTS_LIMIT,
    Counted,
    Event,
    Subject,
)
from tests.promising import (
    HOUR,
    MINUTE,
    ORDER,
    an_agreement,
    an_event,
    at,
    only,
    sets_of,
    told,
)

APPROVED = an_event(time="09:00")
HANDED_OVER = an_event("operations.ParcelHandedOver", "10:00")
CANCELLED = an_event("sales.OrderCancelled", "10:00")
REFUND = an_agreement(
    name="pay-refund", opens_on="support.RefundRequested", evidence="finance.RefundPaid"
)


def states(subject: Subject) -> dict[str, State | None]:
    return {id.partition("~")[2]: settled_state(each) for id, each in subject.promises.items()}


def refund(type: str, id: str, time: str) -> Event:
    return an_event(type, time, key=(("refund_id", id),))


def test_an_opening_event_opens_a_promise_that_is_due_from_its_own_time() -> None:
    promise = only(told(an_event(time="09:00", arrived_at=at("10:30"))))
    assert (promise.opened_at, promise.due_by) == (at("09:00"), at("11:00"))


def test_evidence_keeps_the_promise_at_its_own_time() -> None:
    promise = only(told(APPROVED, HANDED_OVER))
    assert (promise.settled_at, promise.settled_by) == (at("10:00"), HANDED_OVER.id)


def test_the_first_evidence_counts() -> None:
    later = an_event("operations.ParcelHandedOver", "10:30", key=(("parcel_id", "2"),))
    for order in permutations([APPROVED, HANDED_OVER, later]):
        assert only(told(*order)).settled_by == HANDED_OVER.id


@pytest.mark.parametrize(("offset", "state"), [(-1, "kept"), (0, "kept"), (1, "kept_late")])
def test_evidence_in_the_last_microsecond_keeps(offset: int, state: str) -> None:
    evidence = an_event("operations.ParcelHandedOver", at("11:00") + offset)
    assert settled_state(only(told(APPROVED, evidence))) == state


def test_evidence_that_came_before_its_promise_keeps_it() -> None:
    early = an_event("operations.ParcelHandedOver", "08:00")
    for order in permutations([APPROVED, early]):
        promise = only(told(*order))
        assert (promise.settled_at, settled_state(promise)) == (at("08:00"), State.KEPT)


def test_evidence_before_two_promises_keeps_only_the_first() -> None:
    early = an_event("operations.ParcelHandedOver", "08:00")
    first = an_event(time="09:00", key=(("payment_id", "1"),))
    second = an_event(time="09:30", key=(("payment_id", "2"),))
    for order in permutations([first, second, early]):
        assert states(told(*order)) == {
            "ship-paid-order~payment_id=1": State.KEPT,
            "ship-paid-order~payment_id=2": None,
        }


def test_evidence_after_two_promises_keeps_both() -> None:
    first = an_event(time="09:00", key=(("payment_id", "1"),))
    second = an_event(time="09:30", key=(("payment_id", "2"),))
    assert set(states(told(first, second, HANDED_OVER)).values()) == {State.KEPT}


def test_evidence_of_another_refund_keeps_nothing() -> None:
    events = [
        refund("support.RefundRequested", "1", "09:00"),
        refund("support.RefundRequested", "2", "09:10"),
        refund("finance.RefundPaid", "2", "09:20"),
    ]
    for order in permutations(events):
        assert states(told(*order, sets=sets_of(REFUND))) == {
            "pay-refund~refund_id=1": None,
            "pay-refund~refund_id=2": State.KEPT,
        }


def test_evidence_of_another_refund_before_the_request_keeps_nothing() -> None:
    events = [
        refund("finance.RefundPaid", "2", "08:00"),
        refund("support.RefundRequested", "1", "09:00"),
    ]
    assert states(told(*events, sets=sets_of(REFUND))) == {"pay-refund~refund_id=1": None}


def test_a_cancellation_ends_what_is_open_and_not_what_is_kept() -> None:
    assert settled_state(only(told(APPROVED, CANCELLED))) is State.CANCELLED
    kept = an_event("operations.ParcelHandedOver", "09:30")
    assert settled_state(only(told(APPROVED, kept, CANCELLED))) is State.KEPT


def test_of_a_cancellation_and_evidence_at_one_instant_the_lower_id_counts() -> None:
    for evidence_id, state in ((b"a" * 16, State.KEPT), (b"z" * 16, State.CANCELLED)):
        evidence = an_event("operations.ParcelHandedOver", "10:00", id=evidence_id)
        cancelled = an_event("sales.OrderCancelled", "10:00", id=b"m" * 16)
        for order in permutations([APPROVED, evidence, cancelled]):
            assert settled_state(only(told(*order))) is state


def test_a_release_ends_its_own_promise_and_no_other() -> None:
    first = an_event(time="09:00", key=(("payment_id", "1"),))
    second = an_event(time="09:30", key=(("payment_id", "2"),))
    id = promise_id(ORDER, "ship-paid-order", second.key)
    release = an_event("oncall.PromiseReleased", "10:00", promise_id=id)
    assert states(told(first, second, release)) == {
        "ship-paid-order~payment_id=1": None,
        "ship-paid-order~payment_id=2": State.RELEASED,
    }


@pytest.mark.parametrize("id", ["", "order/4711~deliver", "order/4712~ship-paid-order"])
def test_a_release_of_what_is_not_promised_here_does_nothing(id: str) -> None:
    release = an_event("oncall.PromiseReleased", "10:00", promise_id=id)
    assert settled_state(only(told(APPROVED, release))) is None


def test_the_same_event_counts_once() -> None:
    subject = told(APPROVED)
    assert fold(subject, APPROVED, sets_of())[0] is Counted.DUPLICATE
    assert len(subject.events) == 1


def test_another_event_under_the_same_id_is_a_conflict_and_the_first_stands() -> None:
    subject = told(APPROVED)
    other = an_event("operations.ParcelHandedOver", "10:00", id=APPROVED.id, content=b"else")
    assert fold(subject, other, sets_of())[0] is Counted.ID_CONFLICT
    assert settled_state(only(subject)) is None


def test_the_same_fact_under_another_id_says_nothing_new() -> None:
    again = an_event(time="09:30", id=b"b" * 16)
    for order in permutations([APPROVED, again]):
        assert only(told(*order)).due_by == at("11:00")


def test_a_subject_has_as_many_events_as_the_limit_and_no_more() -> None:
    subject = Subject(ORDER)
    for number in range(EVENTS_LIMIT):
        event = an_event("sales.Noted", number, id=number.to_bytes(16))
        assert fold(subject, event, sets_of())[0] is Counted.FOLDED
    assert fold(subject, APPROVED, sets_of())[0] is Counted.TOO_MANY_EVENTS
    assert fold(subject, subject.events[0], sets_of())[0] is Counted.DUPLICATE
    assert len(subject.events) == EVENTS_LIMIT


def test_what_was_concluded_is_carried_over_when_the_past_is_told() -> None:
    subject = told(APPROVED)
    promise = only(subject)
    promise.breached_at, promise.rungs, promise.revision = promise.due_by, 2, 5
    fold(subject, an_event("sales.OrderPlaced", "08:00"), sets_of())
    again = only(subject)
    assert again is not promise
    assert (again.breached_at, again.rungs, again.revision) == (at("11:00"), 2, 5)


def test_order_customer_and_case_are_the_first_that_were_told() -> None:
    first = an_event("sales.OrderPlaced", "08:00", customer="", order="4711")
    second = an_event(time="09:00", customer="c-1", case="k-1", order="4712")
    third = an_event("operations.PickStarted", "09:30", customer="c-2", case="k-2")
    for order in permutations([first, second, third]):
        subject = told(*order)
        assert (subject.order, subject.customer, subject.case) == ("4711", "c-1", "k-1")


def test_the_customers_date_is_the_earliest_that_is_open() -> None:
    for_customer = an_agreement(name="deliver", owed_to="customer", within=3 * HOUR)
    sooner = an_agreement(name="call", owed_to="customer", within=HOUR, evidence="support.Called")
    inner = an_agreement(within=MINUTE)
    sets = sets_of(for_customer, sooner, inner)
    assert told(APPROVED, sets=sets).customer_visible_by == at("10:00")
    called = an_event("support.Called", "09:30")
    assert told(APPROVED, called, sets=sets).customer_visible_by == at("12:00")
    assert told(APPROVED, called, HANDED_OVER, sets=sets).customer_visible_by is None


def test_a_subject_without_an_open_promise_is_settled() -> None:
    assert told(an_event("sales.OrderPlaced")).settled
    assert not told(APPROVED).settled
    assert told(APPROVED, HANDED_OVER).settled


def test_a_subject_whose_evidence_waits_for_its_promise_is_not_settled() -> None:
    assert not told(HANDED_OVER).settled
    assert told(HANDED_OVER, APPROVED).settled


@pytest.mark.parametrize(
    ("key", "id"),
    [
        ((), "order/4711~a"),
        ((("x", "1"),), "order/4711~a~x=1"),
        ((("x", "1"), ("y", "2")), "order/4711~a~x=1&y=2"),
        ((("x", "1&y=2"),), "order/4711~a~x=1%26y%3D2"),
        ((("x", "a~b"),), "order/4711~a~x=a~b"),
        ((("x", ""),), "order/4711~a~x="),
        ((("x", "ä"),), "order/4711~a~x=%C3%A4"),
    ],
)
def test_a_promise_is_called_by_subject_agreement_and_key(
    key: tuple[tuple[str, str], ...], id: str
) -> None:
    assert promise_id(ORDER, "a", key) == id


def test_a_long_key_is_shortened_to_its_hash() -> None:
    assert promise_id(ORDER, "a", (("x", "y" * 118),)).endswith("y" * 118)
    long, longer = (promise_id(ORDER, "a", (("x", "y" * n),)) for n in (119, 1_024))
    assert len(long) == len(longer) == len("order/4711~a~") + 32
    assert long != longer
