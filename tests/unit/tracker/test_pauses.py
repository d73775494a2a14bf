"""Pauses: how far they move a deadline, what is told of them, and when they are no pauses."""

from dataclasses import replace
from itertools import permutations

import pytest
from msgspec import structs

from services.tracker.core.agreements import Agreement, PauseRule
from services.tracker.core.durations import BusinessDays, BusinessTime, WallTime
from services.tracker.core.subject import Event
from services.tracker.core.verdicts import Kind, Reason
from tests.planning import OFFICE
from tests.promising import (
    HOUR,
    MINUTE,
    PROMISED_BY,
    Desk,
    a_retraction,
    an_agreement,
    an_event,
    at,
    kinds,
    only,
    sets_of,
    told,
)

RULE = PauseRule("operations.StockMissing", "operations.StockArrived", "supplier")
BOUNDED = replace(RULE, at_most=WallTime(2 * HOUR))
PAUSING = an_agreement(pauses=(BOUNDED,))
APPROVED = an_event()


def missing(time: str, shortage: str = "1") -> Event:
    return an_event("operations.StockMissing", time, key=(("shortage_id", shortage),))


def arrived(time: str, shortage: str = "1") -> Event:
    return an_event("operations.StockArrived", time, key=(("shortage_id", shortage),))


def due(*events: Event, agreement: Agreement = PAUSING) -> set[int]:
    sets = sets_of(agreement)
    return {only(told(*order, sets=sets)).due_by for order in permutations((APPROVED, *events))}


@pytest.mark.parametrize(
    ("events", "due_by"),
    [
        ((missing("10:00"), arrived("10:30")), "11:30"),
        ((missing("10:00"), arrived("11:30")), "12:30"),  # across the deadline
        ((missing("10:00"),), "13:00"),  # until its limit
        ((missing("10:00"), arrived("12:30")), "13:00"),  # ended after its limit
        ((missing("10:00"), arrived("10:00")), "11:00"),  # of no length
        ((missing("08:00"), arrived("08:30")), "11:00"),  # over before the opening
        ((missing("08:30"), arrived("09:30")), "11:30"),  # begun before the opening
        ((missing("08:00"),), "12:00"),  # its limit counts from where it began
        ((missing("11:00"), arrived("11:30")), "11:00"),  # begun at the deadline
        ((missing("10:59:59"), arrived("11:59:59")), "12:00"),
        (
            (missing("09:30"), arrived("09:45"), missing("10:30", "2"), arrived("10:45", "2")),
            "11:30",
        ),
        (
            (missing("10:00"), missing("10:10", "2"), arrived("10:20", "2"), arrived("10:30")),
            "11:30",
        ),
        (
            (missing("10:00"), missing("10:10", "2"), arrived("10:20"), arrived("10:30", "2")),
            "11:30",
        ),
        (
            (missing("10:00"), arrived("10:20"), missing("10:20", "2"), arrived("10:30", "2")),
            "11:30",
        ),
        (
            (missing("10:30"), arrived("11:15"), missing("11:30", "2"), arrived("11:45", "2")),
            "12:00",
        ),
    ],
)
def test_a_deadline_moves_by_the_time_in_the_union_of_pauses(
    events: tuple[Event, ...], due_by: str
) -> None:
    assert due(*events) == {at(due_by)}


def test_a_pause_that_ended_before_it_began_is_none() -> None:
    assert due(arrived("09:30"), missing("10:00")) == {at("11:00")}


def test_the_end_of_another_pause_before_this_one_began_does_not_end_it() -> None:
    assert due(arrived("09:30", "2"), missing("10:00")) == {at("13:00")}


@pytest.mark.parametrize("taken_back", ["operations.StockMissing", "operations.StockArrived"])
def test_a_pause_or_its_end_taken_back_is_none(taken_back: str) -> None:
    both = {each.type: each for each in (missing("10:00"), arrived("10:30"))}
    expected = {"operations.StockMissing": "11:00", "operations.StockArrived": "13:00"}[taken_back]
    events = (*both.values(), a_retraction(both[taken_back]))
    assert due(*events) == {at(expected)}


