"""What became of each hop of a plan for one subject: to come, open, done, or not needed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.shared.clock import Instant
from services.tracker.core.agreements import Agreement
from services.tracker.core.facts import Fact
from services.tracker.core.promises import Promise, settled_state
from services.tracker.core.tree.plans import Plan


@dataclass(frozen=True, slots=True)
class Step:
    """One hop as it stands; `opened_at` and `promise_id` are empty while it is to come.

    `due_by` is its own deadline, where it is known. `void` says that it takes no time: it was
    cancelled or released, or this subject has no need of it.
    """

    agreement: Agreement
    promise_id: str = ""
    opened_at: Instant | None = None
    due_by: Instant | None = None
    finished_at: Instant | None = None
    void: bool = False

    @property
    def name(self) -> str:
        return self.agreement.name

    @property
    def opened(self) -> bool:
        return self.opened_at is not None

    @property
    def kept(self) -> bool:
        return self.finished_at is not None and not self.void


Steps = Mapping[str, Step]


def steps_of(
    plan: Plan, root: Promise, promises: Iterable[Promise], facts: Mapping[Fact, object]
) -> Steps:
    """Every hop of the plan, first to last, under the outer promise `root` of the subject.

    A promise keeps the agreement that it was made under. Of several under one agreement, the one
    that ends last stands for the hop: an open one rather than a kept one, rather than a void one.
    """
    mine: dict[str, Promise] = {}
    for each in promises:
        name = each.agreement.name
        if name in plan.agreements and _belongs(each, root):
            mine[name] = max(mine.get(name, each), each, key=_rank)
    mine[root.agreement.name] = root
    steps: dict[str, Step] = {}
    for name, agreement in plan.agreements.items():
        promise = mine.get(name)
        steps[name] = _bound(promise) if promise else _unopened(plan, agreement, root, steps, facts)
    return steps


def _belongs(promise: Promise, root: Promise) -> bool:
    """Its opening stands, and it speaks of the same refund, invoice...: key fields agree."""
    mine = dict(root.key)
    return not promise.opening_taken_back and all(
        mine.get(name, value) == value for name, value in promise.key
    )


def _rank(promise: Promise) -> tuple[bool, bool, Instant, str]:
    return settled_state(promise) is None, promise.ended_as is None, promise.due_by, promise.id


def _bound(promise: Promise) -> Step:
    void = promise.ended_as is not None
    return Step(
        promise.agreement,
        promise.id,
        promise.opened_at,
        promise.due_by,
        promise.ended_at if void else promise.settled_at,
        void,
    )


def _unopened(
    plan: Plan,
    agreement: Agreement,
    root: Promise,
    before: Steps,
    facts: Mapping[Fact, object],
) -> Step:
    """To come; or not needed, when what should have opened it happened and did not."""
    openers = [before[link.first] for link in plan.into[agreement.name] if link.starts]
    happened = bool(openers) and all(each.kept for each in openers)
    if happened or agreement.opens_on == root.agreement.opens_on:
        ends = [each.finished_at for each in openers if each.finished_at is not None]
        return Step(agreement, finished_at=max(ends, default=root.opened_at), void=True)
    return Step(agreement, due_by=_due_by(agreement, root, facts))


def _due_by(agreement: Agreement, root: Promise, facts: Mapping[Fact, object]) -> Instant | None:
    """When it would be due, where a date is agreed and known already."""
    if agreement.before and agreement.before.promise == root.agreement.name:
        return agreement.calendar.subtract(root.due_by, agreement.before.slack)
    told = facts.get(agreement.by) if agreement.by else None
    return told if isinstance(told, int) else None
