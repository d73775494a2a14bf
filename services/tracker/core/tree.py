"""The promise tree: what hangs on each date that the customer was given, and who is next.

Predictions are of an open promise's end. What the dates mean is written at `schedule`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.shared.clock import Instant
from services.tracker.core.agreements import Agreement
from services.tracker.core.facts import Fact
from services.tracker.core.history import Durations
from services.tracker.core.next_action import next_action_owner
from services.tracker.core.plans import Plan
from services.tracker.core.promises import Promise, settled_state
from services.tracker.core.schedule import P50, P80, Latest, Schedule
from services.tracker.core.steps import Step, steps_of

CUSTOMER = "customer"
_NO_FACTS: Mapping[Fact, object] = {}


class Jeopardy(StrEnum):
    """Whether the customer's date holds: `hazard` misses it at P80, `critical` at P50."""

    NORMAL = "normal"
    HAZARD = "hazard"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Hop:
    """One department's part on the way; `promise_id` is empty while it is not opened.

    `slack` is working time of the debtor in microseconds from the finish, expected at P50 or
    actual, to the latest one that keeps the customer's date; negative when it is overdrawn.
    `received_late` is such time by which it was opened after the latest moment for its start.
    """

    agreement: str
    owed_by: str
    promise_id: str
    latest_finish: Instant
    expected_finish: Instant
    slack: int
    received_late: int
    done: bool

    @property
    def overdrawn(self) -> bool:
        """Also by time in which the debtor's calendar is closed: the customer's date is not."""
        return self.expected_finish > self.latest_finish


@dataclass(frozen=True, slots=True)
class CustomerTree:
    """One date of the customer; `hops` in the order of the chain, the outer promise last.

    `root_cause` is the agreement of the first hop that is overdrawn; empty while none is.
    """

    promise_id: str
    customer_visible_by: Instant
    predicted_p50: Instant
    predicted_p80: Instant
    jeopardy: Jeopardy
    next_action_owner: str
    root_cause: str
    hops: tuple[Hop, ...]


def trees(
    promises: Iterable[Promise],
    plan_of: Callable[[Agreement], Plan],
    now: Instant,
    durations: Durations,
    facts: Mapping[Fact, object] = _NO_FACTS,
) -> tuple[CustomerTree, ...]:
    """The trees of one subject, one for each open promise to the customer, by their dates.

    `plan_of` gives the way to the end of an outer promise. `facts` are the subject's: they tell
    when a hop to come would be due `by` a date.
    """
    promises = tuple(promises)
    found = (
        Tree(plan_of(root.agreement), durations).look(root, promises, now, facts)
        for root in promises
        if has_tree(root)
    )
    return tuple(sorted(found, key=lambda tree: (tree.customer_visible_by, tree.promise_id)))


def has_tree(promise: Promise) -> bool:
    """It is open and gives the customer a date; how often they hear from us is no such date."""
    agreement = promise.agreement
    to_customer = agreement.owed_to == CUSTOMER and "." not in agreement.name
    return to_customer and settled_state(promise) is None


class Tree:
    """The tree of one promise, kept between events: a look costs what changed since the last."""

    def __init__(self, plan: Plan, durations: Durations) -> None:
        self._schedule = Schedule(plan, durations)

    def look(
        self,
        root: Promise,
        promises: Iterable[Promise],
        now: Instant,
        facts: Mapping[Fact, object] = _NO_FACTS,
    ) -> CustomerTree:
        """As it stands at `now`; `promises` are those of the subject."""
        schedule, name = self._schedule, root.agreement.name
        steps = steps_of(schedule.plan, root, promises, facts)
        latest = schedule.latest(steps, root.due_by)
        p50 = schedule.finishes(steps, P50, now)
        p80 = schedule.finishes(steps, P80, now)
        hops = {
            each.name: self._hop(each, latest[each.name], p50[each.name])
            for each in steps.values()
            if each.promise_id or not each.void
        }
        return CustomerTree(
            root.id,
            root.due_by,
            p50[name],
            p80[name],
            _jeopardy(root.due_by, p50[name], p80[name]),
            next_action_owner(schedule, steps, p50, name),
            next((each.agreement for each in hops.values() if each.overdrawn), ""),
            tuple(hops.values()),
        )

    def _hop(self, step: Step, latest: Latest, finish: Instant) -> Hop:
        total, between, name = self._schedule.sum, step.agreement.calendar.between, step.name
        received_late = 0
        if step.opened_at is not None and name not in self._schedule.plan.wholes:
            received_late = total(("received", name), between, latest.start, step.opened_at)
        return Hop(
            name,
            step.agreement.owed_by,
            step.promise_id,
            latest.finish,
            finish,
            total(("slack", name), between, finish, latest.finish),
            max(0, received_late),
            step.finished_at is not None,
        )


def _jeopardy(due_by: Instant, p50: Instant, p80: Instant) -> Jeopardy:
    """A date that is met to the microsecond is met; one that is past is missed by P50 too."""
    if p50 > due_by:
        return Jeopardy.CRITICAL
    return Jeopardy.HAZARD if p80 > due_by else Jeopardy.NORMAL
