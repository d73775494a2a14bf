"""When an event recurs, by the wall clock: days and weeks only, and never without an end.

Rules that may go on without ever finding a day are not let through, for they would not come back.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, time
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import DAILY, FR, MO, SA, SU, TH, TU, WE, WEEKLY, rrule

INTERVAL_LIMIT = 366
_WEEKDAYS = {"MO": MO, "TU": TU, "WE": WE, "TH": TH, "FR": FR, "SA": SA, "SU": SU}
_READ = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"})

Rule = Mapping[str, list[Any]]
"""The parts of an RRULE, each a list of values, as the icalendar package reads them."""


def starts_of(
    rule: Rule, first: datetime, end: datetime, zone: ZoneInfo, at_most: int
) -> list[datetime]:
    """The starts from `first` until before `end`, all without a zone, by the wall clock of `zone`.

    Raises ValueError where the rule is none that is read, or gives more than `at_most`.
    """
    found = list(islice(_until(_parsed(rule, first, zone), end), at_most + 1))
    if len(found) > at_most:
        raise ValueError("it recurs too often; let it begin later, or write a rotation.")
    return found


def _until(starts: rrule, end: datetime) -> Iterator[datetime]:
    for each in starts:
        if each >= end:
            return
        yield each


def _parsed(rule: Rule, first: datetime, zone: ZoneInfo) -> rrule:
    if unread := sorted(set(rule) - _READ):
        raise ValueError(f"{unread[0]} is not read; known are {', '.join(sorted(_READ))}.")
    frequency = _one(rule, "FREQ", "")
    if frequency not in ("DAILY", "WEEKLY"):
        raise ValueError(f"it recurs {frequency or 'at no time'}; write FREQ=DAILY or FREQ=WEEKLY.")
    days = [str(each) for each in rule.get("BYDAY", [])]
    if days and (frequency != "WEEKLY" or not set(days) <= set(_WEEKDAYS)):
        raise ValueError("BYDAY is for FREQ=WEEKLY; write for example BYDAY=MO,TU.")
    if "COUNT" in rule and "UNTIL" in rule:
        raise ValueError("it has both COUNT and UNTIL; give one of them.")
    interval, count = _one(rule, "INTERVAL", 1), _one(rule, "COUNT", None)
    if not 1 <= interval <= INTERVAL_LIMIT or (count is not None and count < 1):
        raise ValueError(f"write an INTERVAL from 1 to {INTERVAL_LIMIT}, and a COUNT over 0.")
    return rrule(
        DAILY if frequency == "DAILY" else WEEKLY,
        dtstart=first,
        interval=interval,
        count=count,
        until=_last(_one(rule, "UNTIL", None), zone),
        byweekday=[_WEEKDAYS[day] for day in days] or None,
        wkst=_WEEKDAYS.get(str(_one(rule, "WKST", "MO")), MO),
    )


def _one(rule: Rule, part: str, otherwise: Any) -> Any:  # noqa: ANN401 - a part is a text, a number or a date
    values = rule.get(part, [otherwise])
    if len(values) != 1:
        raise ValueError(f"{part} has {len(values)} values; give one.")
    return values[0]


def _last(until: Any, zone: ZoneInfo) -> datetime | None:  # noqa: ANN401 - a date, a datetime, or None
    """The end of a rule by the wall clock; that of a day is its last moment."""
    if until is None:
        return None
    if not isinstance(until, datetime):
        return datetime.combine(until, time.max)
    return until.astimezone(zone).replace(tzinfo=None) if until.tzinfo else until
