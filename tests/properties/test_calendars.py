"""Working time holds together, for any calendar, zone and moment: also when the clocks change."""

import random
from datetime import date, timedelta
from functools import cache, cached_property

import holidays
from hypothesis import assume, given
from hypothesis import strategies as st

from services.shared.clock import Instant, to_instant
from services.shared.zones import DAY, local_of, zone_of
from services.tracker.core.calendars.working_calendar import WorkingCalendar
from services.tracker.core.calendars.working_days import Window, WorkingDays
from services.tracker.core.durations import BusinessDays, BusinessTime
from tests.minutes import A_DAY, DAYS, FIRST, Minutes, Windows, changes, windows_by
from tests.promising import MINUTE

CHANGING_ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Nuuk",
    "Africa/Cairo",
    "Pacific/Chatham",
)
ZONES = (*CHANGING_ZONES, "Asia/Kolkata", "America/Phoenix")
COUNTRIES = ("", "DE", "US", "IN")
CASES = 100_000
CALENDARS = 40
START = to_instant(FIRST)


class RandomCalendar:
    """A calendar and the same one minute by minute, both from the same windows."""

    def __init__(self, chance: random.Random, zone: str) -> None:
        self.zone, day_begins = zone, chance.choice((0, 0, 90, 360))
        week = tuple(random_windows(chance, day_begins) for _ in range(7))
        while not any(week):
            week = tuple(random_windows(chance, day_begins) for _ in range(7))
        country = chance.choice(COUNTRIES)
        exceptions = {
            (FIRST + timedelta(days=chance.randrange(DAYS))).date(): random_windows(
                chance, day_begins
            )
            for _ in range(chance.randrange(20))
        }
        closed = frozenset(
            holidays.country_holidays(country, years=range(2025, 2028)) if country else ()
        )
        self.windows_of = windows_by(week, closed, exceptions)
        self.calendar = WorkingCalendar(
            "random",
            1,
            WorkingDays(
                zone=zone,
                week=tuple(map(as_windows, week)),
                country=country,
                exceptions=tuple((on, as_windows(each)) for on, each in exceptions.items()),
            ),
        )

    @cached_property
    def minutes(self) -> Minutes:
        return Minutes(self.zone, self.windows_of)


def random_windows(chance: random.Random, day_begins: int) -> Windows:
    """Windows that open on the day and close within 24 hours of when it begins."""
    if chance.random() < 0.05:
        return ((0, A_DAY),) if not day_begins else ()
    count = chance.choice((0, 1, 1, 2, 2, 3))
    step = chance.choice((1, 15, 30))
    bounds = sorted(chance.sample(range(day_begins, day_begins + A_DAY, step), 2 * count))
    pairs = zip(bounds[::2], bounds[1::2], strict=True)
    return tuple((opens, closes) for opens, closes in pairs if opens < A_DAY)


def as_windows(windows: Windows) -> tuple[Window, ...]:
    return tuple(Window(opens * MINUTE, closes * MINUTE) for opens, closes in windows)


def random_minute(chance: random.Random, zone: str) -> int:
    """Mostly within three days of a change of the clocks, else in any of the months."""
    if changes(zone) and chance.random() < 0.7:
        return chance.choice(changes(zone)) + chance.randint(-3 * A_DAY, 3 * A_DAY)
    return chance.randrange(60 * A_DAY, (DAYS - 60) * A_DAY)


def instant(minute: int) -> Instant:
    return START + minute * MINUTE


