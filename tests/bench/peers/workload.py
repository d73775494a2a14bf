"""The events that every peer is given, made from a seed, and the verdicts that follow from them.

An order is placed, paid, handed over and told of: four events, each of which opens the promise that
the next one keeps. Before the first of them there may be orders of which only one thing is told:
what is promised with it is due days later, and stays open while everything else goes on.
Times are microseconds since the first event. Pure; how events look in Kafka is the affair of
`records.py`.
"""

import heapq
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from services.shared.clock import SECOND, Instant
from tests.bench.peers.steps import LASTING, STEPS, USUAL, Step

ORDERS_A_SECOND = 250
"""Of the data's own time: a thousand events a second."""
LASTING_A_SECOND = 1_000
HEARTBEAT_EVERY = 1 * SECOND
COMMIT_WITHIN = 1_500_000
"""So long after its own time an event is in Kafka at most; a department allows itself 2 s."""
LATE, NEVER, LAST_NEVER, ON_THE_DOT = 0.08, 0.02, 0.12, 0.01
"""Shares of promises that are kept too late, never, the last one never, and at their deadline."""
EVENTS_AN_ORDER = 3.78
"""As these shares make it: an order whose promise is never kept goes no further."""


LONGEST = 190 * SECOND
"""No order takes longer from its first event to its last deadline."""
_BETWEEN = 2 * SECOND
"""From the last event of what lasts to the first order: longer than a commit takes."""


class Happening(NamedTuple):
    """One event, in Kafka from `committed_at` on; `step` counts through `steps.STEPS`."""

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
    """So many orders, and nothing but the seed decides what becomes of them.

    First `lasting` others come that wait for one thing, which is not told. What they wait for they
    take turns in, so that all topics have as many of them.
    """

    orders: int
    seed: int = 1
    lasting: int = 0

    @property
    def places_from(self) -> Instant:
        """The moment of the first order: all that lasts is in Kafka before it."""
        if not self.lasting:
            return 0
        return -(-self.lasting // LASTING_A_SECOND) * SECOND + _BETWEEN

    @property
    def warm_up(self) -> int:
        """So many events come before the mark, from which on a peer is measured once more.

        All that lasts; where nothing does, about a quarter of the events, so that what is compiled
        while it runs has been compiled by then.
        """
        return self.lasting or self.orders

    @property
    def lasts(self) -> Instant:
        """From the first event to the last heartbeat: the deadlines of all orders have passed, and
        none of what lasts.
        """
        placing = -(-self.orders // ORDERS_A_SECOND) * SECOND
        return self.places_from + placing + LONGEST

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
        for events in chain(self._lasting(), self._orders()):
            while waiting and waiting[0].committed_at < events[0].occurred_at:
                yield heapq.heappop(waiting)
            for event in events:
                heapq.heappush(waiting, event)
        while waiting:
            yield heapq.heappop(waiting)

    def _orders(self) -> Iterator[list[Happening]]:
        """The events of one order after the other, in the order in which they are placed."""
        chance, start = random.Random(self.seed), self.places_from
        for order in range(self.orders):
            yield _events(order, start, chance)

    def _lasting(self) -> Iterator[list[Happening]]:
        """One event of each; their numbers follow those of the orders."""
        chance = random.Random(self.seed)
        for number in range(self.lasting):
            at = number * SECOND // LASTING_A_SECOND
            committed_at = at + int(chance.random() * COMMIT_WITHIN)
            step = LASTING[number % len(LASTING)]
            yield [Happening(committed_at, at, self.orders + number, step)]


def orders_of(events: int) -> int:
    """How many orders make about so many events."""
    return max(1, round(events / EVENTS_AN_ORDER))


def subject_of(order: int) -> str:
    return f"order/{order}"


def _events(order: int, start: Instant, chance: random.Random) -> list[Happening]:
    """In order of time; the first is always among them."""
    at, events = start + order * SECOND // ORDERS_A_SECOND, list[Happening]()
    for number in USUAL:
        committed_at = at + int(chance.random() * COMMIT_WITHIN)
        events.append(Happening(committed_at, at, order, number))
        after = _until_kept(STEPS[number], chance)
        if after is None:
            break
        at += after
    return events


def _until_kept(step: Step, chance: random.Random) -> Instant | None:
    """From the opening of the step's promise to its evidence; None where none comes."""
    never = LAST_NEVER if step.kept_by == USUAL[-1] else NEVER
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
