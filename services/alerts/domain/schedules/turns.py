"""Whom one rotation has at an instant, and when that may change; other rotations are left out.

Its windows are read here, too, which others than rotations have.
"""

from functools import lru_cache

from services.alerts.domain.schedules.schedule import WEEK, Rotation, Window
from services.shared.clock import Instant
from services.shared.zones import DAY, at_local, local_of, zone_of

_FIRST_MONDAY = 4 * DAY
"""1970-01-05: weeks are counted from its midnight, by the wall clock."""


def person_of(rotation: Rotation, at: Instant) -> str:
    """Who has the turn at `at`; empty before the first hand-over and outside the windows."""
    turn = _turn(rotation, at)
    if turn < 0 or not _is_open(rotation, at):
        return ""
    return rotation.people[turn % len(rotation.people)]


def next_look(rotation: Rotation, at: Instant) -> Instant | None:
    """The next instant at which `person_of` may say otherwise; None where it never will."""
    turn = _turn(rotation, at)
    if turn < 0:
        return _hand_over(rotation, 0)
    looks = _edges_after(rotation, at)
    if len(rotation.people) > 1:
        looks.append(_hand_over(rotation, turn + 1))
    return min(looks, default=None)


def is_within(zone: str, windows: tuple[Window, ...], at: Instant) -> bool:
    """Whether one of the windows is open by the wall clock of the zone."""
    return any(opens <= at < closes for opens, closes in _windows_around(zone, windows, at))


def _turn(rotation: Rotation, at: Instant) -> int:
    """The number of the last turn that has begun; negative before the first.

    What the wall clock shows is never too early, but while an hour is repeated it is the hour's
    end. A turn that a change of the clocks skips whole begins with the one after it.
    """
    turn = (_wall(rotation.zone, at) - rotation.begins) // rotation.shift
    while _hand_over(rotation, turn) > at:
        turn -= 1
    return turn


def _hand_over(rotation: Rotation, turn: int) -> Instant:
    return _instant(rotation.zone, rotation.begins + turn * rotation.shift)


def _is_open(rotation: Rotation, at: Instant) -> bool:
    return not rotation.windows or is_within(rotation.zone, rotation.windows, at)


def _edges_after(rotation: Rotation, at: Instant) -> list[Instant]:
    if not rotation.windows:
        return []
    around = _windows_around(rotation.zone, rotation.windows, at)
    return [edge for window in around for edge in window if edge > at]


def _windows_around(
    zone: str, windows: tuple[Window, ...], at: Instant
) -> tuple[tuple[Instant, Instant], ...]:
    """Those of the weeks that can reach to `at`, and of the next one that opens after it."""
    week = (_wall(zone, at) - _FIRST_MONDAY) // WEEK
    return _windows_near(zone, windows, week)


@lru_cache(maxsize=4_096)
def _windows_near(
    zone: str, windows: tuple[Window, ...], week: int
) -> tuple[tuple[Instant, Instant], ...]:
    """The windows of a week and of those beside it; one that a change skips whole is empty."""
    mondays = (_FIRST_MONDAY + number * WEEK for number in range(week - 1, week + 2))
    return tuple(
        (_instant(zone, monday + each.opens), _instant(zone, monday + each.closes))
        for monday in mondays
        for each in windows
    )


def _instant(zone: str, wall: int) -> Instant:
    return at_local(zone_of(zone), *divmod(wall, DAY))


def _wall(zone: str, at: Instant) -> int:
    day, time = local_of(zone_of(zone), at)
    return day * DAY + time
