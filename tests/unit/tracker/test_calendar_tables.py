"""Working time by hand: what a person with a calendar and a clock on the wall works out for 2026.

Clocks change in Berlin on March 29 and October 25, in New York on March 8 and November 1, on Lord
Howe by half an hour on April 5 and October 4, in Phoenix and Kolkata never.
"""

import pytest

from services.shared.zones import WEEKDAYS
from services.tracker.core.calendars.working_calendar import WorkingCalendar
from services.tracker.core.durations import BusinessDays, BusinessTime
from tests.promising import HOUR, MINUTE
from tests.working import HOURS, NIGHTS, OFFICE, a_calendar, moment

WAREHOUSE = a_calendar(
    holidays="DE-BE",
    exceptions={"2026-11-28": ["08:00-12:00"], "2026-12-24": ["08:00-12:00"], "2026-12-31": []},
)
BERLIN_NIGHTS = a_calendar(NIGHTS)
NEW_YORK = a_calendar(OFFICE, "America/New_York", "US")
NEW_YORK_NIGHTS = a_calendar(NIGHTS, "America/New_York")
LORD_HOWE_NIGHTS = a_calendar(NIGHTS, "Australia/Lord_Howe")
PHOENIX = a_calendar(NIGHTS, "America/Phoenix")
KOLKATA = a_calendar(OFFICE, "Asia/Kolkata")

