"""A tracker and an alerts service that speak real gRPC from what a test puts into them."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import grpc
from handoff.v1 import alerts_pb2, tracker_pb2
from handoff.v1.alerts_pb2_grpc import AlertsServiceServicer, add_AlertsServiceServicer_to_server
from handoff.v1.tracker_pb2_grpc import TrackerServiceServicer, add_TrackerServiceServicer_to_server

from services.shared.dead_letters import letter_of
from tests.component.console.company import Company

Context = Any
SETTLED = frozenset(
    {
        tracker_pb2.PROMISE_STATE_KEPT,
        tracker_pb2.PROMISE_STATE_KEPT_LATE,
        tracker_pb2.PROMISE_STATE_CANCELLED,
        tracker_pb2.PROMISE_STATE_RELEASED,
    }
)


Change = Callable[[alerts_pb2.Alert], None]
"""What an action makes of one alert; raises ValueError where it is refused."""


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
            subject=request.subject,
            promises=promises,
            events=events,
            findings=self._company.findings.get(request.subject, []),
            trees=self._company.trees.get(request.subject, []),
            skipped=self._company.skipped.get(request.subject, []),
        )

    async def ExplainPromise(
        self, request: tracker_pb2.ExplainPromiseRequest, context: Context
    ) -> tracker_pb2.ExplainPromiseResponse:
        if request.promise_id not in self._company.explained:
            await context.abort(grpc.StatusCode.NOT_FOUND, f"No promise {request.promise_id}.")
        return self._company.explained[request.promise_id]

    async def ListSubjects(
        self, request: tracker_pb2.ListSubjectsRequest, context: Context
    ) -> tracker_pb2.ListSubjectsResponse:
        told = tracker_pb2.ListSubjectsResponse(
            subjects=self._company.summaries.get(
                (request.WhichOneof("about"), request.customer or request.order or request.case), []
            )
        )
        told.now.FromDatetime(self._company.now)
        return told

    async def ListOpenPromises(
        self, request: tracker_pb2.ListOpenPromisesRequest, context: Context
    ) -> tracker_pb2.ListOpenPromisesResponse:
        self._company.calls["ListOpenPromises"] += 1
        wanted = [
            promise
            for promise in (self._company.promises | self._company.listed).values()
            if promise.state not in SETTLED and (promise.announced or not request.announced)
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
        told = tracker_pb2.GetProgressResponse(partitions=self._company.partitions)
        told.now.FromDatetime(self._company.now)
        return told

    async def CountOpenPromises(
        self, request: tracker_pb2.CountOpenPromisesRequest, context: Context
    ) -> tracker_pb2.CountOpenPromisesResponse:
        self._company.calls["CountOpenPromises"] += 1
        open_promises = [p for p in self._company.promises.values() if p.state not in SETTLED]
        counted = Counter((p.owed_by, p.owed_to, p.announced) for p in open_promises)
        told = tracker_pb2.CountOpenPromisesResponse(
            counts=[
                tracker_pb2.OpenCount(owed_by=by, owed_to=to, announced=announced, promises=count)
                for (by, to, announced), count in counted.items()
            ]
        )
        told.counted_at.FromDatetime(self._company.now)
        return told

    async def ListAgreements(
        self, request: tracker_pb2.ListAgreementsRequest, context: Context
    ) -> tracker_pb2.ListAgreementsResponse:
        if not request.set_id:
            return self._company.agreements
        if request.set_id not in self._company.agreement_sets:
            await context.abort(grpc.StatusCode.NOT_FOUND, f"No agreement set {request.set_id!r}.")
        return self._company.agreement_sets[request.set_id]

    async def GetAgreementFiles(
        self, request: tracker_pb2.GetAgreementFilesRequest, context: Context
    ) -> tracker_pb2.GetAgreementFilesResponse:
        told = tracker_pb2.GetAgreementFilesResponse(set_id=self._company.agreements.set_id)
        for name, text in self._company.agreement_files.items():
            told.files.add(name=name, text=text)
        return told

    async def ListAttainment(
        self, request: tracker_pb2.ListAttainmentRequest, context: Context
    ) -> tracker_pb2.ListAttainmentResponse:
        raise AssertionError("nobody asks the console's fake for it")


class FakeAlerts(AlertsServiceServicer):
    """Answers as the alerts service would."""

    def __init__(self, company: Company) -> None:
        self._company = company

    async def ListAlerts(
        self, request: alerts_pb2.ListAlertsRequest, context: Context
    ) -> alerts_pb2.ListAlertsResponse:
        self._company.calls["ListAlerts"] += 1
        states = frozenset(request.states)
        wanted = [
            alert
            for alert in self._company.alerts.values()
            if alert.state in states and request.subject in ("", alert.subject)
        ]
        start = int(request.page_token or 0)
        end = start + request.page_size
        return alerts_pb2.ListAlertsResponse(
            alerts=wanted[start:end], next_page_token=str(end) if end < len(wanted) else ""
        )

    async def GetAlert(
        self, request: alerts_pb2.GetAlertRequest, context: Context
    ) -> alerts_pb2.GetAlertResponse:
        return alerts_pb2.GetAlertResponse(alert=await self._found(request.key, context))

    async def AcknowledgeAlert(
        self, request: alerts_pb2.AcknowledgeAlertRequest, context: Context
    ) -> alerts_pb2.AcknowledgeAlertResponse:
        def acknowledge(alert: alerts_pb2.Alert) -> None:
            alert.state = alerts_pb2.ALERT_STATE_ACKNOWLEDGED
            alert.acknowledged_by = request.actor
            alert.acknowledged_at.FromDatetime(self._company.now)

        results = self._each(request.keys, acknowledge)
        return alerts_pb2.AcknowledgeAlertResponse(results=results)

    async def SnoozeAlert(
        self, request: alerts_pb2.SnoozeAlertRequest, context: Context
    ) -> alerts_pb2.SnoozeAlertResponse:
        def snooze(alert: alerts_pb2.Alert) -> None:
            alert.state = alerts_pb2.ALERT_STATE_SNOOZED
            alert.snoozed_until.CopyFrom(request.until)

        return alerts_pb2.SnoozeAlertResponse(results=self._each(request.keys, snooze))

    async def ReleasePromise(
        self, request: alerts_pb2.ReleasePromiseRequest, context: Context
    ) -> alerts_pb2.ReleasePromiseResponse:
        self._company.released[request.idempotency_key] = request
        return alerts_pb2.ReleasePromiseResponse(event_id=bytes(16))

    async def BeginSilence(
        self, request: alerts_pb2.BeginSilenceRequest, context: Context
    ) -> alerts_pb2.BeginSilenceResponse:
        silence = request.silence
        if not silence.reason:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "Give a reason.")
        silence.id = f"si-{len(self._company.silences)}"
        self._company.silences[silence.id] = silence
        return alerts_pb2.BeginSilenceResponse(silence=silence)

    async def ListSilences(
        self, request: alerts_pb2.ListSilencesRequest, context: Context
    ) -> alerts_pb2.ListSilencesResponse:
        return alerts_pb2.ListSilencesResponse(silences=self._company.silences.values())

    async def EndSilence(
        self, request: alerts_pb2.EndSilenceRequest, context: Context
    ) -> alerts_pb2.EndSilenceResponse:
        if request.id not in self._company.silences:
            await context.abort(grpc.StatusCode.NOT_FOUND, f"No silence {request.id!r} holds.")
        if not request.actor:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "actor is empty.")
        ended = self._company.silences.pop(request.id)
        return alerts_pb2.EndSilenceResponse(silence=ended)

    async def ListOnCall(
        self, request: alerts_pb2.ListOnCallRequest, context: Context
    ) -> alerts_pb2.ListOnCallResponse:
        return self._company.on_call

    async def AssignAlert(
        self, request: alerts_pb2.AssignAlertRequest, context: Context
    ) -> alerts_pb2.AssignAlertResponse:
        def assign(alert: alerts_pb2.Alert) -> None:
            alert.assignee = request.assignee

        return alerts_pb2.AssignAlertResponse(results=self._acted(request, assign))

    async def EscalateAlert(
        self, request: alerts_pb2.EscalateAlertRequest, context: Context
    ) -> alerts_pb2.EscalateAlertResponse:
        def escalate(alert: alerts_pb2.Alert) -> None:
            alert.rungs += 1

        return alerts_pb2.EscalateAlertResponse(results=self._acted(request, escalate))

    async def NoteAlert(
        self, request: alerts_pb2.NoteAlertRequest, context: Context
    ) -> alerts_pb2.NoteAlertResponse:
        def note(alert: alerts_pb2.Alert) -> None:
            said = alert.notes.add(actor=request.acting.actor, words=request.acting.words)
            said.at.FromDatetime(self._company.now)
            alert.notes_count = len(alert.notes)

        return alerts_pb2.NoteAlertResponse(results=self._acted(request, note))

    async def CloseAlert(
        self, request: alerts_pb2.CloseAlertRequest, context: Context
    ) -> alerts_pb2.CloseAlertResponse:
        def close(alert: alerts_pb2.Alert) -> None:
            if alert.condition != "breached":
                raise ValueError(f"Alert {alert.key} is not broken.")
            alert.state = alerts_pb2.ALERT_STATE_CLOSED
            alert.cause = request.cause
            alert.closed_by = request.acting.actor
            alert.closed_at.FromDatetime(self._company.now)

        return alerts_pb2.CloseAlertResponse(results=self._acted(request, close))

    async def DisputeVerdict(
        self, request: alerts_pb2.DisputeVerdictRequest, context: Context
    ) -> alerts_pb2.DisputeVerdictResponse:
        def dispute(alert: alerts_pb2.Alert) -> None:
            alert.disputed_by = request.by_party
            alert.dispute_reason = request.acting.words

        return alerts_pb2.DisputeVerdictResponse(results=self._acted(request, dispute))

    async def RateAlert(
        self, request: alerts_pb2.RateAlertRequest, context: Context
    ) -> alerts_pb2.RateAlertResponse:
        def rate(alert: alerts_pb2.Alert) -> None:
            alert.useful, alert.not_useful = int(request.useful), int(not request.useful)

        return alerts_pb2.RateAlertResponse(results=self._acted(request, rate))

    async def AskNewDate(
        self, request: alerts_pb2.AskNewDateRequest, context: Context
    ) -> alerts_pb2.AskNewDateResponse:
        def ask(alert: alerts_pb2.Alert) -> None:
            alert.new_date_asked.CopyFrom(self._said(request.acting))

        return alerts_pb2.AskNewDateResponse(results=self._acted(request, ask))

    async def TellCustomer(
        self, request: alerts_pb2.TellCustomerRequest, context: Context
    ) -> alerts_pb2.TellCustomerResponse:
        def tell(alert: alerts_pb2.Alert) -> None:
            alert.customer_to_be_told.CopyFrom(self._said(request.acting))

        return alerts_pb2.TellCustomerResponse(results=self._acted(request, tell))

    async def CountRatings(
        self, request: alerts_pb2.CountRatingsRequest, context: Context
    ) -> alerts_pb2.CountRatingsResponse:
        return alerts_pb2.CountRatingsResponse(counts=self._company.ratings)

    async def ListAudit(
        self, request: alerts_pb2.ListAuditRequest, context: Context
    ) -> alerts_pb2.ListAuditResponse:
        self._company.audit_asked.append(request)
        return self._company.audit

    async def RedriveLetters(
        self, request: alerts_pb2.RedriveLettersRequest, context: Context
    ) -> alerts_pb2.RedriveLettersResponse:
        self._company.redriven[request.idempotency_key] = request
        letters = map(letter_of, self._company.letters)
        sent = [
            each.id for each in letters if each.id in request.ids or each.reason == request.reason
        ]
        if not sent:
            await context.abort(grpc.StatusCode.NOT_FOUND, "There is no such dead letter.")
        return alerts_pb2.RedriveLettersResponse(ids=sent)

    def _acted(self, request: Any, change: Change) -> list[alerts_pb2.AlertResult]:  # noqa: ANN401
        """Of one idempotency key only the first has an effect."""
        acting = request.acting
        repeated = acting.idempotency_key in self._company.acted
        self._company.acted[acting.idempotency_key] = request
        return self._each(acting.keys, (lambda alert: None) if repeated else change)

    def _each(self, keys: Iterable[str], change: Change) -> list[alerts_pb2.AlertResult]:
        return [self._result(key, change) for key in keys]

    def _result(self, key: str, change: Change) -> alerts_pb2.AlertResult:
        alert = self._company.alerts.get(key)
        if alert is None:
            problem = f"There is no alert {key!r}."
            return alerts_pb2.AlertResult(key=key, problem=problem, code="not_found")
        try:
            change(alert)
        except ValueError as error:
            return alerts_pb2.AlertResult(key=key, problem=str(error), code="failed_precondition")
        alert.revision += 1
        listed = alerts_pb2.Alert()
        listed.CopyFrom(alert)
        listed.ClearField("notes")
        return alerts_pb2.AlertResult(key=key, alert=listed)

    def _said(self, acting: alerts_pb2.Acting) -> alerts_pb2.Said:
        said = alerts_pb2.Said(actor=acting.actor, words=acting.words)
        said.at.FromDatetime(self._company.now)
        return said

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
