"""The alerts over gRPC, as the Desk of `desk`; asks only.

Every call has a deadline. A service that is away raises Unreachable with its address.
"""

from collections.abc import Awaitable
from typing import TypeVar

from grpc.aio import Channel
from handoff.v1 import alerts_pb2
from handoff.v1.alerts_pb2_grpc import AlertsServiceStub

from services.console.acting_messages import call_of, results_of
from services.console.acts import Act, Result
from services.console.audit import Audit, Wanted
from services.console.calls import DEADLINE_S, MANY_DEADLINE_S, answered
from services.console.converting import Conversion
from services.console.desk import Alert
from services.console.letters import Redrive
from services.console.messages import alert_of
from services.console.overview_messages import (
    audit_of,
    audit_request_of,
    on_call_of,
    rating_of,
    silence_message,
    silence_of,
)
from services.console.overviews import OnCall, RatingCount, Silence

PAGE_SIZE = 1_000
AUDIT_PAGE_SIZE = 100
AUDIT_DEADLINE_S = 10.0
"""The whole chain is computed again for an answer."""
ALERTS_LIMIT = 10_000
"""More than this are not read."""
STATES = (
    alerts_pb2.ALERT_STATE_OPEN,
    alerts_pb2.ALERT_STATE_ACKNOWLEDGED,
    alerts_pb2.ALERT_STATE_SNOOZED,
    alerts_pb2.ALERT_STATE_CLOSED,
)
"""Closed ones, too: a promise that somebody is through with is not listed as one without alert."""
_T = TypeVar("_T")


class AlertsClient:
    """The Desk."""

    def __init__(self, channel: Channel, address: str) -> None:
        self._stub = AlertsServiceStub(channel)
        self._list = Conversion(alert_of)
        self._who = f"The alerts service at {address}"

    async def alerts(self, subject: str = "") -> tuple[Alert, ...]:
        found: list[alerts_pb2.Alert] = []
        token = ""
        while len(found) < ALERTS_LIMIT:
            request = alerts_pb2.ListAlertsRequest(
                states=STATES, subject=subject, page_size=PAGE_SIZE, page_token=token
            )
            page = await self._asked(self._stub.ListAlerts(request, timeout=DEADLINE_S))
            found += page.alerts
            if not (token := page.next_page_token):
                break
        if subject:
            return tuple(map(alert_of, found))
        return self._list.all(found)

    async def alert(self, key: str) -> Alert:
        request = alerts_pb2.GetAlertRequest(key=key)
        told = await self._asked(self._stub.GetAlert(request, timeout=DEADLINE_S))
        return alert_of(told.alert)

    async def act(self, act: Act) -> tuple[Result, ...]:
        method, request = call_of(act)
        within_s = DEADLINE_S if len(act.keys) == 1 else MANY_DEADLINE_S
        call = getattr(self._stub, method)(request, timeout=within_s)
        told = await answered(call, self._who, within_s)
        return results_of(told.results)

    async def ratings(self) -> tuple[RatingCount, ...]:
        request = alerts_pb2.CountRatingsRequest()
        told = await self._asked(self._stub.CountRatings(request, timeout=DEADLINE_S))
        return tuple(map(rating_of, told.counts))

    async def release(self, promise_id: str, actor: str, reason: str, idempotency_key: str) -> None:
        request = alerts_pb2.ReleasePromiseRequest(
            promise_id=promise_id, actor=actor, reason=reason, idempotency_key=idempotency_key
        )
        await self._asked(self._stub.ReleasePromise(request, timeout=DEADLINE_S))

    async def redrive(self, wanted: Redrive) -> int:
        request = alerts_pb2.RedriveLettersRequest(
            ids=[wanted.id] if wanted.id else (),
            reason=wanted.reason,
            actor=wanted.actor,
            words=wanted.words,
            idempotency_key=wanted.request,
        )
        call = self._stub.RedriveLetters(request, timeout=MANY_DEADLINE_S)
        return len((await answered(call, self._who, MANY_DEADLINE_S)).ids)

    async def audit(self, wanted: Wanted) -> Audit:
        request = audit_request_of(wanted, AUDIT_PAGE_SIZE)
        call = self._stub.ListAudit(request, timeout=AUDIT_DEADLINE_S)
        return audit_of(await answered(call, self._who, AUDIT_DEADLINE_S))

    async def on_call(self) -> OnCall:
        request = alerts_pb2.ListOnCallRequest()
        return on_call_of(await self._asked(self._stub.ListOnCall(request, timeout=DEADLINE_S)))

    async def silences(self) -> tuple[Silence, ...]:
        request = alerts_pb2.ListSilencesRequest()
        told = await self._asked(self._stub.ListSilences(request, timeout=DEADLINE_S))
        return tuple(silence_of(each) for each in told.silences)

    async def begin_silence(self, silence: Silence) -> Silence:
        request = alerts_pb2.BeginSilenceRequest(silence=silence_message(silence))
        told = await self._asked(self._stub.BeginSilence(request, timeout=DEADLINE_S))
        return silence_of(told.silence)

    async def end_silence(self, id: str, actor: str) -> None:
        request = alerts_pb2.EndSilenceRequest(id=id, actor=actor)
        await self._asked(self._stub.EndSilence(request, timeout=DEADLINE_S))

    async def _asked(self, call: Awaitable[_T]) -> _T:
        return await answered(call, self._who)