TABLE = [
    # A morning, the lunch break, the end of a day, a weekend.
    (WAREHOUSE, "2026-11-02T08:00+01:00", 4 * HOUR, "2026-11-02T12:00+01:00"),
    (WAREHOUSE, "2026-11-02T08:00+01:00", 4 * HOUR + 1, "2026-11-02T13:00:00.000001+01:00"),
    (WAREHOUSE, "2026-11-02T10:00+01:00", 4 * HOUR, "2026-11-02T15:00+01:00"),
    (WAREHOUSE, "2026-11-02T15:00+01:00", 2 * HOUR, "2026-11-02T17:00+01:00"),
    (WAREHOUSE, "2026-11-02T15:00+01:00", 2 * HOUR + 1, "2026-11-03T08:00:00.000001+01:00"),
    (WAREHOUSE, "2026-11-06T16:00+01:00", 2 * HOUR, "2026-11-09T09:00+01:00"),
    (WAREHOUSE, "2026-11-02T00:00+01:00", 40 * HOUR, "2026-11-06T17:00+01:00"),
    # Thursday, Friday off for Labour Day; Ascension; German Unity on a Saturday costs nothing.
    (WAREHOUSE, "2026-04-30T16:00+02:00", 2 * HOUR, "2026-05-04T09:00+02:00"),
    (WAREHOUSE, "2026-05-13T16:59+02:00", 2 * MINUTE, "2026-05-15T08:01+02:00"),
    (WAREHOUSE, "2026-10-02T16:00+02:00", 2 * HOUR, "2026-10-05T09:00+02:00"),
    # A Saturday worked, a half day before two holidays, a day closed by an exception.
    (WAREHOUSE, "2026-11-27T16:00+01:00", 5 * HOUR, "2026-11-28T12:00+01:00"),
    (WAREHOUSE, "2026-11-27T16:00+01:00", 6 * HOUR, "2026-11-30T09:00+01:00"),
    (WAREHOUSE, "2026-12-24T08:00+01:00", 4 * HOUR, "2026-12-24T12:00+01:00"),
    (WAREHOUSE, "2026-12-24T08:00+01:00", 5 * HOUR, "2026-12-28T09:00+01:00"),
    (WAREHOUSE, "2026-12-30T16:00+01:00", 2 * HOUR, "2027-01-04T09:00+01:00"),
    # Office hours over the weekend on which the clocks change.
    (WAREHOUSE, "2026-03-27T16:00+01:00", 2 * HOUR, "2026-03-30T09:00+02:00"),
    (WAREHOUSE, "2026-10-23T16:00+02:00", 2 * HOUR, "2026-10-26T09:00+01:00"),
    # The night of March 29 has seven hours, the one of October 25 has nine.
    (BERLIN_NIGHTS, "2026-03-28T22:00+01:00", 3 * HOUR, "2026-03-29T01:00+01:00"),
    (BERLIN_NIGHTS, "2026-03-28T22:00+01:00", 4 * HOUR, "2026-03-29T03:00+02:00"),
    (BERLIN_NIGHTS, "2026-03-28T22:00+01:00", 5 * HOUR, "2026-03-29T04:00+02:00"),
    (BERLIN_NIGHTS, "2026-03-28T22:00+01:00", 7 * HOUR, "2026-03-29T06:00+02:00"),
    (BERLIN_NIGHTS, "2026-03-28T22:00+01:00", 8 * HOUR, "2026-03-29T23:00+02:00"),
    (BERLIN_NIGHTS, "2026-10-24T22:00+02:00", 4 * HOUR, "2026-10-25T02:00+02:00"),
    (BERLIN_NIGHTS, "2026-10-24T22:00+02:00", 5 * HOUR, "2026-10-25T02:00+01:00"),
    (BERLIN_NIGHTS, "2026-10-24T22:00+02:00", 9 * HOUR, "2026-10-25T06:00+01:00"),
    (BERLIN_NIGHTS, "2026-10-24T22:00+02:00", 10 * HOUR, "2026-10-25T23:00+01:00"),
    (NEW_YORK, "2026-03-06T16:00-05:00", 2 * HOUR, "2026-03-09T09:00-04:00"),
    (NEW_YORK, "2026-10-30T16:00-04:00", 2 * HOUR, "2026-11-02T09:00-05:00"),
    # Independence Day is a Saturday, so the Friday before is off; Thanksgiving is a Thursday.
    (NEW_YORK, "2026-07-02T16:00-04:00", 2 * HOUR, "2026-07-06T09:00-04:00"),
    (NEW_YORK, "2026-11-25T16:00-05:00", 2 * HOUR, "2026-11-27T09:00-05:00"),
    (NEW_YORK_NIGHTS, "2026-03-07T22:00-05:00", 4 * HOUR, "2026-03-08T03:00-04:00"),
    (NEW_YORK_NIGHTS, "2026-03-07T22:00-05:00", 7 * HOUR, "2026-03-08T06:00-04:00"),
    (NEW_YORK_NIGHTS, "2026-10-31T22:00-04:00", 4 * HOUR, "2026-11-01T01:00-05:00"),
    (NEW_YORK_NIGHTS, "2026-10-31T22:00-04:00", 9 * HOUR, "2026-11-01T06:00-05:00"),
    (LORD_HOWE_NIGHTS, "2026-04-04T22:00+11:00", 4 * HOUR, "2026-04-05T01:30+10:30"),
    (LORD_HOWE_NIGHTS, "2026-04-04T22:00+11:00", 8 * HOUR, "2026-04-05T05:30+10:30"),
    (LORD_HOWE_NIGHTS, "2026-04-04T22:00+11:00", 510 * MINUTE, "2026-04-05T06:00+10:30"),
    (LORD_HOWE_NIGHTS, "2026-10-03T22:00+10:30", 4 * HOUR, "2026-10-04T02:30+11:00"),
    (LORD_HOWE_NIGHTS, "2026-10-03T22:00+10:30", 7 * HOUR, "2026-10-04T05:30+11:00"),
    (LORD_HOWE_NIGHTS, "2026-10-03T22:00+10:30", 450 * MINUTE, "2026-10-04T06:00+11:00"),
    (PHOENIX, "2026-03-07T22:00-07:00", 8 * HOUR, "2026-03-08T06:00-07:00"),
    (PHOENIX, "2026-10-31T22:00-07:00", 8 * HOUR, "2026-11-01T06:00-07:00"),
    (KOLKATA, "2026-03-27T16:00+05:30", 2 * HOUR, "2026-03-30T09:00+05:30"),
]


@pytest.mark.parametrize(("calendar", "start", "micros", "due"), TABLE)
def test_working_time_ends_when_a_person_says(
    calendar: WorkingCalendar, start: str, micros: int, due: str
) -> None:
    assert calendar.add(moment(start), BusinessTime(micros)) == moment(due)
    assert calendar.between(moment(start), moment(due)) == micros


