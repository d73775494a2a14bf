"""Promises that are kept in parts: pieces and money, sums within tolerance, too much."""

from itertools import permutations

import pytest

from services.tracker.core.agreements import InFull
from services.tracker.core.course import Part
from services.tracker.core.facts import Fact
from services.tracker.core.findings import FindingKind
from services.tracker.core.promises import State, settled_state
from services.tracker.core.subject import Event
from services.tracker.packing import pack, unpack
from tests.promising import Desk, a_retraction, an_agreement, an_event, at, only, sets_of, told

LINES = InFull(Fact("order", "lines", "quantity"), Fact("parcel", "lines", "quantity"))
AMOUNT = InFull(Fact("order", "total"), Fact("payment", "amount"))
IN_PARTS = an_agreement(in_full=LINES, amends_on="sales.OrderAmended")
APPROVED = an_event()


def lines(**pieces: int) -> list[object]:
    return [{"sku": sku, "quantity": quantity} for sku, quantity in pieces.items()]


def placed(**pieces: int) -> Event:
    return an_event("sales.OrderPlaced", "08:00", fields={"lines": lines(**pieces)})


def amended(time: str, **pieces: int) -> Event:
    fields = {"lines": lines(**pieces)}
    return an_event("sales.OrderAmended", time, key=(("version", "2"),), fields=fields)


def parcel(number: int, time: str, **pieces: int) -> Event:
    fields = {"lines": lines(**pieces)}
    return an_event(
        "operations.ParcelHandedOver", time, key=(("parcel_id", str(number)),), fields=fields
    )


def ends(*events: Event, **changes: object) -> set[tuple[object, object]]:
    sets = sets_of(an_agreement(**{"in_full": LINES, "amends_on": "sales.OrderAmended", **changes}))
    folded = [only(told(*order, sets=sets)) for order in permutations(events)]
    assert len({repr(each.course) for each in folded}) == 1
    return {(settled_state(each), each.settled_at) for each in folded}


def test_parts_are_summed_by_article_whatever_their_order() -> None:
    events = (
        placed(lamp=2, desk=1),
        APPROVED,
        parcel(1, "09:30", lamp=1),
        parcel(2, "10:00", desk=1),
    )
    assert ends(*events) == {(None, None)}
    assert ends(*events, parcel(3, "10:30", lamp=1)) == {(State.KEPT, at("10:30"))}


def test_the_last_part_after_the_deadline_is_late() -> None:
    events = (placed(lamp=2), APPROVED, parcel(1, "09:30", lamp=1), parcel(2, "11:00:01", lamp=1))
    assert ends(*events) == {(State.KEPT_LATE, at("11:00:01"))}


@pytest.mark.parametrize(("quantity", "state"), [(71, State.KEPT), (70, None)])
def test_so_much_may_be_missing_as_the_tolerance_says(quantity: int, state: State | None) -> None:
    full = InFull(LINES.promised, LINES.delivered, 0.29)
    events = (placed(lamp=100), APPROVED, parcel(1, "09:30", lamp=quantity))
    assert {each for each, _ in ends(*events, in_full=full)} == {state}


@pytest.mark.parametrize(("quantity", "found"), [(129, 0), (130, 1)])
def test_more_than_promised_and_tolerated_is_found_at_once(quantity: int, found: int) -> None:
    full = InFull(LINES.promised, LINES.delivered, 0.29)
    desk = Desk(an_agreement(in_full=full))
    verdicts = desk.hear(placed(lamp=100), APPROVED, parcel(1, "09:30", lamp=quantity))
    assert len([each for each in verdicts if each.kind == "found"]) == found


def test_a_part_taken_back_is_missing_again() -> None:
    first = parcel(1, "09:30", lamp=1)
    events = (placed(lamp=2), APPROVED, first, parcel(2, "10:00", lamp=1), a_retraction(first))
    assert ends(*events) == {(None, None)}


def test_a_part_after_the_end_is_counted_and_found_where_it_is_too_much() -> None:
    desk = Desk(IN_PARTS)
    desk.hear(placed(lamp=1), APPROVED, parcel(1, "09:30", lamp=1))
    (verdict,) = desk.hear(parcel(2, "10:00", lamp=1))
    assert (verdict.kind, desk.promise.settled_at) == ("found", at("09:30"))
    (finding,) = desk.subject.current.values()
    assert (finding.kind, finding.true_from) == (FindingKind.OVER_FULFILLED, at("10:00"))
    stored = unpack(desk.subject.id, pack(desk.subject), desk.table.sets)
    assert stored.current == desk.subject.current


