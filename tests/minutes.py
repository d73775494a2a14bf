"""Working time counted minute by minute: slow, plain, and without a line of the calendar's code.

A window is open from the first minute at which the clock on the wall has reached its opening, until
the first at which it has reached its closing. That one sentence says what happens to a time that is
skipped or that occurs twice.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate
from zoneinfo import ZoneInfo

FIRST, LAST = datetime(2025, 12, 1, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC)
DAYS = (LAST - FIRST).days
A_DAY = 24 * 60
_QUARTER = 15
"""Minutes between two looks at a zone's offset: clocks change on the quarter hour."""

Windows = tuple[tuple[int, int], ...]
"""Minutes after midnight by the wall clock; an overnight window closes after more than a day."""


class Minutes:
    """All minutes from FIRST to LAST by UTC, and which of them are open."""

    def __init__(self, zone: str, windows_of: Callable[[date], Windows]) -> None:
        by_wall = bytearray((DAYS + 4) * A_DAY)
        for day in range(DAYS + 2):
            for opens, closes in windows_of((FIRST + timedelta(days=day - 1)).date()):
                start = day * A_DAY
                by_wall[start + opens : start + closes] = b"\1" * (closes - opens)
        self.is_open = bytes(map(by_wall.__getitem__, wall_clock(zone)))
        self.worked = array("q", accumulate(self.is_open, initial=0))

    def add(self, start: int, span: int) -> int:
        """The first minute at which so many more have been worked."""
        return bisect_left(self.worked, self.worked[start] + span) if span else start

    def subtract(self, end: int, span: int) -> int:
        """The last minute at which so many fewer have been worked."""
        return bisect_right(self.worked, self.worked[end] - span) - 1 if span else end

    def between(self, start: int, end: int) -> int:
        return self.worked[end] - self.worked[start]

    def next_open(self, at: int) -> int:
        return self.is_open.find(1, at)


@cache
def wall_clock(zone: str) -> "array[int]":
    """The latest local time that was ever shown up to each minute, from a day before FIRST on."""
    rules, readings = ZoneInfo(zone), array("q")
    for quarter in range(0, DAYS * A_DAY, _QUARTER):
        offset = (FIRST + timedelta(minutes=quarter)).astimezone(rules).utcoffset()
        assert offset is not None
        shown = quarter + A_DAY + offset // timedelta(minutes=1)
        readings.extend(range(shown, shown + _QUARTER))
    return array("q", accumulate(readings, max))


@cache
def changes(zone: str) -> tuple[int, ...]:
    """The minutes at which the clocks of a zone change."""
    rules = ZoneInfo(zone)
    offsets = [
        (FIRST + timedelta(minutes=minute)).astimezone(rules).utcoffset()
        for minute in range(0, DAYS * A_DAY, _QUARTER)
    ]
    return tuple(
        place * _QUARTER for place in range(1, len(offsets)) if offsets[place] != offsets[place - 1]
    )


def windows_by(
    week: tuple[Windows, ...], closed: frozenset[date], exceptions: Mapping[date, Windows]
) -> Callable[[date], Windows]:
    """An exception, else nothing on a closed date, else the weekday's windows."""
    return lambda day: exceptions.get(day, () if day in closed else week[day.weekday()])