def test_the_most_that_a_pause_lasts_is_told_in_the_debtors_time() -> None:
    # From Monday 10:00 three working days are Thursday 10:00, wherever the clock runs.
    rule = replace(RULE, at_most=BusinessDays(3))
    agreement = an_agreement(pauses=(rule,), calendar=OFFICE, within=WallTime(24 * HOUR))
    (pause,) = only(told(APPROVED, missing("16:00"), sets=sets_of(agreement))).course.pauses
    assert pause.limit == OFFICE.add(at("16:00"), BusinessDays(3))
    hours = replace(RULE, at_most=BusinessTime(10 * HOUR))
    agreement = replace(agreement, pauses=(hours,))
    (pause,) = only(told(APPROVED, missing("16:00"), sets=sets_of(agreement))).course.pauses
    assert pause.limit == OFFICE.add(at("16:00"), BusinessTime(10 * HOUR))
    assert pause.limit > at("16:00") + 10 * HOUR


def test_a_pause_outside_working_time_moves_nothing() -> None:
    agreement = an_agreement(pauses=(RULE,), calendar=OFFICE, within=BusinessTime(2 * HOUR))
    night = (missing("20:00"), arrived("22:00"))
    before = only(told(APPROVED, sets=sets_of(agreement))).due_by
    sets = sets_of(agreement)
    opened = an_event(time="16:00")
    plain = only(told(opened, sets=sets)).due_by
    assert before < at("20:00") < plain
    assert only(told(opened, *night, sets=sets)).due_by == plain


def test_warnings_move_with_a_pause_and_those_before_the_end_count_back_from_it() -> None:
    agreement = an_agreement("50%", "30 minutes before", pauses=(BOUNDED,))
    desk = Desk(agreement)
    desk.hear(APPROVED, missing("09:30"), arrived("10:00"))
    assert desk.pass_time(at("10:30") - 1) == []
    assert kinds(desk.pass_time("10:30")) == ["warned"]
    assert desk.pass_time(at("11:00") - 1) == []
    assert kinds(desk.pass_time("11:00")) == ["warned"]
    assert kinds(desk.pass_time("11:30:02")) == ["breached"]


def test_a_pause_is_told_and_ends_what_was_warned_of() -> None:
    desk = Desk(an_agreement("50%", pauses=(BOUNDED,)))
    desk.hear(APPROVED)
    assert kinds(desk.pass_time("10:00")) == ["warned"]
    (paused,) = desk.hear(missing("10:10"))
    assert (paused.kind, paused.publish) == (Kind.PAUSED, True)
    (resumed,) = desk.hear(arrived("10:20"))
    assert (resumed.kind, resumed.reason) == (Kind.RESUMED, Reason.RESUMING_EVENT)
    assert kinds(desk.pass_time("10:30")) == ["warned"]


def test_a_pause_that_nothing_ends_is_over_at_its_limit() -> None:
    desk = Desk(PAUSING)
    desk.hear(APPROVED, missing("10:00"))
    assert desk.pass_time(at("12:00") - 1) == []
    (resumed,) = desk.pass_time("12:00")
    assert (resumed.kind, resumed.reason) == (Kind.RESUMED, Reason.PAUSE_LIMIT)
    assert kinds(desk.pass_time("13:00:02")) == ["breached"]


def test_a_pause_that_is_told_after_the_breach_withdraws_it() -> None:
    desk = Desk(PAUSING)
    desk.hear(APPROVED)
    assert kinds(desk.pass_time("11:00:02")) == ["breached"]
    late = [
        structs.replace(each, arrived_at=at("11:20"))
        for each in (missing("10:00"), arrived("10:30"))
    ]
    assert kinds(desk.hear(late[0]))[0] == "withdrawn"
    desk.hear(late[1])
    assert desk.promise.due_by == at("11:30")
    assert kinds(desk.pass_time("11:30:02"))[-1] == "breached"
    breaches = [each.id for each in desk.told if each.kind is Kind.BREACHED]
    assert len(set(breaches)) == 2


def test_a_pause_that_began_after_the_breach_leaves_it() -> None:
    desk = Desk(PAUSING)
    desk.hear(APPROVED)
    desk.pass_time("11:00:02")
    assert desk.hear(missing("11:10"), arrived("11:20")) == []
    assert (desk.promise.due_by, desk.promise.breached_at) == (at("11:00"), at("11:00"))


