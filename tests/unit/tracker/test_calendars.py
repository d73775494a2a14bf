"""What a calendar answers at the edges: of a window, of an empty span, of what it covers."""

from dataclasses import replace

import pytest

from services.shared.clock import Instant
from services.shared.zones import DAY
from services.tracker.core.calendars.calendar import ALWAYS, Calendar
from services.tracker.core.calendars.working_calendar import WorkingCalendar
from services.tracker.core.durations import (
    DEADLINE_LIMIT,
    BusinessDays,
    BusinessTime,
    Duration,
    WallTime,
)
from tests.promising import HOUR, span
from tests.working import NIGHTS, OFFICE, a_calendar, moment

OFFICE_HOURS: Calendar = a_calendar()
MONDAY = "2026-11-02T"


def on_monday(time: str) -> Instant:
    return moment(f"{MONDAY}{time}+01:00")


OPENING, NOON, ONE, CLOSING = map(on_monday, ("08:00", "12:00", "13:00", "17:00"))
TUESDAY, FRIDAY_CLOSING = OPENING + DAY, CLOSING - 3 * DAY


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        (OPENING - 1, OPENING),
        (OPENING, OPENING),
        (NOON - 1, NOON - 1),
        (NOON, ONE),
        (ONE - 1, ONE),
        (CLOSING - 1, CLOSING - 1),
        (CLOSING, TUESDAY),
    ],
)
def test_a_window_is_open_from_its_first_instant_until_before_its_last(
    at: Instant, opens: Instant
) -> None:
    assert OFFICE_HOURS.next_open(at) == opens


@pytest.mark.parametrize(
    ("start", "micros", "due"),
    [
        (OPENING, 4 * HOUR - 1, NOON - 1),
        (OPENING, 4 * HOUR, NOON),
        (OPENING, 4 * HOUR + 1, ONE + 1),
        (OPENING - 1, 1, OPENING + 1),
        (NOON, 1, ONE + 1),
        (CLOSING - 1, 1, CLOSING),
        (CLOSING, 1, TUESDAY + 1),
    ],
)
def test_a_deadline_at_closing_time_is_the_closing_instant(
    start: Instant, micros: int, due: Instant
) -> None:
    assert OFFICE_HOURS.add(start, BusinessTime(micros)) == due


@pytest.mark.parametrize(
    ("end", "micros", "start"),
    [
        (NOON, 4 * HOUR - 1, OPENING + 1),
        (NOON, 4 * HOUR, OPENING),
        (NOON, 4 * HOUR + 1, FRIDAY_CLOSING - 1),
        (ONE, 1, NOON - 1),
        (ONE + 1, 1, ONE),
        (OPENING, 1, FRIDAY_CLOSING - 1),
    ],
)
def test_a_start_at_opening_time_is_the_opening_instant(
    end: Instant, micros: int, start: Instant
) -> None:
    assert OFFICE_HOURS.subtract(end, BusinessTime(micros)) == start


@pytest.mark.parametrize(
    ("start", "end", "worked"),
    [
        (OPENING - 1, OPENING, 0),
        (OPENING - 1, OPENING + 1, 1),
        (NOON - 1, ONE, 1),
        (NOON, ONE, 0),
        (NOON, ONE + 1, 1),
        (CLOSING, TUESDAY, 0),
        (OPENING, CLOSING, 8 * HOUR),
        (CLOSING, OPENING, -8 * HOUR),
        (OPENING, OPENING, 0),
        (OPENING, OPENING + 7 * DAY, 40 * HOUR),
    ],
)
def test_working_time_between_leaves_out_what_is_closed(
    start: Instant, end: Instant, worked: int
) -> None:
    assert OFFICE_HOURS.between(start, end) == worked


@pytest.mark.parametrize("nothing", [WallTime(0), BusinessTime(0), BusinessDays(0)])
@pytest.mark.parametrize("at", [OPENING - 1, OPENING, NOON, ONE - 1, CLOSING, CLOSING + 5 * DAY])
def test_no_time_moves_nothing_even_while_closed(at: Instant, nothing: Duration) -> None:
    assert OFFICE_HOURS.add(at, nothing) == at
    assert OFFICE_HOURS.subtract(at, nothing) == at


def test_wall_time_runs_while_the_calendar_is_closed() -> None:
    assert OFFICE_HOURS.add(CLOSING, WallTime(2 * HOUR)) == CLOSING + 2 * HOUR
    assert OFFICE_HOURS.subtract(OPENING, WallTime(2 * HOUR)) == OPENING - 2 * HOUR


def test_who_always_works_has_working_time_as_elapsed_time() -> None:
    assert ALWAYS.add(NOON, BusinessTime(HOUR)) == NOON + HOUR
    assert ALWAYS.add(NOON, BusinessDays(2)) == NOON + 2 * DAY
    assert ALWAYS.subtract(NOON, BusinessDays(2)) == NOON - 2 * DAY
    assert ALWAYS.between(NOON, ONE) == HOUR
    assert ALWAYS.next_open(NOON) == NOON


def test_an_exception_does_not_end_the_night_that_began_before_it() -> None:
    nights = a_calendar(NIGHTS, exceptions={"2026-11-03": []})
    assert nights.between(on_monday("22:00"), on_monday("22:00") + DAY) == 8 * HOUR
    assert nights.next_open(on_monday("06:00") + DAY) == on_monday("22:00") + 2 * DAY


