"""What goes on by itself: notices go out, snoozes end, and once a minute the ledger is asked.

Each loop runs in a thread of its own until stopped; trouble with Mongo or the tracker is reported
and waited out, anything else ends the process.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from pymongo.errors import PyMongoError

from services.alerts.delivery import deliver
from services.alerts.errors import LedgerUnreachable
from services.alerts.handlers import Desk, Ledger, wake
from services.alerts.metrics import Metrics
from services.alerts.receiver import Receiver
from services.alerts.reconciling import Reconciled, reconcile
from services.shared.clock import SECOND, Clock, Instant
from services.shared.health import Health
from services.shared.mongo import TransactionTooLong
from services.shared.telemetry import Telemetry

TRANSIENT: tuple[type[Exception], ...] = (PyMongoError, TransactionTooLong)
POLL_S = 0.2
TROUBLE_WAIT_S = 1.0
RECONCILE_EVERY = 60 * SECOND
RECONCILE_AT_MOST_EVERY_S = 10.0
"""By the wall: a simulated minute may be over in no time."""
LOSSY_ROUNDS_LIMIT = 3
ON_ITS_WAY_S = 3.0
"""A verdict that the ledger knows of reaches us within this, or is taken for lost."""


def nothing() -> None:
    """What most receivers have beside their notices."""


def deliver_until(
    stop: threading.Event, to: Receiver, health: Health, beside: Callable[[], None] = nothing
) -> None:
    """`beside` comes after the notices, in the same thread, so that it never overtakes them."""
    part = f"delivery to {to.channel.name}"
    while not stop.is_set():
        try:
            delivered = deliver(to)
            beside()
        except TRANSIENT as error:
            health.report(part, f"Cannot read the notices: {error}")
            stop.wait(TROUBLE_WAIT_S)
        else:
            health.report(part, None)
            if not delivered:
                stop.wait(POLL_S)


@dataclass
class Rounds:
    """Looks again and again, by the clock that the promises live in."""

    desk: Desk
    ledger: Ledger
    clock: Clock
    count_standing: Callable[[], int]
    metrics: Metrics
    telemetry: Telemetry
    health: Health
    wall: Callable[[], float] = time.monotonic
    _reconciled_at: Instant = field(default=0, init=False)
    _not_before: float = field(init=False)
    _lossy_rounds: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._not_before = self.wall() + RECONCILE_AT_MOST_EVERY_S

    def run(self, stop: threading.Event) -> None:
        while not stop.wait(POLL_S):
            try:
                self.look(stop)
            except TRANSIENT as error:
                self.health.report("rounds", f"Cannot read the alerts: {error}")
                stop.wait(TROUBLE_WAIT_S)
            else:
                self.health.report("rounds", None)

    def look(self, stop: threading.Event) -> None:
        now = self.clock.now()
        wake(self.desk, now)
        self.metrics.open.set(self.count_standing())
        due = now - self._reconciled_at >= RECONCILE_EVERY
        if due and self.wall() >= self._not_before:
            self._reconcile(now, stop)
            self._reconciled_at = now
            self._not_before = self.wall() + RECONCILE_AT_MOST_EVERY_S

    def _reconcile(self, now: Instant, stop: threading.Event) -> None:
        try:
            with self.telemetry.span("reconcile with the ledger", parent=()):
                done = reconcile(self.desk, self.ledger, now, lambda: _wait(stop))
        except LedgerUnreachable as error:
            self.telemetry.log.warning("not reconciled", problem=str(error))
            return
        self.metrics.reconciled(done)
        self._judge(done)

    def _judge(self, done: Reconciled) -> None:
        """A lost verdict now and then is made good; round after round, something is broken."""
        lost = done.corrected + done.resolved
        self._lossy_rounds = self._lossy_rounds + 1 if lost else 0
        if lost:
            self.telemetry.log.warning(
                "verdicts were lost and made good",
                corrected=done.corrected,
                resolved=done.resolved,
            )
        problem = f"For {self._lossy_rounds} rounds verdicts did not arrive; the ledger had them."
        broken = self._lossy_rounds >= LOSSY_ROUNDS_LIMIT
        self.health.report("verdicts", problem if broken else None)


def _wait(stop: threading.Event) -> None:
    stop.wait(ON_ITS_WAY_S)