def test_a_pause_that_counts_again_is_told_under_another_id() -> None:
    desk = Desk(PAUSING)
    pause = missing("10:00")
    back = a_retraction(pause, "10:10")
    desk.hear(APPROVED, pause, back, a_retraction(back, "10:20"))
    assert kinds(desk.told) == ["opened", "paused", "resumed", "paused"]
    assert len({each.id for each in desk.told}) == 4


def test_a_return_that_waits_on_the_creditor_is_told_as_returned_and_then_cleared() -> None:
    rule = PauseRule("operations.StockMissing", "operations.StockArrived", "sales")
    desk = Desk(an_agreement(pauses=(rule,)))
    desk.hear(APPROVED)
    assert kinds(desk.hear(missing("10:00"))) == ["returned"]
    (cleared,) = desk.hear(arrived("10:30"))
    assert (cleared.kind, cleared.publish) == (Kind.CLEARED, True)


def test_a_pause_that_begins_a_little_after_our_own_time_is_told_at_once() -> None:
    desk = Desk(PAUSING)
    desk.hear(APPROVED)
    (paused,) = desk.hear(structs.replace(missing("10:00"), arrived_at=at("09:58")))
    assert (paused.kind, paused.occurred_at) == (Kind.PAUSED, at("10:00"))
    assert desk.pass_time("09:59") == []
    assert kinds(desk.pass_time("12:00")) == ["resumed"]


def test_a_pause_that_outlasts_the_one_that_was_told_is_told_then() -> None:
    desk = Desk(PAUSING)
    desk.hear(APPROVED, missing("10:00"), missing("10:30", "2"))
    assert kinds(desk.told) == ["opened", "paused"]
    assert kinds(desk.pass_time("12:00")) == ["paused"]
    assert kinds(desk.pass_time("12:30")) == ["resumed"]


@pytest.mark.parametrize("first", ["10:00", "10:45"])
def test_a_return_is_told_at_once_although_another_pause_holds(first: str) -> None:
    waits_on_sales = PauseRule("operations.PickStarted", "sales.OrderAmended", "sales")
    desk = Desk(an_agreement(pauses=(BOUNDED, waits_on_sales)))
    desk.hear(APPROVED, *sorted([missing(first), an_event("operations.PickStarted", "10:30")]))
    assert kinds(desk.told)[-1] == "returned"
    assert kinds(desk.pass_time("11:30")) == []
    assert kinds(desk.hear(an_event("sales.OrderAmended", "11:45"))) == ["paused"]


def test_a_return_of_one_version_ends_with_the_next_version() -> None:
    rule = PauseRule("operations.OrderReturnedIncomplete", "sales.OrderAmended", "sales")
    returned = an_event("operations.OrderReturnedIncomplete", "10:00", key=(("version", "1"),))
    amended = an_event("sales.OrderAmended", "10:30", key=(("version", "2"),))
    assert due(returned, amended, agreement=an_agreement(pauses=(rule,))) == {at("11:30")}


def test_a_date_moves_by_a_pause_as_a_span_does() -> None:
    by = an_agreement(within=None, by=PROMISED_BY, pauses=(BOUNDED,))
    placed = an_event("sales.OrderPlaced", "08:00", fields={"promised_by": at("12:00")})
    assert due(placed, missing("10:00"), arrived("10:30"), agreement=by) == {at("12:30")}


def test_a_pause_that_began_after_the_deadline_does_not_hold_up_the_look_at_it() -> None:
    desk = Desk(an_agreement(pauses=(RULE,)))
    desk.hear(APPROVED, missing("10:00"), arrived("10:10"), missing("11:10:01", "2"))
    assert kinds(desk.pass_time("11:10:02")) == ["breached"]
    assert desk.promise.breached_at == at("11:10")


def test_kept_while_the_clock_stands_is_kept() -> None:
    desk = Desk(PAUSING)
    desk.hear(APPROVED, missing("10:00"))
    assert kinds(desk.hear(an_event("operations.ParcelHandedOver", "10:30"))) == ["kept"]
    assert desk.pass_time(at("23:00") + MINUTE) == []
