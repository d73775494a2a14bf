"""Promises, alerts and snapshots with good defaults; a test names only what matters to it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.console.alert_view import latest_by_promise
from services.console.desk import Alert, Event, Promise, Snapshot
from services.console.views import by_customer_moment

NOW = datetime(2026, 3, 4, 14, 3, 10, tzinfo=UTC)


def at(words: str) -> datetime:
    """`17:00` of the builders' day, or `5 Mar 09:00`."""
    day, _, clock = words.rpartition(" ")
    hour, minute = (int(part) for part in clock.split(":"))
    on = datetime.strptime(f"{day} 2026", "%d %b %Y") if day else NOW
    return datetime(2026, on.month, on.day, hour, minute, tzinfo=UTC)


def a_promise(promise_id: str = "order/4711~ship-paid-order", **fields: Any) -> Promise:  # noqa: ANN401
    """At risk, owed by operations to sales, due at 14:33, noticed by the customer at 17:00."""
    promise = Promise(
        promise_id=promise_id,
        agreement="ship-paid-order",
        agreement_version=3,
        owed_by="operations",
        owed_to="sales",
        subject="order/4711",
        order="4711",
        customer="c-77",
        case="",
        state="at_risk",
        revision=2,
        opened_at=at("09:00"),
        due_by=at("14:33"),
        settled_at=None,
        breached_at=None,
        customer_visible_by=at("17:00"),
        awaits="operations.ParcelHandedOver",
        because="The customer's date cannot be met if the parcel leaves later.",
        next_step="Ask the shift lead to pull the order forward.",
        trace_id="",
    )
    return replace(promise, **fields)


def an_alert(promise: Promise, **fields: Any) -> Alert:  # noqa: ANN401
    alert = Alert(
        key=f"alert/{promise.promise_id}",
        state="open",
        promise_id=promise.promise_id,
        summary="operations owes sales the parcel.",
        notified_at=NOW - timedelta(minutes=5),
        acknowledged_by="",
        acknowledged_at=None,
        snoozed_until=None,
    )
    return replace(alert, **fields)


def an_event(
    type: str = "finance.PaymentApproved",
    occurred: str = "09:00",
    **fields: Any,  # noqa: ANN401
) -> Event:
    event = Event(
        id="00" * 16,
        type=type,
        party=type.partition(".")[0],
        occurred_at=at(occurred),
        arrived_at=at(occurred),
        trace_id="",
    )
    return replace(event, **fields)


def a_snapshot(*promises: Promise, alerts: tuple[Alert, ...] = (), **fields: Any) -> Snapshot:  # noqa: ANN401
    snapshot = Snapshot(
        seq=1,
        as_of=NOW,
        promises=by_customer_moment(promises),
        alerts=latest_by_promise(alerts),
        tracker_problem=None,
    )
    return replace(snapshot, **fields)
