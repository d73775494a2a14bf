"""Bars on one axis: promised, taken, late, now."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.console.timeline import TICKS_LIMIT, axis, bar
from tests.unit.console.builders import NOW, a_promise, an_event, at

moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


def test_an_open_promise_is_taken_until_now_and_late_from_its_due_date_on() -> None:
    promise = a_promise(state="breached", opened_at=at("10:03"), due_by=at("12:03"))
    shared = axis([promise], [], NOW)
    drawn = bar(promise, shared, NOW)
    assert drawn.promised is not None
    assert drawn.in_time == drawn.promised
    assert drawn.late is not None
    assert drawn.late.x == drawn.due
    assert abs(drawn.late.x + drawn.late.width - (shared.now or 0)) < 0.01
    assert drawn.ended is None


def test_a_promise_kept_early_ends_inside_what_was_promised() -> None:
    promise = a_promise(state="kept", settled_at=at("12:00"))
    drawn = bar(promise, axis([promise], [], NOW), NOW)
    assert drawn.promised is not None
    assert drawn.in_time is not None
    assert drawn.in_time.width < drawn.promised.width
    assert drawn.late is None
    assert drawn.ended is not None


def test_a_promise_kept_exactly_at_its_due_date_has_no_late_part() -> None:
    promise = a_promise(state="kept", settled_at=at("14:33"))
    assert bar(promise, axis([promise], [], NOW), NOW).late is None
    later = a_promise(state="kept_late", settled_at=at("14:33") + timedelta(seconds=1))
    assert bar(later, axis([later], [], NOW), NOW).late is not None


def test_a_promise_due_before_it_was_opened_is_late_all_along() -> None:
    promise = a_promise(state="breached", opened_at=at("13:00"), due_by=at("12:00"))
    drawn = bar(promise, axis([promise], [], NOW), NOW)
    assert drawn.promised is None
    assert drawn.in_time is None
    assert drawn.late is not None


def test_when_all_is_settled_now_does_not_stretch_the_axis() -> None:
    promise = a_promise(state="kept", settled_at=at("12:00"), customer_visible_by=None)
    shared = axis([promise], [], NOW + timedelta(days=400))
    assert shared.now is None
    assert shared.end < NOW + timedelta(days=1)


def test_a_subject_without_any_moment_still_has_an_axis() -> None:
    shared = axis([], [], NOW)
    assert shared.start < NOW < shared.end


@given(moments, moments, moments)
def test_an_axis_holds_all_moments_and_has_few_round_ticks(
    opened: datetime, due: datetime, happened: datetime
) -> None:
    promise = a_promise(opened_at=opened, due_by=due, customer_visible_by=None)
    shared = axis([promise], [an_event(occurred_at=happened)], NOW)
    for moment in (opened, due, happened, NOW):
        assert 0 <= shared.at(moment) <= 100
    assert len(shared.ticks) <= TICKS_LIMIT + 1
    assert all(0 <= tick.x <= 100 for tick in shared.ticks)


def test_ticks_say_the_hour_and_at_midnight_the_day() -> None:
    promise = a_promise(opened_at=at("3 Mar 20:00"), due_by=at("5 Mar 02:00"))
    words = [tick.word for tick in axis([promise], [], NOW).ticks]
    assert "4 Mar" in words
    assert "12:00" in words
