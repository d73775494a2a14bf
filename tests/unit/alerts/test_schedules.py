"""Who is on call: turns, windows, the order of rotations, overrides, gaps and the next change."""

import pytest

from services.alerts.domain.schedules.on_call import (
    CHANGE_LIMIT,
    PERIOD_LIMIT,
    gaps,
    next_change,
    nobody_on_call,
    on_call,
    shifts,
)
from services.alerts.domain.schedules.schedule import Gap
from services.shared.zones import DAY
from tests.promising import HOUR
from tests.scheduling import a_rotation, a_schedule, a_shift, an_override, berlin


class TestTurns:
    """One rotation that always has somebody."""

    @pytest.mark.parametrize(
        ("at", "expected"),
        [
            ("2026-11-09 08:59", "first"),
            ("2026-11-09 09:00", "second"),
            ("2026-11-16 08:59", "second"),
            ("2026-11-16 09:00", "third"),
            ("2026-11-23 09:00", "first"),
        ],
    )
    def test_the_next_person_has_the_turn_from_the_hand_over_on(
        self, at: str, expected: str
    ) -> None:
        assert on_call(a_schedule(), berlin(at)) == (expected,)

    def test_nobody_has_a_turn_before_the_first_hand_over(self) -> None:
        assert on_call(a_schedule(), berlin("2026-11-02 09:00") - 1) == ()
        assert on_call(a_schedule(), berlin("2026-11-02 09:00")) == ("first",)

    def test_a_week_begins_with_the_first_such_weekday_from_the_start_on(self) -> None:
        friday = a_schedule(a_rotation(hand_over="friday 09:00", starts="2026-11-02"))
        assert on_call(friday, berlin("2026-11-06 09:00") - 1) == ()
        assert on_call(friday, berlin("2026-11-06 09:00")) == ("first",)
        monday = a_schedule(a_rotation(hand_over="monday 09:00", starts="2026-11-03"))
        assert on_call(monday, berlin("2026-11-09 09:00") - 1) == ()

    def test_a_turn_may_have_two_weeks_three_days_or_twelve_hours(self) -> None:
        end = berlin("2026-12-24 00:00")
        for shift, hand_over, first_ends in (
            ("2 weeks", "monday 09:00", "2026-11-16 09:00"),
            ("3 days", "09:00", "2026-11-05 09:00"),
            ("12 hours", "09:00", "2026-11-02 21:00"),
        ):
            schedule = a_schedule(a_rotation(shift=shift, hand_over=hand_over))
            found = next(shifts(schedule, berlin("2026-11-02 09:00"), end))
            assert found == a_shift("first", "2026-11-02 09:00", first_ends)

    def test_one_person_has_one_shift_without_end(self) -> None:
        alone = a_schedule(a_rotation(people="first"))
        start, end = berlin("2026-12-01 00:00"), berlin("2027-12-01 00:00")
        assert list(shifts(alone, start, end)) == [
            a_shift("first", "2026-12-01 00:00", "2027-12-01 00:00")
        ]


class TestWindows:
    """A rotation that has somebody at certain times of the week."""

    def test_it_has_nobody_outside_its_windows(self) -> None:
        days = a_schedule(a_rotation(only=("daily 08:00-18:00",)))
        assert on_call(days, berlin("2026-11-03 08:00") - 1) == ()
        assert on_call(days, berlin("2026-11-03 08:00")) == ("first",)
        assert on_call(days, berlin("2026-11-03 18:00") - 1) == ("first",)
        assert on_call(days, berlin("2026-11-03 18:00")) == ()

    def test_a_window_may_reach_into_the_next_week(self) -> None:
        weekend = a_schedule(a_rotation(only=("friday 17:00 - monday 08:00",)))
        start, end = berlin("2026-11-02 09:00"), berlin("2026-11-20 00:00")
        assert list(shifts(weekend, start, end)) == [
            a_shift("first", "2026-11-06 17:00", "2026-11-09 08:00"),
            a_shift("second", "2026-11-13 17:00", "2026-11-16 08:00"),
        ]
        monday = berlin("2026-11-09 08:00")
        assert (on_call(weekend, monday - 1), on_call(weekend, monday)) == (("first",), ())

    def test_turns_pass_on_outside_the_windows(self) -> None:
        monday = a_schedule(
            a_rotation(shift="1 day", hand_over="09:00", only=("monday 10:00-12:00",))
        )
        people = [
            shift.person
            for shift in shifts(monday, berlin("2026-11-02 09:00"), berlin("2026-11-20 00:00"))
        ]
        assert people == ["first", "second", "third"]  # turns 0, 7 and 14

    def test_a_hand_over_within_a_window_divides_it(self) -> None:
        nights = a_schedule(
            a_rotation("a b", shift="1 day", hand_over="00:00", only=("daily 22:00-06:00",))
        )
        start, end = berlin("2026-11-02 12:00"), berlin("2026-11-03 12:00")
        assert list(shifts(nights, start, end)) == [
            a_shift("a", "2026-11-02 22:00", "2026-11-03 00:00"),
            a_shift("b", "2026-11-03 00:00", "2026-11-03 06:00"),
        ]

    def test_windows_that_touch_leave_no_gap(self) -> None:
        always = a_schedule(a_rotation("a", only=("daily 00:00-12:00", "daily 12:00-24:00")))
        start = berlin("2026-11-09 00:00")
        assert list(gaps(always, start, start + 30 * DAY)) == []
        assert next_change(always, start) is None


