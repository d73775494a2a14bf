"""Why a promise is due when it is: its steps, their clauses, and what it still waits for."""

import pytest

from services.shared.clock import Instant
from services.tracker.core.agreements import Acknowledgement, Agreement, PauseRule
from services.tracker.core.durations import BusinessTime, WallTime
from services.tracker.core.explanation.awaiting import Need, awaiting
from services.tracker.core.explanation.clauses import clause, deadline
from services.tracker.core.explanation.moves import Change, Move
from services.tracker.core.explanation.steps import Step, steps, worked
from services.tracker.core.promises import State
from services.tracker.core.subject import Event
from tests.planning import OFFICE
from tests.promising import (
    HOUR,
    MINUTE,
    ORDER,
    PROMISED_BY,
    a_promise,
    a_retraction,
    an_agreement,
    an_event,
    at,
    sets_of,
    told,
)

PAUSING = an_agreement(
    "50%",
    acknowledge=Acknowledgement("operations.PickStarted", WallTime(HOUR)),
    pauses=(
        PauseRule(
            "operations.StockMissing", "operations.StockArrived", "supplier", WallTime(2 * HOUR)
        ),
    ),
    amends_on="sales.OrderAmended",
)
APPROVED = an_event()
SHIP, NIGHT = f"{ORDER}~ship-paid-order", at("23:00")
SHORTAGE = (("shortage_id", "1"),)
MISSING = an_event("operations.StockMissing", "10:00", key=SHORTAGE)
ARRIVED = an_event("operations.StockArrived", "10:30", key=SHORTAGE)
HANDED_OVER = an_event("operations.ParcelHandedOver", "11:15")


def explained(*events: Event, agreement: Agreement = PAUSING, now: Instant = NIGHT) -> list[Step]:
    sets = sets_of(agreement)
    subject = told(*events, sets=sets)
    return steps(subject, subject.promises[SHIP], sets, now)


def test_each_step_says_what_it_did_and_what_it_did_to_the_due_date() -> None:
    picked = an_event("operations.PickStarted", "09:20")
    found = explained(APPROVED, picked, MISSING, ARRIVED, HANDED_OVER)
    assert [(step.at, step.moves, step.due_before, step.due_after) for step in found] == [
        (at("09:00"), (Move.OPENED,), None, at("11:00")),
        (at("09:20"), (Move.ACKNOWLEDGED,), at("11:00"), at("11:00")),
        (at("10:00"), (Move.PAUSED,), at("11:00"), at("13:00")),
        (at("10:30"), (Move.RESUMED,), at("13:00"), at("11:30")),
        (at("11:15"), (Move.KEPT,), at("11:30"), at("11:30")),
    ]


def test_the_time_in_which_the_clock_stood_is_not_consumed() -> None:
    found = explained(APPROVED, MISSING, ARRIVED, HANDED_OVER)
    assert [step.worked // MINUTE for step in found] == [0, 60, 0, 45]


def test_the_order_of_arrival_does_not_change_the_steps() -> None:
    in_order = explained(APPROVED, MISSING, ARRIVED, HANDED_OVER)
    assert explained(HANDED_OVER, ARRIVED, MISSING, APPROVED) == in_order


@pytest.mark.parametrize(
    ("now", "ended"), [(at("12:00") - 1, False), (at("12:00"), True), (at("23:00"), True)]
)
def test_a_pause_that_nothing_ended_is_over_at_its_limit(now: Instant, ended: bool) -> None:
    found = explained(APPROVED, MISSING, now=now)
    limits = [step for step in found if step.moves == (Move.PAUSE_LIMIT,)]
    assert [step.at for step in limits] == ([at("12:00")] if ended else [])
    assert found[-1].due_after == at("13:00")


def test_an_event_that_only_the_subject_knows_makes_no_step() -> None:
    seen = an_event("carrier.Seen", "09:30")
    assert [step.event for step in explained(APPROVED, seen)] == [APPROVED]


def test_what_was_taken_back_makes_no_step() -> None:
    found = explained(APPROVED, MISSING, a_retraction(MISSING))
    assert [step.moves for step in found] == [(Move.OPENED,)]


def test_a_promise_whose_opening_was_taken_back_says_by_what() -> None:
    back = a_retraction(APPROVED, "09:40")
    found = explained(APPROVED, back)
    assert [(step.event, step.moves) for step in found] == [
        (APPROVED, (Move.OPENED,)),
        (back, (Move.OPENING_TAKEN_BACK,)),
    ]
    assert found[-1].due_after == at("11:00")


def test_working_time_is_that_of_the_debtors_calendar() -> None:
    office = an_agreement(within=BusinessTime(4 * HOUR), calendar=OFFICE)
    promise = a_promise(office)
    night = at("19:00"), at("23:00")
    assert worked(promise, *night) == OFFICE.between(*night) == 0
    assert worked(promise, at("10:00"), at("09:00")) == 0
    day = at("09:00"), at("12:00")
    assert worked(promise, *day) == OFFICE.between(*day) > 0


@pytest.mark.parametrize(
    ("change", "key", "words"),
    [
        (Change(Move.OPENED), "opens_on", "when this is told: finance: payment approved"),
        (
            Change(Move.PAUSED, 0),
            "pauses",
            "from operations: stock missing until operations: stock arrived, while waiting on"
            " supplier, at most 2 hours",
        ),
        (Change(Move.PAUSE_LIMIT, 0), "pauses", "at most 2 hours"),
        (Change(Move.ACKNOWLEDGED), "acknowledge", "operations says within 1 hour"),
        (Change(Move.AMENDED), "amends_on", "a new version comes with sales: order amended"),
        (Change(Move.KEPT), "fulfil", "when this is told: operations: parcel handed over"),
        (Change(Move.CANCELLED), "cancels_on", "when this is told: sales: order cancelled"),
        (Change(Move.RELEASED), "", "the creditor may release"),
        (Change(Move.MOVED_ALONG), "within", "2 hours after it begins"),
    ],
)
def test_every_change_has_a_clause(change: Change, key: str, words: str) -> None:
    said = clause(PAUSING, change)
    assert said.key == key
    assert words in said.words


@pytest.mark.parametrize("move", Move)
def test_no_move_is_without_words(move: Move) -> None:
    assert clause(PAUSING, Change(move)).words


def test_the_deadlines_clause_names_where_it_comes_from() -> None:
    office = an_agreement(within=BusinessTime(4 * HOUR), calendar=OFFICE)
    assert deadline(office).words == "4 business hours of the calendar office after it begins"
    told_date = an_agreement(within=None, by=PROMISED_BY)
    assert deadline(told_date) == ("by", "the moment in order.promised_by, as it was told last")


def needs(*events: Event, now: Instant, state: State = State.ON_TRACK) -> list[Need]:
    promise = told(*events, sets=sets_of(PAUSING)).promises[SHIP]
    return [wait.need for wait in awaiting(promise, state, now)]


def test_what_is_waited_for_follows_from_what_befell_the_promise() -> None:
    by_people = [Need.ACKNOWLEDGEMENT, Need.EVIDENCE]
    assert needs(APPROVED, now=at("09:10")) == [*by_people, Need.WARNING, Need.DEADLINE]
    picked = an_event("operations.PickStarted", "09:20")
    assert Need.ACKNOWLEDGEMENT not in needs(APPROVED, picked, now=at("09:30"))
    stands = needs(APPROVED, MISSING, now=at("10:10"), state=State.PAUSED)
    assert stands == [Need.END_OF_PAUSE, *by_people]
    assert needs(APPROVED, HANDED_OVER, now=at("12:00")) == []
