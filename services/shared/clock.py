"""Moments as data: an `Instant` is an integer of microseconds since 1970-01-01 UTC.

Reading the clock is for the edges; everything else gets `now` as an argument.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

Instant = int
"""Microseconds since 1970-01-01T00:00:00 UTC."""

SECOND: Instant = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH = datetime(1970, 1, 1)
_MICROSECOND = timedelta(microseconds=1)


class Clock(Protocol):
    """Where a service's `now` comes from: the wall, heartbeats, or a test."""

    def now(self) -> Instant: ...


class WallClock:
    """The machine's own clock."""

    def now(self) -> Instant:
        return time.time_ns() // 1_000


def to_instant(moment: datetime) -> Instant:
    """Microseconds of an aware datetime; raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone; give it one, for example +00:00.")
    return (moment - _EPOCH) // _MICROSECOND


def to_datetime(instant: Instant) -> datetime:
    return _EPOCH + timedelta(microseconds=instant)


def to_micros(duration: timedelta) -> int:
    return duration // _MICROSECOND


def iso(instant: Instant) -> str:
    """ISO 8601 in UTC with a trailing Z, fractions only where there are any."""
    return (_NAIVE_EPOCH + timedelta(microseconds=instant)).isoformat() + "Z"
