"""AlertsService over gRPC: messages to requests and alerts to messages, nothing else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import grpc
from handoff.v1 import alerts_pb2, alerts_pb2_grpc

from services.alerts import actions, answering
from services.alerts.asking import (
    cause_of,
    moment_of,
    place_of,
    silence_asked_for,
    state_of,
    token_of,
)
from services.alerts.audit_answers import audit_answer
from services.alerts.bulk import results_of
from services.alerts.domain.alert import Alert
from services.alerts.domain.requests import (
    STANDING,
    Acknowledge,
    Asked,
    Query,
    Redrive,
    Release,
    SnoozeUntil,
    check_page_size,
)
from services.alerts.handlers import Desk, Ledger
from services.alerts.messages import (
    alert_message,
    rating_message,
    silence_message,
    whole_alert_message,
)
from services.alerts.on_call_answers import on_call_answer
from services.alerts.redriving import LetterPost, redrive_letters
from services.shared.clock import Clock, Instant

SERVICE = alerts_pb2.DESCRIPTOR.services_by_name["AlertsService"].full_name

Answer = Callable[[Asked, Desk, Instant], Alert]


@dataclass(frozen=True)
class AlertsServicer(alerts_pb2_grpc.AlertsServiceServicer):
    """Plain methods: each call waits for Mongo in a thread of its own."""

    desk: Desk
    ledger: Ledger
    post: LetterPost
    clock: Clock
    console_url: str
    schedules: Path | None = None
    audit_anchor: Path | None = None

    def ListAlerts(
        self, request: alerts_pb2.ListAlertsRequest, _context: grpc.ServicerContext
    ) -> alerts_pb2.ListAlertsResponse:
        size = check_page_size(request.page_size)
        query = Query(
            states=frozenset(state_of(number) for number in request.states) or STANDING,
            owed_by=request.owed_by,
            owed_to=request.owed_to,
            subject=request.subject,
            assignee=request.assignee,
            unassigned=request.unassigned,
            after=place_of(request.page_token),
            limit=size + 1,
        )
        found = self.desk.store.find(query)
        more = len(found) > size
        return alerts_pb2.ListAlertsResponse(
            alerts=[self._message(alert) for alert in found[:size]],
            next_page_token=token_of(found[size - 1]) if more else "",
        )

    def GetAlert(
        self, request: alerts_pb2.GetAlertRequest, _context: grpc.ServicerContext
    ) -> alerts_pb2.GetAlertResponse:
        alert = actions.known(request.key, self.desk.store.get(request.key))
        now = self.clock.now()
        return alerts_pb2.GetAlertResponse(alert=whole_alert_message(alert, self.console_url, now))

    def AcknowledgeAlert(
        self, request: alerts_pb2.AcknowledgeAlertRequest, _context: grpc.ServicerContext
    ) -> alerts_pb2.AcknowledgeAlertResponse:
        def acknowledge(key: str) -> Alert:
            wanted = Acknowledge(key, request.actor, request.note)
            return actions.acknowledge_alert(wanted, self.desk, self.clock.now())

        if request.keys:
            results = results_of(request.keys, acknowledge, self._message)
            return alerts_pb2.AcknowledgeAlertResponse(results=results)
        return alerts_pb2.AcknowledgeAlertResponse(alert=self._message(acknowledge(request.key)))

    def SnoozeAlert(
        self, request: alerts_pb2.SnoozeAlertRequest, _context: grpc.ServicerContext
    ) -> alerts_pb2.SnoozeAlertResponse:
        until = moment_of("until", request.until)

        def snooze(key: str) -> Alert:
            wanted = SnoozeUntil(key, request.actor, until, request.reason)
            return actions.snooze_alert(wanted, self.desk, self.clock.now())

        if request.keys:
            results = results_of(request.keys, snooze, self._message)
            return alerts_pb2.SnoozeAlertResponse(results=results)
        return alerts_pb2.SnoozeAlertResponse(alert=self._message(snooze(request.key)))

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
        silence = silence_asked_for(request.silence, now)
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

    def AssignAlert(
        self, request: alerts_pb2.AssignAlertRequest, _context: grpc.ServicerContext
    ) -> alerts_pb2.AssignAlertResponse:
        results = self._each(
            request.acting, partial(answering.assign_alert, assignee=request.assignee)
        )
        return alerts_pb2.AssignAlertResponse(results=results)

    def EscalateAlert(
        self, request: alerts_pb2.EscalateAlertRequest, _context: grpc.ServicerContext
    ) -> alerts_pb2.EscalateAlertResponse:
        results = self._each(request.acting, answering.escalate_alert)
        return alerts_pb2.EscalateAlertResponse(results=results)

    def NoteAlert(
        self, request: alerts_pb2.NoteAlertRequest, _context: grpc.ServicerContext
    ) -> alerts_pb2.NoteAlertResponse:
        results = self._each(request.acting, answering.note_alert)
        return alerts_pb2.NoteAlertResponse(results=results)

    def CloseAlert(
        self, request: alerts_pb2.CloseAlertRequest, _context: grpc.ServicerContext
    ) -> alerts_pb2.CloseAlertResponse:
        results = self._each(
            request.acting, partial(answering.close_alert, cause=cause_of(request.cause))
        )
        return alerts_pb2.CloseAlertResponse(results=results)

    def DisputeVerdict(
        self, request: alerts_pb2.DisputeVerdictRequest, _context: grpc.ServicerContext
    ) -> alerts_pb2.DisputeVerdictResponse:
        results = self._each(
            request.acting, partial(answering.dispute_verdict, by_party=request.by_party)
        )
        return alerts_pb2.DisputeVerdictResponse(results=results)

    def RateAlert(
        self, request: alerts_pb2.RateAlertRequest, _context: grpc.ServicerContext
    ) -> alerts_pb2.RateAlertResponse:
        results = self._each(request.acting, partial(answering.rate_alert, useful=request.useful))
        return alerts_pb2.RateAlertResponse(results=results)

    def AskNewDate(
        self, request: alerts_pb2.AskNewDateRequest, _context: grpc.ServicerContext
    ) -> alerts_pb2.AskNewDateResponse:
        results = self._each(request.acting, answering.ask_new_date)
        return alerts_pb2.AskNewDateResponse(results=results)

    def TellCustomer(
        self, request: alerts_pb2.TellCustomerRequest, _context: grpc.ServicerContext
    ) -> alerts_pb2.TellCustomerResponse:
        results = self._each(request.acting, answering.tell_customer)
        return alerts_pb2.TellCustomerResponse(results=results)

    def CountRatings(
        self, _request: alerts_pb2.CountRatingsRequest, _context: grpc.ServicerContext
    ) -> alerts_pb2.CountRatingsResponse:
        counts = self.desk.store.ratings(self.clock.now())
        return alerts_pb2.CountRatingsResponse(counts=map(rating_message, counts))

    def ListAudit(
        self, request: alerts_pb2.ListAuditRequest, _context: grpc.ServicerContext
    ) -> alerts_pb2.ListAuditResponse:
        return audit_answer(self.desk.store.audit, self.audit_anchor, request)

    def RedriveLetters(
        self, request: alerts_pb2.RedriveLettersRequest, _context: grpc.ServicerContext
    ) -> alerts_pb2.RedriveLettersResponse:
        wanted = Redrive(
            tuple(dict.fromkeys(request.ids)),
            request.reason,
            request.actor,
            request.words,
            request.idempotency_key,
        )
        sent = redrive_letters(wanted, self.post, self.desk.store.audit, self.clock.now())
        return alerts_pb2.RedriveLettersResponse(ids=sent)

    def _each(self, acting: alerts_pb2.Acting, answer: Answer) -> Sequence[alerts_pb2.AlertResult]:
        """Each key by itself; what is wrong with the request itself refuses all of it."""

        def act(key: str) -> Alert:
            asked = Asked(key, acting.actor, acting.words, acting.idempotency_key)
            return answer(asked, self.desk, self.clock.now())

        return results_of(acting.keys, act, self._message)

    def _message(self, alert: Alert) -> alerts_pb2.Alert:
        return alert_message(alert, self.console_url, self.clock.now())