class TestOrder:
    """Several rotations in one schedule."""

    def test_the_first_rotation_that_has_somebody_wins(self) -> None:
        schedule = a_schedule(a_rotation("day", only=("daily 08:00-18:00",)), a_rotation("deputy"))
        start, end = berlin("2026-11-03 00:00"), berlin("2026-11-04 00:00")
        assert list(shifts(schedule, start, end)) == [
            a_shift("deputy", "2026-11-03 00:00", "2026-11-03 08:00"),
            a_shift("day", "2026-11-03 08:00", "2026-11-03 18:00"),
            a_shift("deputy", "2026-11-03 18:00", "2026-11-04 00:00"),
        ]
        assert on_call(schedule, start) == ("deputy",)
        assert on_call(schedule, berlin("2026-11-03 08:00")) == ("day",)

    def test_a_rotation_that_has_yet_to_begin_leaves_the_others_on_call(self) -> None:
        schedule = a_schedule(a_rotation("new", starts="2026-11-30"), a_rotation("old"))
        start, end = berlin("2026-11-29 00:00"), berlin("2026-12-01 00:00")
        assert list(shifts(schedule, start, end)) == [
            a_shift("old", "2026-11-29 00:00", "2026-11-30 09:00"),
            a_shift("new", "2026-11-30 09:00", "2026-12-01 00:00"),
        ]

    def test_one_person_of_two_rotations_has_one_shift(self) -> None:
        schedule = a_schedule(a_rotation("a", only=("daily 08:00-18:00",)), a_rotation("a"))
        start, end = berlin("2026-11-03 00:00"), berlin("2026-11-05 00:00")
        assert list(shifts(schedule, start, end)) == [
            a_shift("a", "2026-11-03 00:00", "2026-11-05 00:00")
        ]


class TestOverrides:
    """Somebody in place of whom the rotations have."""

    def test_an_override_holds_from_its_start_until_before_its_end(self) -> None:
        override = an_override("deputy", "2026-11-03 10:00", "2026-11-03 12:00")
        schedule = a_schedule(overrides=(override,))
        assert on_call(schedule, override.starts_at - 1) == ("first",)
        assert on_call(schedule, override.starts_at) == ("deputy",)
        assert on_call(schedule, override.ends_at - 1) == ("deputy",)
        assert on_call(schedule, override.ends_at) == ("first",)

    def test_without_replaces_it_fills_a_gap_too(self) -> None:
        override = an_override("deputy", "2026-11-01 10:00", "2026-11-02 12:00")
        start, end = berlin("2026-11-01 00:00"), berlin("2026-11-03 00:00")
        assert list(shifts(a_schedule(overrides=(override,)), start, end)) == [
            a_shift("deputy", "2026-11-01 10:00", "2026-11-02 12:00"),
            a_shift("first", "2026-11-02 12:00", "2026-11-03 00:00"),
        ]

    def test_with_replaces_it_holds_only_while_that_person_would_be_on_call(self) -> None:
        override = an_override("deputy", "2026-11-04 00:00", "2026-11-20 00:00", "second")
        start, end = berlin("2026-11-08 00:00"), berlin("2026-11-17 00:00")
        assert list(shifts(a_schedule(overrides=(override,)), start, end)) == [
            a_shift("first", "2026-11-08 00:00", "2026-11-09 09:00"),
            a_shift("deputy", "2026-11-09 09:00", "2026-11-16 09:00"),
            a_shift("third", "2026-11-16 09:00", "2026-11-17 00:00"),
        ]

    def test_with_replaces_it_fills_no_gap(self) -> None:
        override = an_override("deputy", "2026-11-01 10:00", "2026-11-01 12:00", "first")
        assert on_call(a_schedule(overrides=(override,)), override.starts_at) == ()

    def test_a_swap_of_two_people_does_not_go_in_a_circle(self) -> None:
        bounds = ("2026-11-02 09:00", "2026-11-16 09:00")
        swapped = (an_override("second", *bounds, "first"), an_override("first", *bounds, "second"))
        schedule = a_schedule(overrides=swapped)
        assert on_call(schedule, berlin("2026-11-03 00:00")) == ("second",)
        assert on_call(schedule, berlin("2026-11-10 00:00")) == ("first",)

    def test_an_override_that_goes_on_after_the_period_is_cut_at_its_end(self) -> None:
        override = an_override("deputy", "2026-11-03 10:00", "2026-11-20 12:00", "first")
        start, end = berlin("2026-11-03 00:00"), berlin("2026-11-04 00:00")
        assert list(shifts(a_schedule(overrides=(override,)), start, end)) == [
            a_shift("first", "2026-11-03 00:00", "2026-11-03 10:00"),
            a_shift("deputy", "2026-11-03 10:00", "2026-11-04 00:00"),
        ]

    def test_of_two_at_a_time_the_last_one_holds(self) -> None:
        long = an_override("deputy", "2026-11-03 10:00", "2026-11-03 18:00")
        short = an_override("lead", "2026-11-03 12:00", "2026-11-03 13:00")
        assert on_call(a_schedule(overrides=(long, short)), short.starts_at) == ("lead",)
        assert on_call(a_schedule(overrides=(short, long)), short.starts_at) == ("deputy",)

    def test_an_override_with_the_person_on_call_divides_no_shift(self) -> None:
        override = an_override("first", "2026-11-03 10:00", "2026-11-03 12:00")
        start, end = berlin("2026-11-03 00:00"), berlin("2026-11-04 00:00")
        assert list(shifts(a_schedule(overrides=(override,)), start, end)) == [
            a_shift("first", "2026-11-03 00:00", "2026-11-04 00:00")
        ]


