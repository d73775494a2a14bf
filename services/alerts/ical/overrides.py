"""Overrides from an iCalendar text: each event is one, and its summary is the person."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from services.alerts.domain.schedules.keys import OVERRIDES_LIMIT
from services.alerts.domain.schedules.schedule import Override
from services.alerts.errors import SchedulesError
from services.alerts.ical.event import DutyEvent, EventFault, instant_of, read_event
from services.alerts.ical.events import events_in
from services.alerts.ical.recurring import starts_of
from services.shared.clock import Instant, to_datetime
from services.shared.faults import Fault
from services.shared.zones import zone_of

OCCURRENCES_LIMIT = 20_000
"""Of all events of a text together, those before the period too."""


def read_overrides(
    text: str, file: str, zone: str, start: Instant, end: Instant
) -> tuple[Override, ...]:
    """Every override of the text that has a part from `start` until `end`, whole, in order.

    `zone` is the schedule's. An event that recurs keeps its times by the wall clock. Raises
    SchedulesError with every fault: the file, the line on which the event begins, and the remedy.
    """
    found: list[Override] = []
    faults: list[Fault] = []
    left = OCCURRENCES_LIMIT
    for lines in events_in(text, file):
        try:
            event = read_event(lines, zone)
            if event is not None:
                starts = _starts(event, end, left)
                left -= len(starts)
                found += (
                    each
                    for each in _overrides(event, starts)
                    if each.starts_at < end and each.ends_at > start
                )
        except EventFault as wrong:
            faults.append(Fault(file, lines.line, wrong.key, wrong.remedy))
    if len(found) > OVERRIDES_LIMIT:
        remedy = f"there are {len(found)} overrides in the period; the limit is {OVERRIDES_LIMIT}."
        faults.append(Fault(file, 1, "VEVENT", remedy))
    if faults:
        raise SchedulesError(tuple(faults))
    return tuple(sorted(found, key=lambda each: each.starts_at))


def _starts(event: DutyEvent, end: Instant, at_most: int) -> list[datetime]:
    """By the wall clock of the event; one that recurs, until a day after the end of the period."""
    zone = zone_of(event.zone)
    before = to_datetime(end).astimezone(zone).replace(tzinfo=None)
    if event.rule is None:
        return [event.begins]
    try:
        return starts_of(event.rule, event.begins, before + timedelta(days=1), zone, at_most)
    except ValueError as error:
        raise EventFault("RRULE", str(error)) from None


def _overrides(event: DutyEvent, starts: list[datetime]) -> Iterator[Override]:
    for shown in starts:
        starts_at = instant_of(shown, event.zone)
        ends_at = instant_of(shown + event.length, event.zone)
        if starts_at < ends_at and starts_at not in event.left_out:
            yield Override(event.person, starts_at, ends_at)
