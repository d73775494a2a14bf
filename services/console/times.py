"""Moments in words: how far from now, and when by the clock in UTC. Knows no locale on purpose."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MINUTE = timedelta(minutes=1)
_HOURS_UNTIL = timedelta(hours=48)
_DAYS_AND_HOURS_UNTIL = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment as a page shows it; `iso` goes into the `datetime` attribute."""

    iso: str
    clock: str
    relative: str
    distance: str
    past: bool


def moment(then: datetime, now: datetime) -> Moment:
    return Moment(
        iso=iso(then),
        clock=clock(then, now),
        relative=relative(then, now),
        distance=distance(abs(then - now)),
        past=then < now,
    )


def maybe_moment(then: datetime | None, now: datetime) -> Moment | None:
    return None if then is None else moment(then, now)


def iso(then: datetime) -> str:
    return then.astimezone(UTC).isoformat().replace("+00:00", "Z")


def clock(then: datetime, now: datetime) -> str:
    """`14:03` today, `2 Jan 14:03` this year, `2 Jan 2025 14:03` in another."""
    then, now = then.astimezone(UTC), now.astimezone(UTC)
    if then.date() == now.date():
        return f"{then:%H:%M}"
    year = "" if then.year == now.year else f" {then.year}"
    return f"{then.day} {MONTHS[then.month - 1]}{year} {then:%H:%M}"


def relative(then: datetime, now: datetime) -> str:
    if timedelta() <= now - then < _MINUTE:
        return "just now"
    return f"in {distance(then - now)}" if then > now else f"{distance(now - then)} ago"


def distance(span: timedelta) -> str:
    """Two units at most, always rounded down: a reader never has less time than the page says."""
    minutes = span // _MINUTE
    if minutes < 1:
        return "under a minute"
    hours, days = minutes // 60, span.days
    if span < _HOURS_UNTIL:
        return _two(hours, "h", minutes % 60, "min")
    if span < _DAYS_AND_HOURS_UNTIL:
        return _two(days, "d", hours % 24, "h")
    return f"{days} d"


def _two(large: int, large_unit: str, small: int, small_unit: str) -> str:
    parts = [f"{large} {large_unit}"] if large else []
    parts += [f"{small} {small_unit}"] if small else []
    return " ".join(parts)


def age(span: timedelta) -> str:
    """How old data is: seconds count here, in steps that do not flicker."""
    if span >= _MINUTE:
        return distance(span)
    return f"{max(span, timedelta()) // timedelta(seconds=5) * 5} s"
