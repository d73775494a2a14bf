"""Alerts for tests: builders with good defaults, and in-memory twins of store, ledger and receiver.

The twins pass the same suite as the real ones.
"""

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.alerts.delivery import CLAIM
from services.alerts.domain.alert import Alert, Decision, History, Notice, State, key_of, urgency
from services.alerts.domain.promise import Condition, Promise, Resolution, Word
from services.alerts.domain.requests import Query, Release
from services.alerts.errors import DeliveryError, LedgerUnreachable
from services.alerts.handlers import Decide
from services.shared.clock import Instant, to_instant, to_micros
from services.shared.errors import RefusalCode, Refused

DAY = datetime(2026, 11, 2, tzinfo=UTC)


def at(time: str, *, days: int = 0) -> Instant:
    """`16:00` of the tests' day, or of a day before or after it."""
    hours, minutes, *seconds = (int(part) for part in time.split(":"))
    moment = timedelta(days=days, hours=hours, minutes=minutes, seconds=sum(seconds))
    return to_instant(DAY + moment)


def span(**parts: float) -> int:
    return to_micros(timedelta(**parts))


def a_promise(
    order: str = "4711",
    *,
    due_by: Instant | str = "16:00",
    customer_visible_by: Instant | str | None = "tomorrow",
    agreement: str = "ship-paid-order",
    **others: Any,  # noqa: ANN401 - whatever a promise has
) -> Promise:
    if customer_visible_by == "tomorrow":
        customer_visible_by = at("00:00", days=1)
    assert not isinstance(customer_visible_by, str)
    facts: dict[str, Any] = {
        "owed_by": "operations",
        "owed_to": "sales",
        "subject": f"order/{order}",
        "order": order,
        "customer": "c-88",
        "awaits": "operations.ParcelHandedOver",
        "because": "The customer's date cannot be met if the parcel leaves later.",
        "next_step": "Ask the shift lead to pull the order forward.",
    } | others
    return Promise(
        promise_id=f"order/{order}~{agreement}",
        agreement=agreement,
        due_by=at(due_by) if isinstance(due_by, str) else due_by,
        customer_visible_by=customer_visible_by,
        **facts,
    )


def a_finding(
    kind: str = "disagreement",
    detail: str = "sales says 49.00 EUR, finance says 59.00 EUR",
    *,
    key: str = "order.total",
    **others: Any,  # noqa: ANN401 - whatever a promise has
) -> Promise:
    """Found at 14:00 about order 4711: finance has the next step, sales waits."""
    finding = Promise(
        promise_id=f"order/4711~{kind}~{key}",
        agreement=kind,
        owed_by="finance",
        owed_to="sales",
        subject="order/4711",
        due_by=at("14:00"),
        order="4711",
        customer="c-88",
        finding=kind,
        detail=detail,
    )
    return replace(finding, **others)


def warned(revision: int = 2, promise: Promise | None = None) -> Word:
    return Word(promise or a_promise(), revision, Condition.AT_RISK, why="warning_time")


def breached(revision: int = 3, promise: Promise | None = None) -> Word:
    return Word(promise or a_promise(), revision, Condition.BREACHED, why="deadline_passed")


def unknown(revision: int = 3, promise: Promise | None = None) -> Word:
    return Word(promise or a_promise(), revision, Condition.UNKNOWN, why="party_silent")


def returned(revision: int = 3, promise: Promise | None = None) -> Word:
    return Word(promise or a_promise(), revision, Condition.RETURNED, why="fact_absent")


def disputed(revision: int = 3, promise: Promise | None = None) -> Word:
    return Word(promise or a_promise(), revision, Condition.DISPUTED, why="disputed")


def found(revision: int = 1, promise: Promise | None = None) -> Word:
    promise = promise or a_finding()
    bounced = promise.finding == Condition.BOUNCED
    return Word(promise, revision, Condition.BOUNCED if bounced else Condition.FOUND, why="found")


def ended(
    resolution: Resolution = Resolution.KEPT, revision: int = 4, promise: Promise | None = None
) -> Word:
    return Word(promise or a_promise(), revision, resolution, why="evidence")


def in_ledger(word: Word) -> Word:
    """The same as the ledger itself says it."""
    return replace(word, reconciled=True, why="ledger")


class MovedClock:
    """A clock that only a test moves."""

    def __init__(self, now: Instant) -> None:
        self._now = now

    def now(self) -> Instant:
        return self._now

    def set(self, now: Instant) -> None:
        self._now = now

    def move(self, **parts: float) -> None:
        self._now += span(**parts)


@dataclass
class Waiting:
    """A notice and who still has to get it."""

    notice: Notice
    receivers: set[str]
    claims: dict[str, tuple[str, Instant]] = field(default_factory=dict)


