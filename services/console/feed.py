"""One reader for all who look: what is at risk is read here, once, whoever and how many watch.

A background task reads tracker and alerts every two seconds and whenever a verdict wakes it, and
keeps the last snapshots as a bounded log. A client is a position in that log, not a queue: a slow
one skips to the newest, one that comes back goes on from where it was.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from structlog.typing import FilteringBoundLogger

from services.console.alert_view import latest_by_promise
from services.console.desk import (
    Alert,
    Desk,
    Ledger,
    OpenPromises,
    Promise,
    Refusal,
    Snapshot,
    Unreachable,
)
from services.console.filters import ATTENTION
from services.console.meters import Meters
from services.console.overviews import OpenCounts
from services.console.standing import standing
from services.console.views import by_customer_moment
from services.shared.clock import SECOND, Clock, Instant
from services.shared.health import Health

REFRESH_EVERY_S = 2.0
REFRESH_GAP_S = 0.2
"""At least this long between two readings, however many verdicts come."""
COUNT_EVERY = 15 * SECOND
"""All open promises are counted no more often, in microseconds."""
LOG_LIMIT = 150
"""Snapshots kept: five calm minutes in which a client may be away and miss nothing."""
_T = TypeVar("_T")


class Feed:
    """The log of snapshots, the task that extends it, and the waiting for its next entry."""

    def __init__(
        self,
        ledger: Ledger,
        desk: Desk,
        wall: Clock,
        meters: Meters,
        health: Health,
        log: FilteringBoundLogger,
    ) -> None:
        self.epoch = secrets.token_hex(4)
        self._ledger, self._desk = ledger, desk
        self._wall, self._meters, self._health = wall, meters, health
        self._log_lines = log
        self._answered: set[str] = set()
        self._log = deque([Snapshot()], maxlen=LOG_LIMIT)
        self._learned: dict[str, Alert] = {}
        self._read_at: Instant | None = None
        self._counted_at: Instant | None = None
        self._reading = asyncio.Lock()
        self._woken = asyncio.Event()
        self._grown = asyncio.Condition()
        self.closed = False

    @property
    def latest(self) -> Snapshot:
        return self._log[-1]

    def at(self, seq: int) -> Snapshot | None:
        """The snapshot of that number; None where it is no longer, or not yet, in the log."""
        index = seq - self._log[0].seq
        return self._log[index] if 0 <= index < len(self._log) else None

    async def after(self, seq: int, timeout_s: float) -> Snapshot | None:
        """The newest snapshot once it is newer than `seq`; None when none came or all is closed."""
        try:
            async with asyncio.timeout(timeout_s), self._grown:
                await self._grown.wait_for(lambda: self.closed or self.latest.seq > seq)
        except TimeoutError:
            return None
        return None if self.closed else self.latest

    def wake(self) -> None:
        """There may be news: read again soon."""
        self._woken.set()

    async def run(self) -> None:
        """Reads until `close`; an unexpected error is logged, counted, shown, and tried again."""
        while not self.closed:
            try:
                await self.refresh()
            except Exception as error:
                self._log_lines.exception("refresh failed")
                self._meters.refreshes.labels(result="failed").inc()
                await self._append(self._stale(f"The console itself failed: {error!r}."))
            await self._rest()

    async def refresh(self) -> Snapshot:
        """Read once more; a caller who changed something sees the change in what this returns."""
        async with self._reading:
            self._learned = {}
            told, alerts, counts = await asyncio.gather(
                _answer(self._ledger.open_promises()),
                _answer(self._desk.alerts()),
                _answer(self._open_counts()),
            )
            self._report("tracker", told)
            self._report("alerts", alerts)
            await self._append(_counted(self._snapshot(told, alerts), counts))
        return self.latest

    async def learn(self, alerts: Iterable[Alert]) -> Snapshot:
        """What an action made of these alerts is shown at once; the rest comes in its turn."""
        self._learned |= {each.promise_id: each for each in alerts}
        known = _newer(self.latest.alerts, self._learned)
        await self._append(replace(self.latest, seq=self.latest.seq + 1, alerts=known))
        return self.latest

    async def close(self) -> None:
        """Lets every waiting client go."""
        self.closed = True
        self._woken.set()
        async with self._grown:
            self._grown.notify_all()

    def _report(self, part: str, told: object) -> None:
        """A part holds the start up until its first answer; later the page itself has to tell."""
        if not isinstance(told, str):
            self._answered.add(part)
        if part not in self._answered or not isinstance(told, str):
            self._health.report(part, told if isinstance(told, str) else None)

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(REFRESH_EVERY_S):
                await self._woken.wait()
        except TimeoutError:
            return
        if not self.closed:
            await asyncio.sleep(REFRESH_GAP_S)
        self._woken.clear()

    async def _open_counts(self) -> OpenCounts | None:
        """None while those that are known are young enough: counting is costly."""
        now, counted_at = self._wall.now(), self._counted_at
        if counted_at is not None and now - counted_at < COUNT_EVERY:
            return None
        self._counted_at = now
        return await self._ledger.open_counts()

    def _snapshot(self, told: OpenPromises | str, alerts: tuple[Alert, ...] | str) -> Snapshot:
        if isinstance(told, str):
            self._meters.refreshes.labels(result="tracker_unreachable").inc()
            return self._stale(told)
        self._meters.refreshes.labels(result="read").inc()
        self._read_at = self._wall.now()
        return Snapshot(
            seq=self.latest.seq + 1,
            as_of=told.as_of,
            promises=by_customer_moment(self._kept_promises(told.promises)),
            cut=told.cut,
            alerts=self.latest.alerts
            if isinstance(alerts, str)
            else _newer(_kept(self.latest.alerts, latest_by_promise(alerts)), self._learned),
            tracker_problem=None,
            alerts_problem=alerts if isinstance(alerts, str) else None,
            counts=self.latest.counts,
            counts_problem=self.latest.counts_problem,
        )

    def _kept_promises(self, promises: Iterable[Promise]) -> Iterable[Promise]:
        known = {each.promise_id: each for each in self.latest.promises}
        told = {each.promise_id: each for each in promises if standing(each) in ATTENTION}
        return _kept(known, told).values()

    def _stale(self, problem: str) -> Snapshot:
        """What was last known, older now, with the reason."""
        since = 0 if self._read_at is None else self._wall.now() - self._read_at
        return replace(
            self.latest,
            seq=self.latest.seq + 1,
            age=timedelta(microseconds=since),
            tracker_problem=problem,
        )

    async def _append(self, snapshot: Snapshot) -> None:
        self._log.append(snapshot)  # before anything else may run: its number is the next one
        async with self._grown:
            self._grown.notify_all()
        self._meters.age.set(snapshot.age.total_seconds())


def _counted(snapshot: Snapshot, counts: OpenCounts | str | None) -> Snapshot:
    if counts is None:
        return snapshot
    if isinstance(counts, str):
        return replace(snapshot, counts_problem=counts)
    return replace(snapshot, counts=counts, counts_problem=None)


def _kept(known: Mapping[str, _T], told: Mapping[str, _T]) -> dict[str, _T]:
    """What was told, with the objects known before where nothing changed: the log shares them."""
    found: dict[str, _T] = {}
    for key, value in told.items():
        before = known.get(key)
        same = before is not None and (before is value or before == value)
        found[key] = before if before is not None and same else value
    return found


def _newer(told: Mapping[str, Alert], learned: Mapping[str, Alert]) -> dict[str, Alert]:
    """What was told, where nothing was learned of the alert while it was asked for."""
    found = dict(told)
    for promise_id, alert in learned.items():
        known = found.get(promise_id)
        if known is None or known.key != alert.key or known.revision < alert.revision:
            found[promise_id] = alert
    return found


async def _answer(asked: Awaitable[_T]) -> _T | str:
    """The answer, or the sentence that says why there is none."""
    try:
        return await asked
    except (Unreachable, Refusal) as error:
        return str(error)