@pytest.mark.parametrize(
    ("end", "micros", "start"),
    [
        ("2026-11-02T12:00+01:00", 4 * HOUR, "2026-11-02T08:00+01:00"),
        ("2026-11-02T12:00+01:00", 4 * HOUR + 1, "2026-10-30T16:59:59.999999+01:00"),
        ("2026-11-02T13:00+01:00", 1 * HOUR, "2026-11-02T11:00+01:00"),
        ("2026-11-02T14:00+01:00", 1 * HOUR, "2026-11-02T13:00+01:00"),
        ("2026-11-02T09:00+01:00", 2 * HOUR, "2026-10-30T16:00+01:00"),
        ("2026-11-30T09:00+01:00", 6 * HOUR, "2026-11-27T16:00+01:00"),
        ("2026-12-28T08:00+01:00", 4 * HOUR, "2026-12-24T08:00+01:00"),
        ("2026-12-28T08:00+01:00", 5 * HOUR, "2026-12-23T16:00+01:00"),
        ("2026-03-30T09:00+02:00", 2 * HOUR, "2026-03-27T16:00+01:00"),
        ("2026-10-26T09:00+01:00", 2 * HOUR, "2026-10-23T16:00+02:00"),
    ],
)
def test_working_time_begins_when_a_person_says(end: str, micros: int, start: str) -> None:
    assert WAREHOUSE.subtract(moment(end), BusinessTime(micros)) == moment(start)


@pytest.mark.parametrize(
    ("day", "windows", "zone", "micros"),
    [
        ("2026-03-29", ["02:00-03:00"], "Europe/Berlin", 0),
        ("2026-03-29", ["02:30-03:30"], "Europe/Berlin", 30 * MINUTE),
        ("2026-03-29", ["01:30-02:30"], "Europe/Berlin", 30 * MINUTE),
        ("2026-03-29", ["00:00-24:00"], "Europe/Berlin", 23 * HOUR),
        ("2026-10-25", ["02:00-02:30"], "Europe/Berlin", 30 * MINUTE),
        ("2026-10-25", ["02:00-03:00"], "Europe/Berlin", 2 * HOUR),
        ("2026-10-25", ["02:30-03:30"], "Europe/Berlin", 2 * HOUR),
        ("2026-10-25", ["00:00-24:00"], "Europe/Berlin", 25 * HOUR),
        ("2026-04-05", ["01:30-02:00"], "Australia/Lord_Howe", 1 * HOUR),
        ("2026-10-04", ["01:30-02:15"], "Australia/Lord_Howe", 30 * MINUTE),
        ("2026-03-29", ["00:00-24:00"], "Asia/Kolkata", 24 * HOUR),
    ],
)
def test_a_day_on_which_the_clocks_change_has_its_elapsed_hours(
    day: str, windows: list[str], zone: str, micros: int
) -> None:
    calendar = a_calendar({}, zone, exceptions={day: windows})
    year = moment("2026-01-01T00:00+00:00"), moment("2027-01-01T00:00+00:00")
    assert calendar.between(*year) == micros


EVERY_DAY = dict.fromkeys(WEEKDAYS, HOURS)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-11-02T15:00+01:00", 1, "2026-11-03T15:00+01:00"),
        ("2026-11-02T06:30+01:00", 1, "2026-11-03T06:30+01:00"),
        ("2026-11-02T22:00+01:00", 1, "2026-11-03T22:00+01:00"),
        ("2026-11-06T15:00+01:00", 1, "2026-11-09T15:00+01:00"),
        ("2026-11-02T00:00+01:00", 5, "2026-11-09T00:00+01:00"),
        # From a weekend: with the end of Monday, of Friday.
        ("2026-11-07T15:00+01:00", 1, "2026-11-10T00:00+01:00"),
        ("2026-11-08T23:59+01:00", 1, "2026-11-10T00:00+01:00"),
        ("2026-11-08T23:59+01:00", 5, "2026-11-14T00:00+01:00"),
        # The worked Saturday, the half day, the holidays.
        ("2026-11-27T15:00+01:00", 1, "2026-11-28T15:00+01:00"),
        ("2026-12-23T15:00+01:00", 1, "2026-12-24T15:00+01:00"),
        ("2026-12-23T15:00+01:00", 2, "2026-12-28T15:00+01:00"),
        ("2026-12-30T15:00+01:00", 1, "2027-01-04T15:00+01:00"),
        # The same local time on the other side of a change of the clocks.
        ("2026-03-27T15:00+01:00", 1, "2026-03-30T15:00+02:00"),
        ("2026-10-23T15:00+02:00", 1, "2026-10-26T15:00+01:00"),
    ],
)
def test_business_days_end_when_a_person_says(start: str, days: int, due: str) -> None:
    assert WAREHOUSE.add(moment(start), BusinessDays(days)) == moment(due)


