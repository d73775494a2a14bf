"""Spans of time as agreements write them: `48 hours`, `4 business hours`, `2 business days`, `80%`.

The three kinds of span are different types: only a calendar turns one into another.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

from services.shared.clock import SECOND, to_micros

DEADLINE_LIMIT = 1_461 * 86_400 * SECOND
"""Microseconds that a deadline may lie ahead of its opening event."""

_UNITS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}
_BUSINESS_UNITS = {"second": 1, "minute": 60, "hour": 3_600}
_DAYS_LIMIT = 1_461


@dataclass(frozen=True, slots=True)
class WallTime:
    """Elapsed time, whatever the hour: `48 hours`, `2 days`."""

    micros: int


@dataclass(frozen=True, slots=True)
class BusinessTime:
    """Time in which a calendar is open: `4 business hours`."""

    micros: int


@dataclass(frozen=True, slots=True)
class BusinessDays:
    """The same local time so many working days later: `2 business days`."""

    days: int


Duration = WallTime | BusinessTime | BusinessDays


@dataclass(frozen=True, slots=True)
class Rung:
    """A warning before the deadline: after a share of the time given, or a span before the end.

    `share` is 0 to 1; exactly one of the two is set.
    """

    label: str
    share: float | None = None
    before: Duration | None = None


def parse_duration(text: str) -> Duration:
    """`48 hours`, `4 business hours` or `2 business days`; ValueError says what would be right."""
    match = re.fullmatch(
        r"(\d+(?:\.\d+)?) *(business )? *(second|minute|hour|day|week)s?", text.strip()
    )
    if not match:
        raise ValueError(
            f"{text!r} is no duration; write for example '30 minutes', '2 days',"
            " '4 business hours' or '2 business days'."
        )
    number, business, unit = float(match[1]), bool(match[2]), match[3]
    if business and unit == "day":
        return _business_days(text, number)
    if business and unit not in _BUSINESS_UNITS:
        raise ValueError(f"{text!r} has no meaning of its own; write it in business days.")
    seconds = number * _UNITS[unit]
    if seconds * SECOND > DEADLINE_LIMIT:
        raise ValueError(f"{text!r} is over the limit of {_DAYS_LIMIT} days; write a shorter one.")
    if not (micros := to_micros(timedelta(seconds=seconds))):
        raise ValueError(f"{text!r} is no duration; write for example '30 minutes'.")
    return BusinessTime(micros) if business else WallTime(micros)


def _business_days(text: str, number: float) -> BusinessDays:
    if not number.is_integer() or number == 0:
        raise ValueError(
            f"{text!r} is no whole number of days; write business hours for a part of a day."
        )
    if number > _DAYS_LIMIT:
        raise ValueError(f"{text!r} is over the limit of {_DAYS_LIMIT} days; write a shorter one.")
    return BusinessDays(int(number))


def parse_rung(text: str) -> Rung:
    """A warning of `50%` or `2 hours before`; raises ValueError with what would be right."""
    if match := re.fullmatch(r"(\d{1,3}(?:\.\d+)?) *%", text.strip()):
        share = float(match[1]) / 100
        if not 0 < share < 1:
            raise ValueError(f"{text!r} is not between 0% and 100%; write for example '80%'.")
        return Rung(text.strip(), share=share)
    if text.strip().endswith(" before"):
        return Rung(text.strip(), before=parse_duration(text.strip().removesuffix(" before")))
    raise ValueError(f"{text!r} is no warning; write for example '80%' or '2 hours before'.")
