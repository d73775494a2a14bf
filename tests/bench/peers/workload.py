"""The events that every peer is given, made from a seed, and the verdicts that follow from them.

An order is placed, paid, handed over and told of: four events, each of which opens the promise that
the next one keeps. Times are microseconds since the first order. Pure; how the events look in
Kafka is the affair of `records.py`.
"""

import heapq
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from services.shared.clock import SECOND, Instant

ORDERS_A_SECOND = 250
"""Of the data's own time: a thousand events a second."""
HEARTBEAT_EVERY = 1 * SECOND
COMMIT_WITHIN = 1_500_000
"""So long after its own time an event is in Kafka at most; a department allows itself 2 s."""
LATE, NEVER, LAST_NEVER, ON_THE_DOT = 0.08, 0.02, 0.12, 0.01
"""Shares of promises that are kept too late, never, the last one never, and at their deadline."""
EVENTS_AN_ORDER = 3.78
"""As these shares make it: an order whose promise is never kept goes no further."""


class Step(NamedTuple):
    """One of an order's events, and the promise that it opens."""

    type: str
    agreement: str
    within: Instant


STEPS = (
    Step("sales.OrderPlaced", "approve-payment", 30 * SECOND),
    Step("finance.PaymentApproved", "hand-over-parcel", 60 * SECOND),
    Step("operations.ParcelHandedOver", "tell-customer", 45 * SECOND),
    Step("support.CustomerInformed", "", 0),
)
LONGEST = 190 * SECOND
"""No order takes longer from its first event to its last deadline."""


class Happening(NamedTuple):
    """One event, in Kafka from `committed_at` on; `step` counts through STEPS."""

    committed_at: Instant
    occurred_at: Instant
    order: int
    step: int


class Beat(NamedTuple):
    """All that was committed before `at` has been told."""

    at: Instant


class Told(NamedTuple):
    """One verdict that somebody may act on: `kind` is `breached` or `kept_late`."""

    subject: str
    agreement: str
    kind: str


@dataclass(frozen=True, slots=True)
class Workload:
    """So many orders, and nothing but the seed decides what becomes of them."""

    orders: int
    seed: int = 1

    @property
    def lasts(self) -> Instant:
        """From the first order to the last heartbeat, when every deadline has passed."""
        placing = -(-self.orders // ORDERS_A_SECOND) * SECOND
        return placing + LONGEST

    def happenings(self) -> Iterator[Happening | Beat]:
        """Events in the order of their commits, with a heartbeat after each second's."""
        beat_at = HEARTBEAT_EVERY
        for event in self._in_order_of_commit():
            while event.committed_at >= beat_at:
                yield Beat(beat_at)
                beat_at += HEARTBEAT_EVERY
            yield event
        while beat_at <= self.lasts:
            yield Beat(beat_at)
            beat_at += HEARTBEAT_EVERY

    def verdicts(self) -> Iterator[Told]:
        """Those that have to come out, each once."""
        for events in self._orders():
            for before, after in zip(events, [*events[1:], None], strict=True):
                yield from _verdicts(before, after)

    def _in_order_of_commit(self) -> Iterator[Happening]:
        waiting: list[Happening] = []
        for events in self._orders():
            while waiting and waiting[0].committed_at < events[0].occurred_at:
                yield heapq.heappop(waiting)
            for event in events:
                heapq.heappush(waiting, event)
        while waiting:
            yield heapq.heappop(waiting)

    def _orders(self) -> Iterator[list[Happening]]:
        """The events of one order after the other, in the order in which they are placed."""
        chance = random.Random(self.seed)
        for order in range(self.orders):
            yield _events(order, chance)


def orders_of(events: int) -> int:
    """How many orders make about so many events."""
    return max(1, round(events / EVENTS_AN_ORDER))


def subject_of(order: int) -> str:
    return f"order/{order}"


def _events(order: int, chance: random.Random) -> list[Happening]:
    """In order of time; the first is always among them."""
    at, events = order * SECOND // ORDERS_A_SECOND, list[Happening]()
    for number, step in enumerate(STEPS):
        committed_at = at + int(chance.random() * COMMIT_WITHIN)
        events.append(Happening(committed_at, at, order, number))
        after = _until_kept(step, chance)
        if after is None:
            break
        at += after
    return events


def _until_kept(step: Step, chance: random.Random) -> Instant | None:
    """From the opening of the step's promise to its evidence; None where none comes."""
    never = LAST_NEVER if step.agreement == STEPS[-2].agreement else NEVER
    lot = chance.random()
    if not step.agreement or lot < never:
        return None
    if lot < never + LATE:
        return step.within + chance.randint(1, step.within // 2)
    if lot < never + LATE + ON_THE_DOT:
        return step.within
    return chance.randint(step.within // 10, step.within * 9 // 10)


def _verdicts(opening: Happening, evidence: Happening | None) -> Iterator[Told]:
    """Kept exactly at its deadline is kept; one kept later was broken first."""
    step = STEPS[opening.step]
    if not step.agreement:
        return
    subject = subject_of(opening.order)
    late = evidence is not None and evidence.occurred_at > opening.occurred_at + step.within
    if late or evidence is None:
        yield Told(subject, step.agreement, "breached")
    if late:
        yield Told(subject, step.agreement, "kept_late")
