"""The two questions everybody asks of a promise: its status, and when to look again."""

import pytest

from services.shared.clock import SECOND
from services.tracker.core.promises import (
    COMMIT_MARGIN,
    SILENCE_LIMIT,
    State,
    Watermark,
    look_again_at,
    settled_state,
    status,
    warning_moments,
)
from tests.promising import HOUR, SHIP_BY, a_promise, an_agreement, at

DUE = at("11:00")


def state_at(now: int, complete: int | None = None, **heard: int) -> State:
    complete = now if complete is None else complete
    caught_up_at, heard_at = heard.get("caught_up_at", now), heard.get("heard_at", now)
    promise = a_promise(an_agreement("50%", "80%"))
    return status(promise, now, Watermark(complete, heard_at, caught_up_at))


@pytest.mark.parametrize(
    ("settled_at", "state"),
    [
        (None, None),
        (DUE - 1, State.KEPT),
        (DUE, State.KEPT),
        (DUE + 1, State.KEPT_LATE),
        (at("08:00"), State.KEPT),
    ],
)
def test_evidence_at_the_deadline_keeps_and_after_it_is_late(
    settled_at: int | None, state: State | None
) -> None:
    assert settled_state(a_promise(settled_at=settled_at)) is state


@pytest.mark.parametrize("ended_as", [State.CANCELLED, State.RELEASED])
def test_an_end_is_an_end_whatever_the_deadline(ended_as: State) -> None:
    promise = a_promise(ended_at=at("23:00"), ended_as=ended_as, breached_at=DUE)
    assert settled_state(promise) is ended_as
    assert (
        status(promise, at("23:30"), Watermark(at("23:30"), at("23:30"), at("23:30"))) is ended_as
    )


def test_a_promise_is_on_track_until_its_first_warning() -> None:
    assert state_at(at("10:00") - 1) is State.ON_TRACK


@pytest.mark.parametrize("now", [at("10:00"), at("10:00") + 1, DUE - 1])
def test_a_promise_is_at_risk_from_its_first_warning_to_its_deadline(now: int) -> None:
    assert state_at(now) is State.AT_RISK


def test_a_warning_waits_for_the_evidence_to_be_complete() -> None:
    assert state_at(at("10:30"), complete=at("10:00") - 1) is State.ON_TRACK
    assert state_at(at("10:30"), complete=at("10:00")) is State.AT_RISK


def test_a_deadline_that_passed_is_unconfirmed_until_no_evidence_can_still_come() -> None:
    now = DUE + HOUR
    assert state_at(now, complete=DUE + COMMIT_MARGIN - 1) is State.OVERDUE_UNCONFIRMED
    assert state_at(now, complete=DUE + COMMIT_MARGIN) is State.BREACHED


def test_a_deadline_is_not_over_before_it_is_reached() -> None:
    assert state_at(DUE - 1, complete=at("09:30")) is State.ON_TRACK
    assert state_at(DUE, complete=at("09:30")) is State.OVERDUE_UNCONFIRMED


def test_a_party_that_is_silent_for_too_long_leaves_its_promise_unknown() -> None:
    now = DUE + HOUR
    assert state_at(now, DUE, heard_at=now - SILENCE_LIMIT + 1) is State.OVERDUE_UNCONFIRMED
    assert state_at(now, DUE, heard_at=now - SILENCE_LIMIT) is State.UNKNOWN
    assert state_at(now, DUE, heard_at=now - SILENCE_LIMIT - 1) is State.UNKNOWN


def test_it_is_not_the_party_that_is_silent_while_we_are_behind() -> None:
    now = DUE + HOUR
    heard = {"heard_at": DUE, "caught_up_at": DUE + SILENCE_LIMIT - 1}
    assert state_at(now, DUE, **heard) is State.OVERDUE_UNCONFIRMED
    assert state_at(now, DUE, heard_at=DUE, caught_up_at=DUE + SILENCE_LIMIT) is State.UNKNOWN


def test_silence_before_the_deadline_says_nothing() -> None:
    assert state_at(DUE - 1, at("09:30"), heard_at=0) is State.ON_TRACK


def test_a_breach_that_stands_is_a_breach_however_little_is_known() -> None:
    assert status(a_promise(breached_at=DUE), DUE, Watermark(0, 0, 0)) is State.BREACHED


def test_a_promise_is_looked_at_again_at_its_next_warning_and_then_after_its_deadline() -> None:
    promise = a_promise(an_agreement("50%", "80%"))
    assert look_again_at(promise) == at("10:00")
    promise.rungs = 1
    assert look_again_at(promise) == at("10:36")
    promise.rungs = 2
    assert look_again_at(promise) == DUE + 2 * SECOND


def test_a_promise_that_time_cannot_change_is_not_looked_at_again() -> None:
    assert look_again_at(a_promise(breached_at=DUE)) is None
    assert look_again_at(a_promise(settled_at=at("10:00"))) is None
    assert look_again_at(a_promise(ended_at=at("10:00"), ended_as=State.CANCELLED)) is None


def test_warnings_are_in_order_of_time_however_they_are_written() -> None:
    agreement = an_agreement("30 minutes before", "80%", "50%")
    assert [label for _, label in warning_moments(a_promise(agreement))] == [
        "50%",
        "30 minutes before",
        "80%",
    ]


def test_there_is_no_warning_at_the_deadline_or_after_it() -> None:
    by_a_fact = an_agreement("50%", within=None, by=SHIP_BY)
    overdue_from_the_start = a_promise(by_a_fact, due_by=at("08:00"))
    assert not warning_moments(overdue_from_the_start)
    due_at_once = a_promise(by_a_fact, due_by=at("09:00"))
    assert not warning_moments(due_at_once)


def test_a_warning_further_ahead_than_the_opening_is_due_at_once() -> None:
    promise = a_promise(an_agreement("3 hours before"))
    assert look_again_at(promise) == at("08:00")
