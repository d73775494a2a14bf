"""Calendars for tests, from windows as people write them; the default is a warehouse in Berlin."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from services.shared.clock import Instant, to_instant
from services.shared.zones import WEEKDAYS
from services.tracker.core.calendars.working_calendar import WorkingCalendar
from services.tracker.core.calendars.working_days import WorkingDays, parse_window

HOURS = ("08:00-12:00", "13:00-17:00")
OFFICE: Mapping[str, Sequence[str]] = dict.fromkeys(WEEKDAYS[:5], HOURS)
NIGHTS: Mapping[str, Sequence[str]] = dict.fromkeys(WEEKDAYS, ("22:00-06:00",))


def a_calendar(
    week: Mapping[str, Sequence[str]] = OFFICE,
    zone: str = "Europe/Berlin",
    holidays: str = "",
    exceptions: Mapping[str, Sequence[str]] | None = None,
) -> WorkingCalendar:
    """`holidays` is a country, or a country and its part: `DE-BE`."""
    country, _, subdivision = holidays.partition("-")
    return WorkingCalendar(
        name="warehouse",
        version=1,
        days=WorkingDays(
            zone=zone,
            week=tuple(tuple(map(parse_window, week.get(each, ()))) for each in WEEKDAYS),
            country=country,
            subdivision=subdivision,
            exceptions=tuple(
                (date.fromisoformat(on), tuple(map(parse_window, windows)))
                for on, windows in (exceptions or {}).items()
            ),
        ),
    )


def moment(text: str) -> Instant:
    """A local time with its offset, as a clock on the wall and a careful person say it."""
    return to_instant(datetime.fromisoformat(text))
