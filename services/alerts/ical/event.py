"""One event of an iCalendar text, read as far as an override needs it.

Times without a zone, and whole days, are those of the schedule. A zone is known by its IANA name
or by the one that Windows gives it; a text's own definition of it is not read.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from icalendar import Component, Event
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from services.alerts.domain.schedules.keys import NAME_PATTERN
from services.alerts.domain.schedules.words import FIRST_YEAR, LAST_YEAR
from services.alerts.ical.events import NOT_READ, EventLines
from services.alerts.ical.recurring import Rule
from services.shared.clock import Instant, to_micros
from services.shared.zones import at_local, day_number, zone_of

LENGTH_LIMIT = timedelta(days=366)

_SHOWN = 80
_NAME = re.compile(NAME_PATTERN)


class EventFault(Exception):
    """What is wrong with an event: the property, and what would be right."""

    def __init__(self, key: str, remedy: str) -> None:
        super().__init__(f"{key}: {remedy}")
        self.key, self.remedy = key, remedy


@dataclass(frozen=True, slots=True)
class DutyEvent:
    """Who is on call, when by the wall clock of `zone`, and how long by the same clock."""

    person: str
    begins: datetime
    length: timedelta
    zone: str
    rule: Rule | None
    left_out: frozenset[Instant]


def read_event(lines: EventLines, zone: str) -> DutyEvent | None:
    """The event, or None where it is cancelled; raises EventFault. `zone` is the schedule's."""
    event = Event.from_ical("\r\n".join(["BEGIN:VEVENT", *lines.lines, "END:VEVENT"]))
    for name, problem in event.errors:
        raise EventFault(name or "VEVENT", f"it cannot be read: {problem[:_SHOWN]}; mend the text.")
    for name in NOT_READ:
        if name in event:
            raise EventFault(name, "it is not read; write events of their own.")
    if str(_only(event, "STATUS", "")).upper() == "CANCELLED":
        return None
    begins, own_zone = _wall(event, "DTSTART", zone)
    return DutyEvent(
        person=_person(event),
        begins=begins,
        length=_length(event, begins, own_zone, zone),
        zone=own_zone,
        rule=_only(event, "RRULE", None),
        left_out=_left_out(event, begins, zone),
    )


def instant_of(wall: datetime, zone: str) -> Instant:
    midnight = datetime.combine(wall.date(), time.min)
    return at_local(zone_of(zone), day_number(wall.date()), to_micros(wall - midnight))


def _person(event: Component) -> str:
    person = str(_only(event, "SUMMARY", "")).strip()
    if not _NAME.fullmatch(person):
        remedy = (
            f"{person[:_SHOWN]!r} is no name; write the person as in a rotation, and nothing else."
        )
        raise EventFault("SUMMARY", remedy)
    return person


def _length(event: Component, begins: datetime, own_zone: str, zone: str) -> timedelta:
    """To the end by the wall clock; a day where there is only the date of the beginning."""
    if "DTEND" in event:
        shown, end_zone = _wall(event, "DTEND", zone)
        if end_zone != own_zone:
            raise EventFault("DTEND", f"it is in {end_zone}, DTSTART in {own_zone}; use one zone.")
        length = shown - begins
    elif "DURATION" in event:
        length = _only(event, "DURATION", None).dt
    else:
        length = timedelta(days=1)
    if not isinstance(length, timedelta) or not timedelta() < length <= LENGTH_LIMIT:
        remedy = f"let it end after it begins, at most {LENGTH_LIMIT.days} days later."
        raise EventFault("DTEND", remedy)
    return length


def _left_out(event: Component, begins: datetime, zone: str) -> frozenset[Instant]:
    """The starts that do not take place; of a date, the one at the time of the first."""
    found = event.get("EXDATE", [])
    lists = found if isinstance(found, list) else [found]
    walls = [
        (*_shown("EXDATE", each.dt, exdates.params.get("TZID"), zone), each.dt)
        for exdates in lists
        for each in exdates.dts
    ]
    return frozenset(
        instant_of(
            shown if isinstance(value, datetime) else datetime.combine(value, begins.time()),
            own_zone,
        )
        for shown, own_zone, value in walls
    )


def _wall(event: Component, name: str, zone: str) -> tuple[datetime, str]:
    found = _only(event, name, None)
    if found is None:
        raise EventFault(name, "it is missing; add it.")
    return _shown(name, found.dt, found.params.get("TZID"), zone)


def _shown(name: str, value: Any, tzid: str | None, zone: str) -> tuple[datetime, str]:  # noqa: ANN401 - whatever the text has there
    """What the wall clock shows, and of which zone."""
    if not isinstance(value, date) or not FIRST_YEAR <= value.year <= LAST_YEAR:
        remedy = f"write a moment or a date from {FIRST_YEAR} to {LAST_YEAR}."
        raise EventFault(name, remedy)
    if not isinstance(value, datetime):
        return datetime.combine(value, time.min), zone
    if tzid is None:
        return value.replace(tzinfo=None), "UTC" if value.tzinfo else zone
    own_zone = WINDOWS_TO_OLSON.get(tzid, tzid)
    try:
        zone_of(own_zone)
    except ValueError as error:
        raise EventFault(name, str(error)) from None
    return value.replace(tzinfo=None), own_zone


def _only(event: Component, name: str, otherwise: Any) -> Any:  # noqa: ANN401 - a property of the library
    found = event.get(name, otherwise)
    if isinstance(found, list):
        raise EventFault(name, f"it is there {len(found)} times; give it once.")
    return found