def test_a_hundred_thousand_random_cases_agree_with_counting_minute_by_minute() -> None:
    chance = random.Random(20_261_025)
    for number in range(CALENDARS):
        drawn = RandomCalendar(chance, ZONES[number % len(ZONES)])
        for _ in range(CASES // CALENDARS):
            agrees(drawn, chance)


def agrees(drawn: RandomCalendar, chance: random.Random) -> None:
    """One case of add, subtract, between and next_open; spans that end in the months counted."""
    calendar, minutes = drawn.calendar, drawn.minutes
    at, other = random_minute(chance, drawn.zone), random_minute(chance, drawn.zone)
    longest = chance.choice((30, 600, 3_000, 20_000))
    later = chance.randint(0, min(longest, minutes.worked[-2] - minutes.worked[at]))
    earlier = chance.randint(0, min(longest, max(0, minutes.worked[at] - 1)))
    case = (drawn.calendar, at, later, earlier, other)
    due, start = minutes.add(at, later), minutes.subtract(at, earlier)
    assert calendar.add(instant(at), BusinessTime(later * MINUTE)) == instant(due), case
    assert calendar.subtract(instant(at), BusinessTime(earlier * MINUTE)) == instant(start), case
    worked = calendar.between(instant(at), instant(other))
    assert worked == minutes.between(at, other) * MINUTE, case
    assert calendar.next_open(instant(at)) == instant(minutes.next_open(at)), case


@cache
def calendar_in(zone: str) -> WorkingCalendar:
    return RandomCalendar(random.Random(zone), zone).calendar


CALENDAR = st.sampled_from(ZONES).map(calendar_in)
NEAR_A_CHANGE = (
    st.sampled_from(CHANGING_ZONES)
    .flatmap(lambda zone: st.sampled_from(changes(zone)))
    .flatmap(lambda change: st.integers(instant(change) - 3 * DAY, instant(change) + 3 * DAY))
)
MOMENT = NEAR_A_CHANGE | st.integers(START, instant(DAYS * A_DAY))
WORK = st.integers(0, 100 * 60 * MINUTE)
COUNT = st.integers(0, 30)
BUSINESS = WORK.map(BusinessTime) | COUNT.map(BusinessDays)


@given(CALENDAR, MOMENT, WORK)
def test_between_gives_back_what_add_has_added(
    calendar: WorkingCalendar, start: Instant, micros: int
) -> None:
    due = calendar.add(start, BusinessTime(micros))
    assert calendar.between(start, due) == micros
    assert micros == 0 or calendar.between(start, due - 1) == micros - 1


@given(CALENDAR, MOMENT, WORK)
def test_between_gives_back_what_subtract_has_taken_away(
    calendar: WorkingCalendar, end: Instant, micros: int
) -> None:
    start = calendar.subtract(end, BusinessTime(micros))
    assert calendar.between(start, end) == micros
    assert micros == 0 or calendar.between(start + 1, end) == micros - 1


@given(CALENDAR, MOMENT, WORK)
def test_from_an_open_moment_subtracting_undoes_adding(
    calendar: WorkingCalendar, at: Instant, micros: int
) -> None:
    start = calendar.next_open(at)
    assert (
        calendar.subtract(calendar.add(start, BusinessTime(micros)), BusinessTime(micros)) == start
    )


@given(CALENDAR, MOMENT, WORK, WORK)
def test_adding_in_two_parts_is_adding_at_once(
    calendar: WorkingCalendar, start: Instant, one: int, other: int
) -> None:
    halfway = calendar.add(start, BusinessTime(one))
    at_once = calendar.add(start, BusinessTime(one + other))
    assert calendar.add(halfway, BusinessTime(other)) == at_once


@given(CALENDAR, MOMENT, MOMENT, BUSINESS)
def test_a_later_start_never_gives_an_earlier_deadline(
    calendar: WorkingCalendar, one: Instant, other: Instant, much: BusinessTime | BusinessDays
) -> None:
    first, second = sorted((one, other))
    assert calendar.add(first, much) <= calendar.add(second, much)
    assert calendar.subtract(first, much) <= calendar.subtract(second, much)


@given(CALENDAR, NEAR_A_CHANGE, st.integers(0, 2 * DAY), BUSINESS)
def test_a_start_a_little_later_never_gives_an_earlier_deadline(
    calendar: WorkingCalendar, start: Instant, later: int, much: BusinessTime | BusinessDays
) -> None:
    assert calendar.add(start, much) <= calendar.add(start + later, much)
    assert calendar.subtract(start, much) <= calendar.subtract(start + later, much)


@given(CALENDAR, MOMENT, WORK, WORK)
def test_more_time_never_gives_an_earlier_deadline(
    calendar: WorkingCalendar, start: Instant, one: int, other: int
) -> None:
    less, more = sorted((one, other))
    assert calendar.add(start, BusinessTime(less)) <= calendar.add(start, BusinessTime(more))


@given(CALENDAR, MOMENT, MOMENT, MOMENT)
def test_working_time_adds_up_over_any_moment_in_between(
    calendar: WorkingCalendar, start: Instant, middle: Instant, end: Instant
) -> None:
    whole = calendar.between(start, end)
    assert whole == calendar.between(start, middle) + calendar.between(middle, end)
    assert whole == -calendar.between(end, start)


@given(CALENDAR, MOMENT, st.integers(1, 30))
def test_business_days_keep_the_local_time_or_are_whole_days(
    calendar: WorkingCalendar, start: Instant, count: int
) -> None:
    zone = zone_of(calendar.days.zone)
    day, time = local_of(zone, start)
    due_day, due_time = local_of(zone, calendar.add(start, BusinessDays(count)))
    assume(not clocks_change_about(due_day, calendar.days.zone))
    if not calendar.days.hours(day):
        assert due_time == 0
        due_day, time = due_day - 1, 0
    assert due_time == time
    assert count == sum(bool(calendar.days.hours(each)) for each in range(day + 1, due_day + 1))


def clocks_change_about(day: int, zone: str) -> bool:
    return any(abs(instant(minute) - day * DAY) < 3 * DAY for minute in changes(zone))


def test_the_days_of_a_date_are_counted_from_1970() -> None:
    assert local_of(zone_of("Asia/Kolkata"), 0) == (0, 330 * MINUTE)
    assert date(1970, 1, 1) + timedelta(days=local_of(zone_of("America/Phoenix"), 0)[0]) == date(
        1969, 12, 31
    )
