"""Who is on call at an instant and over a period, when that changes, and when nobody is."""

from collections.abc import Iterator

from services.alerts.domain.schedules.schedule import Gap, Override, Schedule, Shift
from services.alerts.domain.schedules.turns import next_look, person_of
from services.shared.clock import Instant
from services.shared.zones import DAY

PERIOD_LIMIT = 3_660 * DAY
"""Ten years: how far from its start shifts and gaps are looked for."""
CHANGE_LIMIT = 366 * DAY
"""How far ahead the next change is looked for."""


def on_call(schedule: Schedule, at: Instant) -> tuple[str, ...]:
    """The one person who is on call at `at`; nobody is an empty tuple."""
    regular = _regular(schedule, at)
    for override in reversed(schedule.overrides):
        if _applies(override, at, regular):
            return (override.person,)
    return (regular,) if regular else ()


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
    people, since, at = on_call(schedule, start), start, start
    while (at := _next_look(schedule, at, end)) < end:
        others = on_call(schedule, at)
        if others != people:
            yield people, since, at
            people, since = others, at
    yield people, since, end


def _next_look(schedule: Schedule, at: Instant, end: Instant) -> Instant:
    """The next instant at which `on_call` may say otherwise, at most `end`."""
    looks = [end]
    for rotation in schedule.rotations:
        if (look := next_look(rotation, at)) is not None:
            looks.append(look)
        if person_of(rotation, at):
            break  # those behind it are not asked before it changes
    for override in schedule.overrides:
        looks += (edge for edge in (override.starts_at, override.ends_at) if edge > at)
    return min(looks)


def _regular(schedule: Schedule, at: Instant) -> str:
    return next(
        (person for rotation in schedule.rotations if (person := person_of(rotation, at))), ""
    )


def _applies(override: Override, at: Instant, regular: str) -> bool:
    return override.starts_at <= at < override.ends_at and override.replaces in ("", regular)
