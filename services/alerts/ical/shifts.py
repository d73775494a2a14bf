"""The shifts of a schedule as an iCalendar text that a calendar program can subscribe to."""

from icalendar import Calendar, Event

from services.alerts.domain.schedules.on_call import shifts
from services.alerts.domain.schedules.schedule import Schedule, Shift
from services.shared.clock import Instant, iso, to_datetime
from services.shared.zones import DAY

AROUND = 365 * DAY
"""A shift of the period is whole where it begins and ends within about a year of it."""


def shifts_text(schedule: Schedule, start: Instant, end: Instant, now: Instant) -> str:
    """Every shift that has a part from `start` until `end`, whole, as an event in UTC.

    An event's UID is the same at every call for as long as the shift begins when it does, so that
    a program which reads the text again moves no event and doubles none; one that has no beginning
    has a new UID once a year. Raises ValueError for a period of nearly PERIOD_LIMIT or more.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//handoff//on call//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"On call: {schedule.name}")
    since = (start // AROUND - 1) * AROUND
    for shift in shifts(schedule, since, end + AROUND):
        if shift.starts_at < end and shift.ends_at > start:
            calendar.add_component(_event(schedule.name, shift, now))
    text: bytes = calendar.to_ical()
    return text.decode()


def _event(schedule: str, shift: Shift, now: Instant) -> Event:
    event = Event()
    event.add("uid", f"{schedule}/{shift.person}/{iso(shift.starts_at)}@handoff")
    event.add("dtstamp", to_datetime(now))
    event.add("dtstart", to_datetime(shift.starts_at))
    event.add("dtend", to_datetime(shift.ends_at))
    event.add("summary", shift.person)
    return event
