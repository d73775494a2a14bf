"""How a deadline comes about, day by day through a calendar, in the words of people."""

from collections.abc import Iterator
from typing import assert_never
from zoneinfo import ZoneInfo

from services.shared.clock import Instant
from services.shared.zones import at_local, local_of, zone_of
from services.tracker.core.calendars.calendar import Calendar
from services.tracker.core.calendars.working_calendar import WorkingCalendar
from services.tracker.core.durations import BusinessDays, BusinessTime, Duration, WallTime
from services.tracker.core.language.words import (
    day_in_words,
    elapsed_in_words,
    moment_in_words,
    worked_in_words,
)

STEPS_LIMIT = 14
"""Days that are told one by one."""
UTC_ZONE = "UTC"


def zone_name(calendar: Calendar) -> str:
    """In whose time an explanation tells moments."""
    return calendar.days.zone if isinstance(calendar, WorkingCalendar) else UTC_ZONE


def steps(calendar: Calendar, start: Instant, span: Duration) -> Iterator[str]:
    """A line for each day on the way from `start` to the end of `span`."""
    zone = zone_of(zone_name(calendar))
    match span:
        case WallTime(micros):
            yield f"{elapsed_in_words(micros)} pass whatever the hour."
        case BusinessDays(days):
            yield from _limited(_working_days(calendar, start, days, zone))
        case BusinessTime():
            yield from _limited(_working_time(calendar, start, calendar.add(start, span), zone))
        case _:
            assert_never(span)


def _working_days(calendar: Calendar, start: Instant, days: int, zone: ZoneInfo) -> Iterator[str]:
    for count in range(1, days + 1):
        at = calendar.add(start, BusinessDays(count))
        days_later = "1 working day" if count == 1 else f"{count} working days"
        yield f"{days_later} later: {moment_in_words(at, zone)}"


def _working_time(
    calendar: Calendar, start: Instant, due_by: Instant, zone: ZoneInfo
) -> Iterator[str]:
    """The working time of each day from `start` to `due_by`; days that are closed in one line."""
    closed: list[str] = []
    at = start
    while at < due_by:
        until = min(due_by, at_local(zone, local_of(zone, at)[0] + 1, 0))
        worked, day = calendar.between(at, until), day_in_words(at, zone)
        if not worked:
            closed.append(day)
        else:
            yield from _closed(closed)
            closed.clear()
            opens = moment_in_words(calendar.next_open(at), zone).rpartition(" ")[2]
            yield f"{day}: {worked_in_words(worked)} from {opens}"
        at = until
    yield from _closed(closed)


def _closed(days: list[str]) -> Iterator[str]:
    if days:
        yield f"{days[0]}{f' to {days[-1]}' if days[1:] else ''}: closed"


def _limited(lines: Iterator[str]) -> Iterator[str]:
    """The first lines and the last one; a span may have a thousand days."""
    told = list(lines)
    if len(told) <= STEPS_LIMIT:
        yield from told
        return
    yield from told[: STEPS_LIMIT - 1]
    yield f"... and so on for {len(told) - STEPS_LIMIT} more"
    yield told[-1]