def test_an_amendment_to_what_was_delivered_already_keeps_the_promise() -> None:
    events = (placed(lamp=3), APPROVED, parcel(1, "09:30", lamp=2), amended("10:00", lamp=2))
    assert ends(*events) == {(State.KEPT, at("10:00"))}


def test_an_amendment_below_what_was_delivered_is_found() -> None:
    desk = Desk(IN_PARTS)
    desk.hear(placed(lamp=3), APPROVED, parcel(1, "09:30", lamp=2))
    assert "found" in {each.kind for each in desk.hear(amended("10:00", lamp=1))}
    (finding,) = desk.subject.current.values()
    assert finding.true_from == at("10:00")


def test_an_amendment_to_more_clears_what_was_too_much() -> None:
    desk = Desk(IN_PARTS)
    desk.hear(placed(lamp=1, desk=1), APPROVED, parcel(1, "09:30", lamp=2))
    assert "cleared" in {each.kind for each in desk.hear(amended("10:00", lamp=2, desk=1))}
    assert settled_state(desk.promise) is None


def test_an_article_that_was_not_ordered_is_too_much() -> None:
    desk = Desk(IN_PARTS)
    desk.hear(placed(lamp=1), APPROVED, parcel(1, "09:30", chair=1))
    (finding,) = desk.subject.current.values()
    assert finding.detail == "1 of 0 chair promised"
    assert settled_state(desk.promise) is None


def test_where_nobody_said_how_much_was_promised_one_evidence_keeps_it() -> None:
    desk = Desk(IN_PARTS)
    desk.hear(APPROVED, parcel(1, "09:30", lamp=1))
    assert settled_state(desk.promise) is State.KEPT
    assert not desk.subject.current


def test_an_evidence_that_does_not_say_how_much_is_no_part() -> None:
    silent = an_event("operations.ParcelHandedOver", "09:30")
    assert ends(placed(lamp=1), APPROVED, silent) == {(None, None)}


def test_what_is_less_than_nothing_is_no_part() -> None:
    events = (placed(lamp=1), APPROVED, parcel(1, "09:30", lamp=1), parcel(2, "09:20", lamp=-1))
    assert ends(*events) == {(State.KEPT, at("09:30"))}


def money(minor: int, currency: str = "EUR") -> dict[str, object]:
    return {"minor": minor, "currency": currency}


def paid(number: int, time: str, amount: dict[str, object]) -> Event:
    return an_event(
        "operations.ParcelHandedOver",
        time,
        key=(("parcel_id", str(number)),),
        fields={"amount": amount},
    )


def test_money_of_another_currency_keeps_nothing_and_is_too_much() -> None:
    desk = Desk(an_agreement(in_full=AMOUNT))
    total = an_event("sales.OrderPlaced", "08:00", fields={"total": money(4900)})
    desk.hear(total, APPROVED, paid(1, "09:30", money(4900, "USD")))
    assert settled_state(desk.promise) is None
    assert set(desk.promise.course.parts) == {Part("EUR", 4900, 0), Part("USD", 0, 4900)}
    (finding,) = desk.subject.current.values()
    assert finding.kind is FindingKind.OVER_FULFILLED


def test_a_refund_above_the_payment_is_found_in_words() -> None:
    desk = Desk(an_agreement(in_full=AMOUNT))
    total = an_event("sales.OrderPlaced", "08:00", fields={"total": money(4900)})
    desk.hear(total, APPROVED, paid(1, "09:30", money(4000)), paid(2, "09:40", money(901)))
    (finding,) = desk.subject.current.values()
    assert finding.detail == "49.01 EUR of 49.00 EUR promised"
    assert settled_state(desk.promise) is State.KEPT


def test_parts_that_came_before_the_promise_count_for_it() -> None:
    events = (placed(lamp=2), APPROVED, parcel(1, "08:30", lamp=1), parcel(2, "08:45", lamp=1))
    assert ends(*events) == {(State.KEPT, at("08:45"))}
    subject = told(*events, parcel(3, "08:50", lamp=1), sets=sets_of(IN_PARTS))
    assert not subject.rare.unmatched
    assert only(subject).course.parts == (Part("lamp", 2, 3),)