class MemoryAlertStore:
    """What Mongo does, in one process: one change at a time."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._histories: dict[str, History] = {}
        self._notices: dict[str, Waiting] = {}
        self._releases: dict[str, tuple[Release, bytes]] = {}
        self.events: list[tuple[Release, Promise, Instant]] = []
        self.problems: dict[str, str] = {}

    def change(self, promise_id: str, decide: Decide) -> Decision:
        with self._lock:
            decision = decide(self.histories([promise_id])[promise_id])
            self._histories[promise_id] = decision.history
            for notice in decision.notices:
                self._notices[notice.id] = Waiting(notice, set(notice.receivers))
            return decision

    def histories(self, promise_ids: Collection[str]) -> Mapping[str, History]:
        return {id: self._histories.get(id, History()) for id in promise_ids}

    def get(self, key: str) -> Alert | None:
        return next((alert for alert in self._alerts() if alert.key == key), None)

    def find(self, query: Query) -> Sequence[Alert]:
        taken = sorted((each for each in self._alerts() if query.takes(each)), key=urgency)
        return taken[: query.limit]

    def awakening(self, now: Instant, limit: int) -> Sequence[Alert]:
        asleep = (each for each in self._alerts() if each.end is None and each.snooze)
        due = [each for each in asleep if each.snooze and each.snooze.until <= now]
        return sorted(due, key=lambda each: each.snooze.until if each.snooze else 0)[:limit]

    def standing(self) -> frozenset[str]:
        return frozenset(each.promise.promise_id for each in self._alerts() if each.end is None)

    def count_standing(self) -> int:
        return sum(alert.state is not State.RESOLVED for alert in self._alerts())

    def waiting(self, receiver: str, limit: int, without: Collection[str]) -> Sequence[Notice]:
        found = (
            each.notice
            for each in self._notices.values()
            if receiver in each.receivers and each.notice.alert.key not in without
        )
        return sorted(found, key=_place)[:limit]

    def claim(self, notice: Notice, receiver: str, owner: str, now: Instant) -> bool:
        with self._lock:
            row = self._notices[notice.id]
            holder, until = row.claims.get(receiver, (owner, now))
            if receiver not in row.receivers or (holder != owner and now < until):
                return False
            row.claims[receiver] = (owner, now + CLAIM)
            return True

    def settle(self, notice: Notice, receiver: str, problem: str = "") -> None:
        self._notices[notice.id].receivers.discard(receiver)
        if problem:
            self.problems[notice.id] = problem

    def released(self, request: Release) -> bytes | None:
        first = self._releases.get(request.idempotency_key)
        if first is None:
            return None
        if first[0] != request:
            raise Refused(RefusalCode.CONFLICT, "idempotency_key", "The key was used before.")
        return first[1]

    def release(self, request: Release, promise: Promise, now: Instant) -> bytes:
        with self._lock:
            if first := self.released(request):
                return first
            event_id = len(self.events).to_bytes(16, "big")
            self._releases[request.idempotency_key] = (request, event_id)
            self.events.append((request, promise, now))
            return event_id

    def _alerts(self) -> Iterator[Alert]:
        return (alert for history in self._histories.values() for alert in history.alerts)


def _place(notice: Notice) -> tuple[Instant, str, int]:
    return (notice.at, notice.alert.key, notice.alert.revision)


class MemoryLedger:
    """The tracker's list, as a test tells it."""

    def __init__(self) -> None:
        self.words: dict[str, Word] = {}
        self.reachable = True

    def say(self, *words: Word) -> None:
        self.words |= {word.promise.promise_id: in_ledger(word) for word in words}

    def announced(self) -> Iterator[Sequence[Word]]:
        self._answer()
        for word in self.words.values():
            if isinstance(word.says, Condition):
                yield [word]

    def promise(self, promise_id: str) -> Word | None:
        self._answer()
        return self.words.get(promise_id)

    def _answer(self) -> None:
        if not self.reachable:
            raise LedgerUnreachable("The tracker at 127.0.0.1:7105 does not answer (UNAVAILABLE).")


class MemoryChannel:
    """A receiver that takes everything, except what a test lets fail."""

    def __init__(self, name: str = "memory") -> None:
        self.name = name
        self.got: list[Notice] = []
        self.tries: list[str] = []
        self.failing: dict[str, list[Exception]] = {}

    def fail(self, key: str, times: int = 1, *, permanent: bool = False) -> None:
        """The next `times` notices of the alert with this key are not taken."""
        error = DeliveryError("The receiver answered 500.", permanent=permanent)
        self.failing[key] = [error] * times

    def send(self, notice: Notice) -> None:
        self.tries.append(notice.id)
        if failures := self.failing.get(notice.alert.key):
            raise failures.pop()
        self.got.append(notice)


def key(promise: Promise | None = None) -> str:
    return key_of(promise or a_promise())
