"""A tracker and an alerts service that speak real gRPC from what a test puts into them."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
from handoff.v1 import alerts_pb2, tracker_pb2
from handoff.v1.alerts_pb2_grpc import AlertsServiceServicer, add_AlertsServiceServicer_to_server
from handoff.v1.tracker_pb2_grpc import TrackerServiceServicer, add_TrackerServiceServicer_to_server

NOW = datetime(2026, 3, 4, 14, 3, 10, tzinfo=UTC)
Context = Any


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


@dataclass
class Company:
    """What the two services know; a test changes it and the next answer is different."""

    now: datetime = NOW
    promises: dict[str, tracker_pb2.Promise] = field(default_factory=dict)
    events: dict[str, list[tracker_pb2.SubjectEvent]] = field(default_factory=dict)
    alerts: dict[str, alerts_pb2.Alert] = field(default_factory=dict)
    released: dict[str, alerts_pb2.ReleasePromiseRequest] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)

    def promise(self, promise_id: str, state: str = "at_risk", **fields: Any) -> None:  # noqa: ANN401
        """A promise with good defaults; moments may be given as minutes from now."""
        told = tracker_pb2.Promise(
            promise_id=promise_id,
            agreement="ship-paid-order",
            agreement_version=3,
            owed_by="operations",
            owed_to="sales",
            subject="order/4711",
            order="4711",
            customer="c-77",
            state=tracker_pb2.PromiseState.Value(f"PROMISE_STATE_{state.upper()}"),
            announced=ANNOUNCED.get(state, tracker_pb2.VERDICT_KIND_UNSPECIFIED),
            revision=2,
            awaits="operations.ParcelHandedOver",
            because="The customer's date cannot be met if the parcel leaves later.",
            next_step="Ask the shift lead to pull the order forward.",
        )
        moments = {"opened_at": -180, "due_by": 30, "customer_visible_by": 180} | {
            name: fields.pop(name) for name in MOMENTS if name in fields
        }
        for name, value in fields.items():
            setattr(told, name, value)
        for name, offset in moments.items():
            if offset is not None:
                getattr(told, name).FromDatetime(self.now + minutes(offset))
        self.promises[promise_id] = told

    def alert(self, promise_id: str, state: str = "open", **fields: Any) -> None:  # noqa: ANN401
        promise = self.promises[promise_id]
        told = alerts_pb2.Alert(
            key=f"alert/{promise_id}",
            state=alerts_pb2.AlertState.Value(f"ALERT_STATE_{state.upper()}"),
            promise_id=promise_id,
            subject=promise.subject,
            summary=f"{promise.owed_by} owes {promise.owed_to} the parcel.",
            **fields,
        )
        told.notified_at.FromDatetime(self.now - minutes(5))
        self.alerts[told.key] = told

    def event(self, subject: str, type: str, offset: float, delay: float = 0.01) -> None:
        told = tracker_pb2.SubjectEvent(
            id=len(self.events).to_bytes(16, "big"),
            type=type,
            party=type.partition(".")[0],
            trace_id="4bf92f3577b34da6a3ce929d0e0e4736",
        )
        told.occurred_at.FromDatetime(self.now + minutes(offset))
        told.arrived_at.FromDatetime(self.now + minutes(offset + delay))
        self.events.setdefault(subject, []).append(told)


ANNOUNCED = {
    "at_risk": tracker_pb2.VERDICT_KIND_WARNED,
    "overdue_unconfirmed": tracker_pb2.VERDICT_KIND_WARNED,
    "breached": tracker_pb2.VERDICT_KIND_BREACHED,
    "unknown": tracker_pb2.VERDICT_KIND_UNKNOWN,
}
MOMENTS = ("opened_at", "due_by", "settled_at", "breached_at", "customer_visible_by")


class FakeTracker(TrackerServiceServicer):
    """Answers as the tracker would; counts what it was asked."""

    def __init__(self, company: Company) -> None:
        self._company = company

    async def GetPromise(
        self, request: tracker_pb2.GetPromiseRequest, context: Context
    ) -> tracker_pb2.GetPromiseResponse:
        return tracker_pb2.GetPromiseResponse(promise=self._company.promises[request.promise_id])

    async def GetSubject(
        self, request: tracker_pb2.GetSubjectRequest, context: Context
    ) -> tracker_pb2.GetSubjectResponse:
        self._company.calls["GetSubject"] += 1
        promises = [p for p in self._company.promises.values() if p.subject == request.subject]
        events = self._company.events.get(request.subject, [])
        if not promises and not events:
            await context.abort(grpc.StatusCode.NOT_FOUND, f"No subject {request.subject}.")
        return tracker_pb2.GetSubjectResponse(
            subject=request.subject, promises=promises, events=events
        )

    async def ListOpenPromises(
        self, request: tracker_pb2.ListOpenPromisesRequest, context: Context
    ) -> tracker_pb2.ListOpenPromisesResponse:
        self._company.calls["ListOpenPromises"] += 1
        wanted = [
            promise
            for promise in self._company.promises.values()
            if promise.state in request.states and (promise.announced or not request.announced)
        ]
        start = int(request.page_token or 0)
        end = start + request.page_size
        return tracker_pb2.ListOpenPromisesResponse(
            promises=wanted[start:end], next_page_token=str(end) if end < len(wanted) else ""
        )

    async def GetProgress(
        self, request: tracker_pb2.GetProgressRequest, context: Context
    ) -> tracker_pb2.GetProgressResponse:
        self._company.calls["GetProgress"] += 1
        told = tracker_pb2.GetProgressResponse()
        told.now.FromDatetime(self._company.now)
        return told


class FakeAlerts(AlertsServiceServicer):
    """Answers as the alerts service would."""

    def __init__(self, company: Company) -> None:
        self._company = company

    async def ListAlerts(
        self, request: alerts_pb2.ListAlertsRequest, context: Context
    ) -> alerts_pb2.ListAlertsResponse:
        self._company.calls["ListAlerts"] += 1
        return alerts_pb2.ListAlertsResponse(
            alerts=[
                alert
                for alert in self._company.alerts.values()
                if alert.state != alerts_pb2.ALERT_STATE_RESOLVED
                and request.subject in ("", alert.subject)
            ]
        )

    async def GetAlert(
        self, request: alerts_pb2.GetAlertRequest, context: Context
    ) -> alerts_pb2.GetAlertResponse:
        return alerts_pb2.GetAlertResponse(alert=await self._found(request.key, context))

    async def AcknowledgeAlert(
        self, request: alerts_pb2.AcknowledgeAlertRequest, context: Context
    ) -> alerts_pb2.AcknowledgeAlertResponse:
        alert = await self._found(request.key, context)
        alert.state = alerts_pb2.ALERT_STATE_ACKNOWLEDGED
        alert.acknowledged_by = request.actor
        alert.acknowledged_at.FromDatetime(self._company.now)
        return alerts_pb2.AcknowledgeAlertResponse(alert=alert)

    async def SnoozeAlert(
        self, request: alerts_pb2.SnoozeAlertRequest, context: Context
    ) -> alerts_pb2.SnoozeAlertResponse:
        alert = await self._found(request.key, context)
        alert.state = alerts_pb2.ALERT_STATE_SNOOZED
        alert.snoozed_until.CopyFrom(request.until)
        return alerts_pb2.SnoozeAlertResponse(alert=alert)

    async def ReleasePromise(
        self, request: alerts_pb2.ReleasePromiseRequest, context: Context
    ) -> alerts_pb2.ReleasePromiseResponse:
        self._company.released[request.idempotency_key] = request
        return alerts_pb2.ReleasePromiseResponse(event_id=bytes(16))

    async def _found(self, key: str, context: Context) -> alerts_pb2.Alert:
        if key not in self._company.alerts:
            await context.abort(grpc.StatusCode.NOT_FOUND, f"There is no alert {key!r}.")
        return self._company.alerts[key]


@dataclass
class Servers:
    """The two services on ports of their own; a test may stop one."""

    tracker: str
    alerts: str
    tracker_server: grpc.aio.Server
    alerts_server: grpc.aio.Server


@asynccontextmanager
async def serving(company: Company) -> AsyncIterator[Servers]:
    async with (
        a_server(FakeTracker(company)) as (tracker_server, tracker),
        a_server(FakeAlerts(company)) as (alerts_server, alerts),
    ):
        yield Servers(tracker, alerts, tracker_server, alerts_server)


@asynccontextmanager
async def a_server(
    servicer: FakeTracker | FakeAlerts, port: int = 0
) -> AsyncIterator[tuple[grpc.aio.Server, str]]:
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    if isinstance(servicer, FakeTracker):
        add_TrackerServiceServicer_to_server(servicer, server)
    else:
        add_AlertsServiceServicer_to_server(servicer, server)
    address = f"127.0.0.1:{server.add_insecure_port(f'127.0.0.1:{port}')}"
    await server.start()
    yield server, address
    await server.stop(None)
