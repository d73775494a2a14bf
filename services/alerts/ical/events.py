"""The events of an iCalendar text as their lines, before anything in them is understood.

The text may come from anybody: it has limits, and only the lines that are read are kept, so that
neither alarms nor zones that a text defines itself ever reach a parser.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from services.alerts.errors import SchedulesError
from services.shared.faults import Fault

TEXT_LIMIT = 524_288
"""Characters of a text."""
EVENTS_LIMIT = 1_000
LINE_LIMIT = 4_096
"""Characters of a line that is kept, unfolded."""
LINES_LIMIT = 64
"""Lines of an event that are kept."""
READ = ("SUMMARY", "DTSTART", "DTEND", "DURATION", "RRULE", "EXDATE", "STATUS")
NOT_READ = ("RDATE", "EXRULE", "RECURRENCE-ID")
"""What would change when an event is, so that it cannot be passed over in silence."""

_KEPT = frozenset({*READ, *NOT_READ})
_IN_EVENT = ["VCALENDAR", "VEVENT"]
_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class EventLines:
    """The kept lines of one event, unfolded, and the line of the text on which it begins."""

    line: int
    lines: list[str] = field(default_factory=list)


def events_in(text: str, file: str) -> list[EventLines]:
    """The events in their order; raises SchedulesError where the text is none, or over a limit."""
    if len(text) > TEXT_LIMIT:
        raise _wrong(file, 1, "file", f"it has {len(text)} characters; give at most {TEXT_LIMIT}.")
    events: list[EventLines] = []
    within: list[str] = []
    for number, line in _unfolded(text):
        name = re.split("[;:]", line, maxsplit=1)[0].upper()
        if name in ("BEGIN", "END"):
            _go(within, name, line.rpartition(":")[2].upper(), file, number)
            if name == "BEGIN" and within == _IN_EVENT:
                events.append(EventLines(number))
        elif within == _IN_EVENT and name in _KEPT:
            _check(file, number, name, line, len(events[-1].lines))
            events[-1].lines.append(line)
    if within or not text.lstrip().upper().startswith("BEGIN:VCALENDAR"):
        remedy = "it is no whole iCalendar text, from BEGIN:VCALENDAR to END:VCALENDAR."
        raise _wrong(file, 1, "file", remedy)
    if len(events) > EVENTS_LIMIT:
        remedy = f"there are {len(events)} events; the limit is {EVENTS_LIMIT}."
        raise _wrong(file, events[EVENTS_LIMIT].line, "VEVENT", remedy)
    return events


def _go(within: list[str], name: str, component: str, file: str, number: int) -> None:
    """Into a component, or out of the innermost one."""
    if name == "BEGIN":
        within.append(component)
    elif not within or within.pop() != component:
        raise _wrong(file, number, name, f"{component!r} was not begun; mend the text.")


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """The lines with those that continue them, and the number of the first, from 1."""
    first, parts = 0, [""]
    for number, line in enumerate(_BREAK.split(text), start=1):
        if line[:1] in (" ", "\t"):
            parts.append(line[1:])
            continue
        if first:
            yield first, "".join(parts)
        first, parts = number, [line]
    yield first, "".join(parts)


def _check(file: str, number: int, name: str, line: str, lines: int) -> None:
    if len(line) > LINE_LIMIT:
        remedy = f"the line has {len(line)} characters; give at most {LINE_LIMIT}."
        raise _wrong(file, number, name, remedy)
    if lines >= LINES_LIMIT:
        remedy = f"the event has more than {LINES_LIMIT} lines; write events of their own."
        raise _wrong(file, number, name, remedy)


def _wrong(file: str, line: int, key: str, remedy: str) -> SchedulesError:
    return SchedulesError((Fault(file, line, key, remedy),))
