"""Who is on call at an instant and over a period, when that changes, and when nobody is."""

from collections.abc import Iterator
from itertools import pairwise

from services.alerts.domain.schedules.schedule import Gap, Override, Rotation, Schedule, Shift
from services.alerts.domain.schedules.turns import next_look, person_of
from services.shared.clock import Instant
from services.shared.zones import DAY

PERIOD_LIMIT = 3_660 * DAY
"""Ten years: how far from its start shifts and gaps are looked for."""
CHANGE_LIMIT = 366 * DAY
"""How far ahead the next change is looked for."""


def on_call(schedule: Schedule, at: Instant) -> tuple[str, ...]:
    """The one person who is on call at `at`; nobody is an empty tuple."""
    people = (person_of(rotation, at) for rotation in schedule.rotations)
    return _overridden(schedule.overrides, at, next(filter(None, people), ""))


def shifts(schedule: Schedule, start: Instant, end: Instant) -> Iterator[Shift]:
    """Who is on call from `start` until `end`, in order, cut at both.

    Turns of one person that follow each other are one shift. Raises ValueError for a period of
    more than PERIOD_LIMIT.
    """
    return (
        Shift(person, starts_at, ends_at)
        for people, starts_at, ends_at in _spans(schedule, start, end)
        for person in people
    )


def gaps(schedule: Schedule, start: Instant, end: Instant) -> Iterator[Gap]:
    """When nobody is on call from `start` until `end`, in order, cut at both; see `shifts`."""
    return (
        Gap(starts_at, ends_at)
        for people, starts_at, ends_at in _spans(schedule, start, end)
        if not people
    )


def nobody_on_call(schedule: Schedule, now: Instant, horizon: int) -> Gap | None:
    """The first gap within `horizon` microseconds from `now`, cut at its end; None: there is none.

    Raises ValueError for a horizon of more than PERIOD_LIMIT.
    """
    return next(gaps(schedule, now, now + horizon), None)


def next_change(schedule: Schedule, at: Instant) -> Instant | None:
    """The first instant after `at` from which somebody else is on call, or nobody.

    None where it is the same person for CHANGE_LIMIT.
    """
    limit = at + CHANGE_LIMIT
    _, _, ends_at = next(_spans(schedule, at, limit))
    return ends_at if ends_at < limit else None


_Span = tuple[tuple[str, ...], Instant, Instant]


def _spans(schedule: Schedule, start: Instant, end: Instant) -> Iterator[_Span]:
    """The period in parts of which each has other people than the one before."""
    if end - start > PERIOD_LIMIT:
        days = -(-(end - start) // DAY)
        raise ValueError(f"The period has {days} days; give at most {PERIOD_LIMIT // DAY}.")
    return _walk(schedule, start, end)


def _walk(schedule: Schedule, start: Instant, end: Instant) -> Iterator[_Span]:
    if start >= end:
        return
    looks = _looks(schedule, start, end)
    people, since = next(looks)
    for others, at in looks:
        if others != people:
            yield people, since, at
            people, since = others, at
    yield people, since, end


def _looks(
    schedule: Schedule, start: Instant, end: Instant
) -> Iterator[tuple[tuple[str, ...], Instant]]:
    """Who is on call at every instant at which that may change, the first being `start`."""
    overrides = schedule.overrides
    edges = {edge for each in overrides for edge in (each.starts_at, each.ends_at)}
    bounds = [start, *sorted(edge for edge in edges if start < edge < end), end]
    for begins, until in pairwise(bounds):
        holding = tuple(each for each in overrides if each.starts_at <= begins < each.ends_at)
        at = begins
        while at < until:
            regular, look = _regular(schedule.rotations, at, until)
            yield _overridden(holding, at, regular), at
            at = look


def _regular(rotations: tuple[Rotation, ...], at: Instant, until: Instant) -> tuple[str, Instant]:
    """Whom the rotations have at `at`, and when they may have another, at most `until`."""
    person = ""
    for rotation in rotations:
        look = next_look(rotation, at)
        until = until if look is None else min(until, look)
        if person := person_of(rotation, at):
            break  # those behind it are not asked before it changes
    return person, until


def _overridden(overrides: tuple[Override, ...], at: Instant, regular: str) -> tuple[str, ...]:
    """The last override that holds wins over whom the rotations have."""
    for override in reversed(overrides):
        holds = override.starts_at <= at < override.ends_at
        if holds and override.replaces in ("", regular):
            return (override.person,)
    return (regular,) if regular else ()