@pytest.mark.parametrize(
    ("end", "days", "start"),
    [
        ("2026-11-03T15:00+01:00", 1, "2026-11-02T15:00+01:00"),
        ("2026-11-09T15:00+01:00", 1, "2026-11-06T15:00+01:00"),
        ("2026-11-07T15:00+01:00", 1, "2026-11-06T00:00+01:00"),
        ("2026-11-08T15:00+01:00", 2, "2026-11-05T00:00+01:00"),
        ("2026-12-28T15:00+01:00", 2, "2026-12-23T15:00+01:00"),
        ("2026-03-30T15:00+02:00", 1, "2026-03-27T15:00+01:00"),
        ("2026-10-26T15:00+01:00", 1, "2026-10-23T15:00+02:00"),
    ],
)
def test_business_days_begin_when_a_person_says(end: str, days: int, start: str) -> None:
    assert WAREHOUSE.subtract(moment(end), BusinessDays(days)) == moment(start)


@pytest.mark.parametrize(
    ("zone", "start", "due"),
    [
        ("Europe/Berlin", "2026-03-28T02:30+01:00", "2026-03-29T03:00+02:00"),
        ("Europe/Berlin", "2026-03-28T03:00+01:00", "2026-03-29T03:00+02:00"),
        ("Europe/Berlin", "2026-03-29T03:00+02:00", "2026-03-30T03:00+02:00"),
        ("Europe/Berlin", "2026-10-24T02:30+02:00", "2026-10-25T02:30+02:00"),
        ("Europe/Berlin", "2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00"),
        ("Europe/Berlin", "2026-10-25T02:30+01:00", "2026-10-26T03:00+01:00"),
        ("Europe/Berlin", "2026-10-25T03:00+01:00", "2026-10-26T03:00+01:00"),
        ("America/New_York", "2026-03-07T02:30-05:00", "2026-03-08T03:00-04:00"),
        ("America/New_York", "2026-10-31T01:30-04:00", "2026-11-01T01:30-04:00"),
        ("America/New_York", "2026-11-01T01:30-05:00", "2026-11-02T02:00-05:00"),
        ("Australia/Lord_Howe", "2026-10-03T02:15+10:30", "2026-10-04T02:30+11:00"),
        ("Australia/Lord_Howe", "2026-04-04T01:45+11:00", "2026-04-05T01:45+11:00"),
        ("Australia/Lord_Howe", "2026-04-05T01:45+10:30", "2026-04-06T02:00+10:30"),
        # In Nuuk the hour before midnight comes twice, before the day begins that follows.
        ("America/Nuuk", "2026-10-24T23:30-01:00", "2026-10-25T23:30-02:00"),
        ("America/Nuuk", "2026-10-24T23:30-02:00", "2026-10-26T00:00-02:00"),
        ("America/Phoenix", "2026-03-07T02:30-07:00", "2026-03-08T02:30-07:00"),
    ],
)
def test_a_skipped_time_is_the_next_valid_one_and_a_repeated_one_the_first(
    zone: str, start: str, due: str
) -> None:
    calendar = a_calendar(EVERY_DAY, zone)
    assert calendar.add(moment(start), BusinessDays(1)) == moment(due)


def test_a_day_whose_only_window_is_skipped_is_no_working_day() -> None:
    calendar = a_calendar(dict.fromkeys(WEEKDAYS, ("02:00-03:00",)))
    start, due = moment("2026-03-28T12:00+01:00"), moment("2026-03-30T12:00+02:00")
    assert calendar.add(start, BusinessDays(1)) == due
    assert calendar.subtract(due, BusinessDays(1)) == start
    assert calendar.between(start, due) == HOUR
