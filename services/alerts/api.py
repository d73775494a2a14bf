"""AlertsService over gRPC: messages to requests and alerts to messages, nothing else."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import grpc
from handoff.v1 import alerts_pb2, alerts_pb2_grpc

from services.alerts import actions
from services.alerts.codec import STATES, alert_message, instant, silence_message, silence_of
from services.alerts.domain.alert import Alert, State, urgency
from services.alerts.domain.requests import (
    STANDING,
    Acknowledge,
    Place,
    Query,
    Release,
    SnoozeUntil,
    check_page_size,
)
from services.alerts.domain.silences import Silence
from services.alerts.handlers import Desk, Ledger
from services.alerts.on_call_answers import on_call_answer
from services.shared.clock import Clock, Instant
from services.shared.errors import RefusalCode, Refused

SERVICE = alerts_pb2.DESCRIPTOR.services_by_name["AlertsService"].full_name
_STATE_OF: dict[int, State] = {number: state for state, number in STATES.items()}


@dataclass(frozen=True)
class AlertsServicer(alerts_pb2_grpc.AlertsServiceServicer):
    """Plain methods: each call waits for Mongo in a thread of its own."""

    desk: Desk
    ledger: Ledger
    clock: Clock
    console_url: str
    schedules: Path | None = None

    def ListAlerts(
        self, request: alerts_pb2.ListAlertsRequest, _context: grpc.ServicerContext
    ) -> alerts_pb2.ListAlertsResponse:
        size = check_page_size(request.page_size)
        query = Query(
            states=frozenset(_state(number) for number in request.states) or STANDING,
            owed_by=request.owed_by,
            owed_to=request.owed_to,
            subject=request.subject,
            after=_place(request.page_token),
            limit=size + 1,
        )
        found = self.desk.store.find(query)
        more = len(found) > size
        return alerts_pb2.ListAlertsResponse(
            alerts=[self._message(alert) for alert in found[:size]],
            next_page_token=_token(found[size - 1]) if more else "",
        )

    def GetAlert(
        self, request: alerts_pb2.GetAlertRequest, _context: grpc.ServicerContext
    ) -> alerts_pb2.GetAlertResponse:
        alert = actions.known(request.key, self.desk.store.get(request.key))
        return alerts_pb2.GetAlertResponse(alert=self._message(alert))

    def AcknowledgeAlert(
        self, request: alerts_pb2.AcknowledgeAlertRequest, _context: grpc.ServicerContext
    ) -> alerts_pb2.AcknowledgeAlertResponse:
        wanted = Acknowledge(request.key, request.actor, request.note)
        alert = actions.acknowledge_alert(wanted, self.desk, self.clock.now())
        return alerts_pb2.AcknowledgeAlertResponse(alert=self._message(alert))

    def SnoozeAlert(
        self, request: alerts_pb2.SnoozeAlertRequest, _context: grpc.ServicerContext
    ) -> alerts_pb2.SnoozeAlertResponse:
        wanted = SnoozeUntil(request.key, request.actor, _until(request), request.reason)
        alert = actions.snooze_alert(wanted, self.desk, self.clock.now())
        return alerts_pb2.SnoozeAlertResponse(alert=self._message(alert))

    def ReleasePromise(
        self, request: alerts_pb2.ReleasePromiseRequest, _context: grpc.ServicerContext
    ) -> alerts_pb2.ReleasePromiseResponse:
        wanted = Release(request.promise_id, request.actor, request.reason, request.idempotency_key)
        now = self.clock.now()
        event_id = actions.release_promise(wanted, self.desk, self.ledger, now)
        return alerts_pb2.ReleasePromiseResponse(event_id=event_id)

    def BeginSilence(
        self, request: alerts_pb2.BeginSilenceRequest, _context: grpc.ServicerContext
    ) -> alerts_pb2.BeginSilenceResponse:
        now = self.clock.now()
        silence = _silence(request.silence, now)
        actions.begin_silence(silence, self.desk, now)
        return alerts_pb2.BeginSilenceResponse(silence=silence_message(silence))

    def ListSilences(
        self, _request: alerts_pb2.ListSilencesRequest, _context: grpc.ServicerContext
    ) -> alerts_pb2.ListSilencesResponse:
        found = self.desk.store.silences(self.clock.now())
        return alerts_pb2.ListSilencesResponse(silences=map(silence_message, found))

    def EndSilence(
        self, request: alerts_pb2.EndSilenceRequest, _context: grpc.ServicerContext
    ) -> alerts_pb2.EndSilenceResponse:
        ended = actions.end_silence(request.id, request.actor, self.desk, self.clock.now())
        return alerts_pb2.EndSilenceResponse(silence=silence_message(ended))

    def ListOnCall(
        self, request: alerts_pb2.ListOnCallRequest, _context: grpc.ServicerContext
    ) -> alerts_pb2.ListOnCallResponse:
        return on_call_answer(self.schedules, request.days, self.clock.now())

    def _message(self, alert: Alert) -> alerts_pb2.Alert:
        return alert_message(alert, self.console_url, self.clock.now())


def _state(number: int) -> State:
    try:
        return _STATE_OF[number]
    except KeyError:
        raise Refused(
            RefusalCode.INVALID,
            "states",
            f"states has {number}; give {', '.join(alerts_pb2.AlertState.keys()[1:])}, or none for"
            " all that are not resolved.",
        ) from None


def _silence(told: alerts_pb2.Silence, now: Instant) -> Silence:
    try:
        return silence_of(told, f"si-{uuid4().hex[:12]}", now)
    except ValueError as error:
        raise Refused(
            RefusalCode.INVALID,
            "silence",
            f"silence has a beginning or an end that is no moment ({error}); give ones of this"
            " time.",
        ) from None


def _until(request: alerts_pb2.SnoozeAlertRequest) -> Instant:
    try:
        return instant(request.until)
    except ValueError as error:
        raise Refused(
            RefusalCode.INVALID, "until", f"until is no moment ({error}); give one of this time."
        ) from None


def _token(alert: Alert) -> str:
    return base64.urlsafe_b64encode(json.dumps(urgency(alert)).encode()).decode()


def _place(token: str) -> Place | None:
    if not token:
        return None
    try:
        visible_by, due_by, key = json.loads(base64.urlsafe_b64decode(token))
        return int(visible_by), int(due_by), str(key)
    except (ValueError, TypeError):
        raise Refused(
            RefusalCode.INVALID,
            "page_token",
            "page_token is not one of ours; give the next_page_token of the page before, or none.",
        ) from None
