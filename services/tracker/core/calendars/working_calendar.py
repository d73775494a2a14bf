"""The one calculation of working time: from spans to moments and back, exact to the microsecond.

Working time is real elapsed time between the instants at which windows open and close, so a night
shift is an hour shorter or longer when the clocks change. All answers come from one rising
function, the working time passed up to an instant: adding finds the first instant at which enough
has passed, subtracting the last one. That is why a deadline at closing time is the closing
instant, and why a later start never gives an earlier deadline.
"""

import hashlib
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import assert_never

from services.shared.clock import Instant
from services.shared.zones import DAY, at_local, local_of, zone_of
from services.tracker.core.calendars.working_days import WorkingDays
from services.tracker.core.durations import (
    DEADLINE_LIMIT,
    BusinessDays,
    BusinessTime,
    Duration,
    WallTime,
)

_STRETCH_DAYS = 365
_STRETCH = _STRETCH_DAYS * DAY
_STRETCHES = 230
"""Nobody works before 1970 or from the end of 2199 on: a wrong date costs no endless search."""


@dataclass(frozen=True)
class WorkingCalendar:
    """When a party works, by name and version.

    Two are equal when all that decides their answers is. No answer lies further away than
    DEADLINE_LIMIT: where too little is worked until then, that limit is the answer.
    """

    name: str
    version: int
    days: WorkingDays
    _stretches: "dict[int, _Stretch]" = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    @cached_property
    def content(self) -> str:
        """SHA-256, as 64 hex digits, of all that decides the answers; the rules' versions too."""
        return hashlib.sha256(repr(self).encode()).hexdigest()

    def add(self, start: Instant, span: Duration) -> Instant:
        """The first moment at which `span` has passed since `start`.

        Business days keep the local time. From a day without working time they are whole days: two
        of them from a Saturday are over with the end of Tuesday.
        """
        match span:
            case WallTime(micros):
                return start + micros
            case BusinessTime(micros):
                later = self._later(start, micros) if micros else start
            case BusinessDays(days):
                later = self._days_away(start, days, 1) if days else start
            case _:
                assert_never(span)
        return min(later, start + DEADLINE_LIMIT)

    def subtract(self, end: Instant, span: Duration) -> Instant:
        """The last moment from which `span` has passed by `end`.

        Business days back from a day without working time are whole days too: two of them before
        a Saturday begin with Thursday.
        """
        match span:
            case WallTime(micros):
                return end - micros
            case BusinessTime(micros):
                earlier = self._earlier(end, micros) if micros else end
            case BusinessDays(days):
                earlier = self._days_away(end, days, -1) if days else end
            case _:
                assert_never(span)
        return max(earlier, end - DEADLINE_LIMIT)

    def between(self, start: Instant, end: Instant) -> int:
        """Microseconds of working time from `start` to `end`; negative where `end` comes first."""
        if end < start:
            return -self.between(end, start)
        first, last = start // _STRETCH, end // _STRETCH
        whole = sum(self._stretch(number).total for number in range(first, last))
        return whole + self._stretch(last).passed(end) - self._stretch(first).passed(start)

    def next_open(self, at: Instant) -> Instant:
        """`at` itself where the calendar is open then, else when it opens next."""
        number, limit = at // _STRETCH, at + DEADLINE_LIMIT
        passed = self._stretch(number).passed(at)
        while passed >= self._stretch(number).total:
            passed -= self._stretch(number).total
            number += 1
            if number * _STRETCH >= limit:
                return limit
        return min(self._stretch(number).last(passed), limit)

    def _later(self, start: Instant, micros: int) -> Instant:
        number, limit = start // _STRETCH, start + DEADLINE_LIMIT
        passed = self._stretch(number).passed(start) + micros
        while passed > self._stretch(number).total:
            passed -= self._stretch(number).total
            number += 1
            if number * _STRETCH >= limit:
                return limit
        return self._stretch(number).first(passed)

    def _earlier(self, end: Instant, micros: int) -> Instant:
        number, limit = end // _STRETCH, end - DEADLINE_LIMIT
        passed = self._stretch(number).passed(end) - micros
        while passed < 0:
            if number * _STRETCH <= limit:
                return limit
            number -= 1
            passed += self._stretch(number).total
        return self._stretch(number).last(passed)

    def _days_away(self, at: Instant, count: int, step: int) -> Instant:
        zone = zone_of(self.days.zone)
        day, time = local_of(zone, min(max(at, 0), _STRETCHES * _STRETCH))
        if not self._is_worked(day):
            time = DAY if step > 0 else 0
        for _ in range(DEADLINE_LIMIT // DAY + 2):
            day += step
            count -= self._is_worked(day)
            if not count:
                return at_local(zone, day, time)
        return at + step * DEADLINE_LIMIT

    def _is_worked(self, day: int) -> bool:
        return day in self._stretch(day // _STRETCH_DAYS).worked_days

    def _stretch(self, number: int) -> "_Stretch":
        found = self._stretches.get(number)
        if found is None:
            if not 0 <= number < _STRETCHES:
                return _NOTHING
            found = self._stretches[number] = _stretch_of(self.days, number)
        return found


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A year of 365 days by UTC: its windows in order, and the working time before each of them."""

    opens: tuple[Instant, ...]
    closes: tuple[Instant, ...]
    before: tuple[int, ...]
    total: int
    worked_days: frozenset[int]

    def passed(self, at: Instant) -> int:
        """Working time from the beginning of the stretch to `at`."""
        place = bisect_right(self.opens, at) - 1
        if place < 0:
            return 0
        return self.before[place] + min(at, self.closes[place]) - self.opens[place]

    def first(self, passed: int) -> Instant:
        """The first instant at which so much has passed: over 0, at most the total."""
        place = bisect_left(self.before, passed) - 1
        return self.opens[place] + passed - self.before[place]

    def last(self, passed: int) -> Instant:
        """The last instant at which so much has passed: from 0, less than the total."""
        place = bisect_right(self.before, passed) - 1
        return self.opens[place] + passed - self.before[place]


_NOTHING = _Stretch((), (), (), 0, frozenset())


def _stretch_of(days: WorkingDays, number: int) -> _Stretch:
    """Windows of the days around its bounds reach into it; what lies outside is cut off."""
    first_day, begins = number * _STRETCH_DAYS, number * _STRETCH
    hours = {day: days.hours(day) for day in range(first_day - 3, first_day + _STRETCH_DAYS + 2)}
    windows = [
        (max(opens, begins), min(closes, begins + _STRETCH))
        for of_day in hours.values()
        for opens, closes in of_day
        if closes > begins and opens < begins + _STRETCH
    ]
    before = tuple(accumulate((closes - opens for opens, closes in windows), initial=0))
    return _Stretch(
        opens=tuple(opens for opens, _ in windows),
        closes=tuple(closes for _, closes in windows),
        before=before[:-1],
        total=before[-1],
        worked_days=frozenset(
            day for day in range(first_day, first_day + _STRETCH_DAYS) if hours[day]
        ),
    )
