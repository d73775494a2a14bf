"""What a demonstration shows on the simulated clock: a company at work, or a company's real past.

A scene is played up to a moment; afterwards everything until then lies in the parties' topics, so
that a heartbeat of that moment is true. Setting the pace is the caller's.
"""

import time
from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple, Protocol

from pymongo import MongoClient

from services.shared.bus import Publisher
from services.shared.clock import Instant, to_datetime, to_instant
from services.shared.events.sales import OrderPlaced
from services.shared.mongo import Row
from services.shared.outbox import Outbox
from services.simulator.acts import Command, command_of, subject_of
from services.simulator.company import STARTS_AT, Act, Plan
from services.simulator.departments import CALLS, NotDone
from services.simulator.driver import record_of
from services.simulator.importers.errors import UnreadableData
from services.simulator.importers.history import History

PARTIES = sorted({call.party for call in CALLS.values()})
AT_ONCE = 6
"""Orders that the departments work on at the same time."""
REFUSALS_KEPT = 20
LOOK_EVERY_S = 0.02
ORDERS_WITHIN = timedelta(days=30)


class Scene(Protocol):
    """Something that happens while simulated time passes; `refused` should stay empty."""

    starts_at: Instant
    events: int
    subjects: set[str]
    refused: deque[str]

    def play(self, until: Instant) -> None:
        """All that happens up to `until`, which is in the topics when this returns."""
        ...


class Desks(Protocol):
    """Where commands are carried out."""

    def tell(self, command: Command) -> None:
        """Raises NotDone."""
        ...


class Relays(Protocol):
    """What carries events from the departments to the topics."""

    def wait_until_empty(self) -> None: ...


class Company:
    """The simulated company: what its plan says is due, its departments are told to do."""

    def __init__(self, seed: int, desks: Desks, relays: Relays) -> None:
        self.starts_at = to_instant(STARTS_AT)
        self.events = 0
        self.subjects: set[str] = set()
        self.refused: deque[str] = deque(maxlen=REFUSALS_KEPT)
        self._plan = Plan(seed)
        self._desks = desks
        self._relays = relays

    def play(self, until: Instant) -> None:
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="desk") as threads:
            while acts := self._plan.due(to_datetime(until)):
                of_orders = [list(each) for _, each in groupby(sorted(acts, key=_NUMBER), _NUMBER)]
                for done in threads.map(self._carry_out, of_orders):
                    self._note(done)
        self._relays.wait_until_empty()

    def _carry_out(self, acts: Sequence[Act]) -> list[Act]:
        """The acts of one order, one after the other, up to the first that is refused."""
        done = []
        for act in acts:
            try:
                self._desks.tell(command_of(act))
            except NotDone as error:
                self.refused.append(str(error))
                break
            done.append(act)
        return done

    def _note(self, done: Iterable[Act]) -> None:
        for act in done:
            self.events += 1
            self.subjects.add(subject_of(act))
            self._plan.carried_out(act)


class Outboxes:
    """What these services, by default the departments, still have to publish; satisfies Relays."""

    def __init__(
        self, client: "MongoClient[Row]", database: str, services: Iterable[str] = PARTIES
    ) -> None:
        self._outboxes = [Outbox(client, database, name) for name in services]

    def wait_until_empty(self) -> None:
        """A service that is started again publishes what it still has, so this ends."""
        for outbox in self._outboxes:
            while outbox.unpublished(1):
                time.sleep(LOOK_EVERY_S)


class Past:
    """What really happened, as a history tells it."""

    def __init__(self, history: History, publisher: Publisher) -> None:
        self.starts_at = history.moments[0].at
        self.events = 0
        self.subjects: set[str] = set()
        self.refused: deque[str] = deque(maxlen=0)
        self._left = history
        self._publisher = publisher

    def play(self, until: Instant) -> None:
        due = self._left.until(until)
        told = list(due)
        self._publisher.publish([record_of(each) for each in told])
        self.events += len(told)
        self.subjects.update(envelope.subject for envelope, _ in told)
        self._left = History(self._left.moments[len(due) :])


class Excerpt(NamedTuple):
    """Some orders of a history, each with all of its fate."""

    history: History
    orders: int


def last_month(history: History, orders: int) -> Excerpt:
    """The orders of the last month, thinned out evenly to so many.

    Raises UnreadableData where the history has none.
    """
    placed = [
        (envelope.occurred_at, envelope.order)
        for envelope, event in history
        if isinstance(event, OrderPlaced)
    ]
    if not placed:
        raise UnreadableData("There is no order in this data, so there is nothing to show.")
    since = placed[-1][0] - ORDERS_WITHIN // timedelta(microseconds=1)
    last = [order for at, order in placed if at >= since]
    chosen = {last[n * len(last) // orders] for n in range(orders)}
    moments = (each for each in history.moments if each.at >= since)
    kept = History(tuple(each for each in moments if each.tell()[0].order in chosen))
    return Excerpt(kept, len(chosen))


_NUMBER = attrgetter("number")