def test_an_exception_wins_over_a_holiday() -> None:
    labour_day = moment("2026-05-01T00:00+02:00"), moment("2026-05-02T00:00+02:00")
    assert a_calendar().between(*labour_day) == 8 * HOUR
    assert a_calendar(holidays="DE").between(*labour_day) == 0
    worked = a_calendar(holidays="DE", exceptions={"2026-05-01": ["08:00-12:00"]})
    assert worked.between(*labour_day) == 4 * HOUR


def test_the_holidays_of_a_part_of_a_country_are_its_own() -> None:
    reformation_day = moment("2025-10-31T00:00+01:00"), moment("2025-11-01T00:00+01:00")
    assert a_calendar(holidays="DE-BE").between(*reformation_day) == 8 * HOUR
    assert a_calendar(holidays="DE-BB").between(*reformation_day) == 0


def test_windows_that_touch_are_one() -> None:
    touching = a_calendar({"monday": ("08:00-12:00", "12:00-17:00")})
    assert touching.next_open(NOON) == NOON
    assert touching.between(OPENING, CLOSING) == 9 * HOUR


class TestReach:
    """No answer lies further away than a deadline may."""

    closed = a_calendar({}, exceptions={"2026-11-02": ["08:00-12:00"]})

    @pytest.mark.parametrize("much", [BusinessTime(1), BusinessDays(1)])
    def test_a_calendar_that_stays_closed_answers_with_the_limit(self, much: Duration) -> None:
        assert self.closed.add(NOON, much) == NOON + DEADLINE_LIMIT
        assert self.closed.subtract(OPENING, much) == OPENING - DEADLINE_LIMIT

    def test_a_calendar_that_stays_closed_opens_at_the_limit(self) -> None:
        assert self.closed.next_open(NOON - 1) == NOON - 1
        assert self.closed.next_open(NOON) == NOON + DEADLINE_LIMIT

    def test_the_last_worked_microsecond_is_still_found(self) -> None:
        assert self.closed.add(OPENING, BusinessTime(4 * HOUR)) == NOON
        assert self.closed.add(OPENING, BusinessTime(4 * HOUR + 1)) == OPENING + DEADLINE_LIMIT
        early = NOON - DEADLINE_LIMIT
        assert self.closed.add(early, BusinessTime(4 * HOUR)) == NOON
        assert self.closed.add(early - 1, BusinessTime(4 * HOUR)) == NOON - 1

    def test_the_first_worked_microsecond_is_still_found(self) -> None:
        assert self.closed.subtract(NOON, BusinessTime(4 * HOUR)) == OPENING
        late = OPENING + DEADLINE_LIMIT
        assert self.closed.subtract(late, BusinessTime(4 * HOUR)) == OPENING
        assert self.closed.subtract(late + 1, BusinessTime(4 * HOUR)) == OPENING + 1

    def test_the_next_opening_is_no_further_away(self) -> None:
        assert self.closed.next_open(OPENING - DEADLINE_LIMIT) == OPENING
        assert self.closed.next_open(OPENING - DEADLINE_LIMIT - 1) == OPENING - 1

    def test_a_span_that_takes_longer_than_a_deadline_may_ends_at_the_limit(self) -> None:
        assert OFFICE_HOURS.add(NOON, BusinessTime(DEADLINE_LIMIT)) == NOON + DEADLINE_LIMIT
        assert OFFICE_HOURS.add(NOON, BusinessDays(1_461)) == NOON + DEADLINE_LIMIT
        assert OFFICE_HOURS.subtract(NOON, BusinessDays(1_461)) == NOON - DEADLINE_LIMIT

    def test_years_are_worked_from_1970_to_2199_only(self) -> None:
        year = span(days=365)
        assert OFFICE_HOURS.between(-year, 0) == 0
        assert OFFICE_HOURS.between(0, year) > 0
        assert OFFICE_HOURS.between(229 * year, 230 * year) > 0
        assert OFFICE_HOURS.between(230 * year, 231 * year) == 0

    @pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kolkata"])
    @pytest.mark.parametrize(
        "at",
        [
            moment("0001-01-01T00:00+00:00"),
            moment("1969-12-31T00:00+00:00"),
            moment("9999-12-31T23:59+00:00"),
        ],
    )
    def test_a_date_that_is_far_off_is_answered_too(self, at: Instant, zone: str) -> None:
        calendar = a_calendar(zone=zone)
        for much in (BusinessTime(DEADLINE_LIMIT), BusinessDays(1_461)):
            assert calendar.add(at, much) == at + DEADLINE_LIMIT
            assert calendar.subtract(at, much) == at - DEADLINE_LIMIT


class TestIdentity:
    """A calendar is all that decides its answers."""

    def test_the_same_content_is_the_same_calendar(self) -> None:
        one, other = a_calendar(holidays="DE"), a_calendar(holidays="DE")
        one.add(NOON, BusinessDays(2))
        assert one == other
        assert hash(one) == hash(other)
        assert one.content == other.content

    @pytest.mark.parametrize(
        "other",
        [
            replace(a_calendar(), version=2),
            replace(a_calendar(), name="office"),
            a_calendar(zone="Europe/Vienna"),
            a_calendar(holidays="DE"),
            a_calendar(OFFICE, exceptions={"2026-11-02": []}),
            replace(a_calendar(), days=replace(a_calendar().days, tzdata_version="2020.1")),
            replace(a_calendar(), days=replace(a_calendar().days, holidays_version="0.1")),
        ],
    )
    def test_another_rule_makes_another_calendar(self, other: WorkingCalendar) -> None:
        assert other != a_calendar()
        assert other.content != a_calendar().content

    def test_it_says_by_which_rules_of_the_zones_it_answers(self) -> None:
        assert a_calendar().days.tzdata_version == "2026.6"
