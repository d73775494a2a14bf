"""Chains of agreements that cannot keep the customer's promise even if everybody is in time."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from services.shared.clock import SECOND, Instant
from services.tracker.core.agreements import Agreement
from services.tracker.core.tree.history import Durations
from services.tracker.core.tree.plans import Plan, plan
from services.tracker.core.tree.schedule import Latest, Schedule
from services.tracker.core.tree.steps import Step
from services.tracker.core.tree.tree import CUSTOMER

_HOUR = 3_600 * SECOND
_MONDAY: Instant = 1_780_272_000 * SECOND
"""2026-06-01T00:00:00Z: the openings of one week are tried, an hour apart."""


class Shortfall(NamedTuple):
    """From `agreement` on, the way to `outer` needs `missing` microseconds of its working time more
    than there are."""

    agreement: str
    outer: str
    missing: int


def negative_slack(agreements: Sequence[Agreement]) -> tuple[Shortfall, ...]:
    """Chains whose times given add up to more than is left for them, whenever they are opened.

    Where the outer promise gives a span, the whole chain is held against it. Where it is due `by` a
    fact nobody can tell before the order comes, and only the `slack` that a hop keeps `before` it
    is held against what comes after that hop. What misses only around a weekend is not told: it
    shows as the slack of each order.
    """
    served = {each.serves for each in agreements}
    return tuple(
        Shortfall(name, outer.name, missing)
        for outer in agreements
        if outer.owed_to == CUSTOMER and outer.name in served
        for name, missing in _missing(plan(outer, agreements)).items()
    )


def _missing(way: Plan) -> Mapping[str, int]:
    """What each hop lacks at the best of the moments tried; those that lack something."""
    outer = way.agreements[way.order[-1]]
    steps = {name: Step(agreement) for name, agreement in way.agreements.items()}
    schedule, inner = Schedule(way, Durations()), way.order[:-1]
    least: dict[str, int] = {}
    for opened_at in range(_MONDAY, _MONDAY + 7 * 24 * _HOUR, _HOUR):
        due_by = outer.clock.add(opened_at, outer.within) if outer.within else opened_at
        latest = schedule.latest(steps, due_by)
        for name in inner:
            lacks = [_lacks_slack(way, name, latest)]
            if outer.within and not any(link.starts for link in way.into[name]):
                between = way.agreements[name].calendar.between
                lacks.append(between(latest[name].start, opened_at))
            least[name] = min(least.get(name, max(lacks)), max(lacks))
    return {name: least[name] for name in inner if least[name] > 0}


def _lacks_slack(way: Plan, name: str, latest: Mapping[str, Latest]) -> int:
    """By how much the hops that come after it need more than the slack that it keeps."""
    calendar = way.agreements[name].calendar
    starts = [latest[link.then].start for link in way.out_of[name] if link.starts]
    kept = [
        calendar.subtract(latest[link.then].finish, link.lag)
        for link in way.out_of[name]
        if link.lag is not None
    ]
    return calendar.between(min(starts), min(kept)) if starts and kept else 0
