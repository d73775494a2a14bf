"""Pauses: intervals in which a promise's clock stands, and how far they move a deadline.

A deadline never moves by elapsed time, only by the working time that a pause took away: a pause
from closing time to the next opening moves nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from services.shared.clock import Instant
from services.tracker.core.calendars.calendar import Calendar
from services.tracker.core.durations import DEADLINE_LIMIT, BusinessTime, Duration

Key = tuple[tuple[str, str], ...]
VERSION = "version"
"""The field of a natural key that counts how often the same thing was told anew."""


@dataclass(frozen=True, slots=True)
class Pause:
    """The clock stands from `since`, at the latest `until` its limit.

    `rule` is its place among the agreement's pauses, -1 where the handoff was incomplete; `event`
    is the id of the event that began it, `because_of` its type, `key` what it is about.
    `ended_at` is when an event ended it; None while it is open.
    """

    since: Instant
    limit: Instant
    rule: int
    event: bytes
    because_of: str
    waiting_on: str
    key: Key = ()
    actor: str = ""
    ended_at: Instant | None = None

    @property
    def until(self) -> Instant:
        return self.limit if self.ended_at is None else min(self.ended_at, self.limit)


def limit_of(since: Instant, at_most: Duration | None, calendar: Calendar) -> Instant:
    """A pause that nothing ends, ends by itself: after `at_most`, or after the longest deadline."""
    return since + DEADLINE_LIMIT if at_most is None else calendar.add(since, at_most)


def ended(pauses: Sequence[Pause], rule: int, key: Key, at: Instant) -> tuple[Pause, ...]:
    """The pauses with those of `rule` ended that are open and about the same thing.

    A version is no thing: an order that was returned in its first version comes back as its second.
    """
    thing = tuple(pair for pair in key if pair[0] != VERSION)
    return tuple(
        replace(each, ended_at=at)
        if each.rule == rule and each.ended_at is None and agree(each.key, thing)
        else each
        for each in pauses
    )


def agree(mine: Key, theirs: Key) -> bool:
    """Two keys speak of the same thing where the fields that both have are equal."""
    for name, value in theirs:
        for own_name, own_value in mine:
            if own_name == name and own_value != value:
                return False
    return True


def delayed(moment: Instant, pauses: Sequence[Pause], clock: Calendar) -> Instant:
    """Where pauses move a moment that lies so much working time after the start.

    Each interval of their union that begins before the moment moves it by the working time inside.
    """
    for since, until in union(pauses):
        if since >= moment:
            break
        if lost := clock.between(since, until):
            moment = clock.add(moment, BusinessTime(lost))
    return moment


def union(pauses: Sequence[Pause]) -> Iterator[tuple[Instant, Instant]]:
    """The intervals in which at least one of the pauses holds, in order and apart."""
    start: Instant | None = None
    end = 0
    for pause in sorted(pauses, key=lambda each: each.since):
        if start is None or pause.since > end:
            if start is not None and end > start:
                yield start, end
            start, end = pause.since, pause.until
        else:
            end = max(end, pause.until)
    if start is not None and end > start:
        yield start, end


def paused_at(pauses: Sequence[Pause], at: Instant, due_by: Instant) -> Pause | None:
    """A pause that holds at this moment and began before the deadline; the last to begin."""
    return max(holding(pauses, at, due_by), key=lambda each: (each.since, each.event), default=None)


def holding(pauses: Sequence[Pause], at: Instant, due_by: Instant) -> list[Pause]:
    """Those that hold at this moment and began before the deadline."""
    return [each for each in pauses if each.since <= at < each.until and each.since < due_by]
