"""Alerts for tests: builders with good defaults, and a clock that only a test moves."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.alerts.domain.alert import key_of
from services.alerts.domain.promise import Condition, Promise, Resolution, Word
from services.shared.clock import Instant, to_instant, to_micros

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


def key(promise: Promise | None = None) -> str:
    return key_of(promise or a_promise())
