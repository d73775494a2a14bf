"""Events that should have opened a promise and that no agreement was there for, day by day.

They are not told one by one: who writes agreements reads once a day which types came how often.
"""

from typing import NamedTuple

from services.shared.clock import SECOND, Instant

DAY = 86_400 * SECOND
DAYS_KEPT = 7
"""Days of which the counts are kept, the present one included."""


class ParkedType(NamedTuple):
    """How many events of a type were parked on the day, in UTC, that begins at `since`."""

    type: str
    since: Instant
    events: int


Parked = tuple[ParkedType, ...]


def park(parked: Parked, type: str, now: Instant) -> Parked:
    """One more on the day of `now`."""
    today = now - now % DAY
    events = sum(each.events for each in parked if (each.type, each.since) == (type, today))
    others = (each for each in parked if (each.type, each.since) != (type, today))
    return (*others, ParkedType(type, today, events + 1))


def recent(parked: Parked, now: Instant) -> Parked:
    """Without the days that are too long ago."""
    first = now - now % DAY - (DAYS_KEPT - 1) * DAY
    return tuple(each for each in parked if each.since >= first)
