"""The two passes over a plan: backward from the customer's date, and forward from what happened.

The critical path method of Kelley and Walker (1959), on each debtor's own calendar. Time that is
agreed is planned with, time that was seen is expected:

- A hop is planned with its `within`. Where a date is agreed instead, with the median of its
  history, since what is left until a date says nothing of what the work takes; without history
  with the time from its opening to its date, and with none while it is not opened.
- It is expected to take the quantile of its history, without history the time that it was given.
  Quantiles add up along a path, so the later date is a cautious one.
- From the last hop to the outer promise's own end the plan has the `slack` of `before`, the
  expectation the history of that leg; where either is missing, the other, and where both are, none.
- Pauses are in the deadline so far and move an expected finish alike.
"""

from collections.abc import Callable
from typing import NamedTuple

from services.shared.clock import Instant
from services.tracker.core.durations import BusinessDays, BusinessTime, Duration, WallTime
from services.tracker.core.tree.history import Durations, last_leg, lost
from services.tracker.core.tree.links import Link
from services.tracker.core.tree.plans import Plan
from services.tracker.core.tree.steps import Step, Steps

P50, P80 = 50, 80
_NONE = BusinessTime(0)

Finishes = dict[str, Instant]


class Latest(NamedTuple):
    """The last moments at which a hop may start and finish without moving the customer's date."""

    start: Instant
    finish: Instant


class Schedule:
    """The passes over one plan, for one subject after another state of it.

    It remembers every sum on a calendar with its terms, so that an event costs only the sums whose
    terms it changed: those of its own hop, of what waits for it, and of what it waits for.
    """

    def __init__(self, plan: Plan, durations: Durations) -> None:
        self.plan, self.durations = plan, durations
        self._sums: dict[object, tuple[Callable[..., int], tuple[object, ...], int]] = {}

    def latest(self, steps: Steps, due_by: Instant) -> dict[str, Latest]:
        """Backward from the outer promise's `due_by`; hops by name."""
        latest: dict[str, Latest] = {}
        for name in reversed(self.plan.order):
            bounds = [self._bound(link, steps, latest) for link in self.plan.out_of[name]]
            finish = min(bounds, default=due_by)
            subtract, span = steps[name].agreement.calendar.subtract, self._planned(steps[name])
            latest[name] = Latest(self._moved(("start", name), subtract, finish, span), finish)
        return latest

    def finishes(self, steps: Steps, percent: int, now: Instant) -> Finishes:
        """Forward from what happened: when each hop finished, or will in `percent` of the cases."""
        finishes: Finishes = {}
        for name in self.plan.order:
            finished_at = steps[name].finished_at
            if finished_at is None:
                finished_at = self._expected(steps, percent, now, finishes, name)
            finishes[name] = finished_at
        return finishes

    def arrival(self, link: Link, steps: Steps, finish: Instant, percent: int) -> Instant:
        """When the hop after the link has what it needs, if the one before it ends at `finish`."""
        if link.starts:
            return finish
        key = ("arrival", link, percent)
        leg = self.durations.quantile(last_leg(link.then), percent)
        if leg is not None:
            add = steps[link.then].agreement.calendar.add
            return self._moved(key, add, finish, BusinessTime(leg))
        return self._moved(key, steps[link.first].agreement.calendar.add, finish, link.lag or _NONE)

    def sum(self, key: object, calculate: Callable[..., int], *terms: object) -> int:
        """The sum, calculated again only when it has other terms than the last under its key."""
        known = self._sums.get(key)
        if known is None or known[0] != calculate or known[1] != terms:
            known = self._sums[key] = (calculate, terms, calculate(*terms))
        return known[2]

    def _bound(self, link: Link, steps: Steps, latest: dict[str, Latest]) -> Instant:
        """The latest finish that one link leaves to the hop before it."""
        if link.starts:
            return latest[link.then].start
        finish, key = latest[link.then].finish, ("bound", link)
        if link.lag is not None:
            subtract = steps[link.first].agreement.calendar.subtract
            return self._moved(key, subtract, finish, link.lag)
        leg = self.durations.quantile(last_leg(link.then), P50)
        subtract = steps[link.then].agreement.calendar.subtract
        return self._moved(key, subtract, finish, BusinessTime(leg or 0))

    def _planned(self, step: Step) -> Duration:
        agreement = step.agreement
        if step.void:
            return _NONE
        if agreement.within is not None:
            return agreement.within
        median = self.durations.quantile(step.name, P50)
        if median is None and step.opened_at is not None:
            between, key = agreement.clock.between, ("given", step.name)
            median = self.sum(key, between, step.opened_at, step.due_by)
        return BusinessTime(max(0, median or 0))

    def _expected(
        self, steps: Steps, percent: int, now: Instant, finishes: Finishes, name: str
    ) -> Instant:
        """When an unfinished hop ends: on its own account, and after all that is a part of it."""
        step, links = steps[name], self.plan.into[name]
        arrivals = [
            self.arrival(link, steps, finishes[link.first], percent)
            for link in links
            if step.opened_at is None or not link.starts
        ]
        if name in self.plan.wholes:
            return max([now, *arrivals])
        if step.opened_at is not None:
            return max([now, self._from_opening(step, percent), *arrivals])
        starts = [finishes[link.first] for link in links if link.starts]
        return max([self._from_start(step, percent, max([now, *starts])), *arrivals])

    def _from_opening(self, step: Step, percent: int) -> Instant:
        needed = self.durations.quantile(step.name, percent)
        if needed is None:
            assert step.due_by is not None, "an opened promise has a deadline"
            return step.due_by
        agreement = step.agreement
        away = self.sum(("lost", step.name), lost, agreement, step.opened_at, step.due_by)
        key, span = ("opened", step.name, percent), BusinessTime(needed + away)
        return self.sum(key, agreement.calendar.add, step.opened_at, span)

    def _from_start(self, step: Step, percent: int, start: Instant) -> Instant:
        needed = self.durations.quantile(step.name, percent)
        span = step.agreement.within if needed is None else BusinessTime(needed)
        if span is None:
            return max(start, step.due_by or start)
        return self._moved(
            ("expected", step.name, percent), step.agreement.calendar.add, start, span
        )

    def _moved(
        self,
        key: object,
        move: Callable[[Instant, Duration], Instant],
        at: Instant,
        span: Duration,
    ) -> Instant:
        """A moment moved by a span; by none it stays, also where the calendar is closed."""
        return self.sum(key, move, at, span) if _any(span) else at


def _any(span: Duration) -> bool:
    match span:
        case WallTime(micros) | BusinessTime(micros):
            return micros > 0
        case BusinessDays(days):
            return days > 0
