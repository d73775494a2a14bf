"""What a calendar answers, and the calendar of who always works.

A calendar turns spans into moments and back; which one applies is the agreement's affair. Working
hours, holidays and zones are in `working_calendar.py`.
"""

from typing import Protocol

from services.shared.clock import Instant
from services.shared.zones import DAY
from services.tracker.core.durations import BusinessDays, BusinessTime, Duration, WallTime


class Calendar(Protocol):
    """When a party works. Moments are UTC instants, lengths are microseconds of working time."""

    @property
    def name(self) -> str: ...

    def add(self, start: Instant, span: Duration) -> Instant:
        """The first moment at which `span` has passed since `start`."""

    def subtract(self, end: Instant, span: Duration) -> Instant:
        """The last moment from which `span` has passed by `end`."""

    def between(self, start: Instant, end: Instant) -> int:
        """Working time from `start` to `end`; negative where `end` comes first."""

    def next_open(self, at: Instant) -> Instant:
        """`at` itself where the calendar is open then, else when it opens next."""


class Always:
    """Open at every moment: working time is elapsed time."""

    name = "always"

    def add(self, start: Instant, span: Duration) -> Instant:
        return start + _elapsed(span)

    def subtract(self, end: Instant, span: Duration) -> Instant:
        return end - _elapsed(span)

    def between(self, start: Instant, end: Instant) -> int:
        return end - start

    def next_open(self, at: Instant) -> Instant:
        return at


def _elapsed(span: Duration) -> int:
    match span:
        case WallTime(micros) | BusinessTime(micros):
            return micros
        case BusinessDays(days):
            return days * DAY


ALWAYS: Calendar = Always()