class TestGaps:
    """When nobody is on call."""

    DAYS = a_schedule(a_rotation("a", only=("daily 08:00-18:00",)))
    NIGHT = Gap(berlin("2026-11-03 18:00"), berlin("2026-11-04 08:00"))

    def test_a_gap_reaches_from_one_shift_to_the_next(self) -> None:
        start, end = berlin("2026-11-03 10:00"), berlin("2026-11-04 10:00")
        assert list(gaps(self.DAYS, start, end)) == [self.NIGHT]

    def test_a_gap_is_cut_at_the_bounds(self) -> None:
        start, end = berlin("2026-11-03 20:00"), berlin("2026-11-03 21:00")
        assert list(gaps(self.DAYS, start, end)) == [Gap(start, end)]

    def test_a_gap_is_told_once_it_begins_within_the_horizon(self) -> None:
        now = self.NIGHT.starts_at - HOUR
        assert nobody_on_call(self.DAYS, now, HOUR) is None
        assert nobody_on_call(self.DAYS, now, HOUR + 1) == Gap(now + HOUR, now + HOUR + 1)
        assert nobody_on_call(self.DAYS, now, DAY) == self.NIGHT

    def test_where_somebody_always_is_there_is_no_gap(self) -> None:
        assert nobody_on_call(a_schedule(), berlin("2026-11-03 00:00"), 365 * DAY) is None


class TestNextChange:
    """When somebody else is on call."""

    def test_it_is_the_next_hand_over(self) -> None:
        handed_over = berlin("2026-11-09 09:00")
        assert next_change(a_schedule(), handed_over - 1) == handed_over
        assert next_change(a_schedule(), handed_over) == berlin("2026-11-16 09:00")

    def test_it_is_the_end_of_a_window_and_the_start_of_the_first_turn(self) -> None:
        assert next_change(TestGaps.DAYS, TestGaps.NIGHT.starts_at - 1) == TestGaps.NIGHT.starts_at
        assert next_change(a_schedule(), berlin("2026-10-01 00:00")) == berlin("2026-11-02 09:00")

    def test_a_change_further_away_than_the_limit_is_not_looked_for(self) -> None:
        begins = berlin("2026-11-02 09:00")
        assert next_change(a_schedule(), begins - CHANGE_LIMIT) is None
        assert next_change(a_schedule(), begins - CHANGE_LIMIT + 1) == begins


class TestPeriods:
    """What is asked for at a time."""

    def test_a_period_without_length_has_neither_shifts_nor_gaps(self) -> None:
        at = berlin("2026-11-03 00:00")
        assert list(shifts(a_schedule(), at, at)) == []
        assert list(gaps(a_schedule(), at, at - 1)) == []

    def test_a_period_of_more_than_ten_years_is_refused(self) -> None:
        alone = a_schedule(a_rotation("a"))
        start = berlin("2026-11-03 00:00")
        assert len(list(shifts(alone, start, start + PERIOD_LIMIT))) == 1
        with pytest.raises(ValueError, match="The period has 3661 days; give at most 3660"):
            shifts(alone, start, start + PERIOD_LIMIT + 1)
        with pytest.raises(ValueError, match="give at most 3660"):
            gaps(alone, start, start + PERIOD_LIMIT + DAY)
