"""The tracker and the alerts over gRPC, as the Ledger and the Desk of `desk`; asks only.

Every call has a deadline. A service that is away raises Unreachable with its address.
"""

from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import TypeVar

from grpc import StatusCode
from grpc.aio import AioRpcError, Channel
from handoff.v1 import alerts_pb2, tracker_pb2
from handoff.v1.alerts_pb2_grpc import AlertsServiceStub
from handoff.v1.tracker_pb2_grpc import TrackerServiceStub

from services.console.belonging import Belonging
from services.console.case_messages import belonging_of, explanation_of
from services.console.desk import (
    Alert,
    OpenPromises,
    Promise,
    Refusal,
    SubjectFacts,
    Unreachable,
)
from services.console.explanation import Explanation
from services.console.messages import (
    alert_of,
    event_of,
    finding_of,
    promise_of,
    skipped_of,
    tree_of,
)
from services.console.overview_messages import (
    agreements_of,
    on_call_of,
    open_counts_of,
    progress_of,
    silence_message,
    silence_of,
)
from services.console.overviews import (
    ActiveAgreements,
    OnCall,
    OpenCounts,
    Progress,
    Silence,
)
from services.shared.clock import Clock, to_datetime

DEADLINE_S = 3.0
PAGE_SIZE = 500
PROMISES_LIMIT = 2_000
"""More than this that need somebody are not read: the page says that it was cut."""
_T = TypeVar("_T")

_HTTP_STATUS = {
    StatusCode.INVALID_ARGUMENT: 400,
    StatusCode.NOT_FOUND: 404,
    StatusCode.ALREADY_EXISTS: 409,
    StatusCode.FAILED_PRECONDITION: 409,
    StatusCode.RESOURCE_EXHAUSTED: 429,
}
_AWAY = (StatusCode.UNAVAILABLE, StatusCode.DEADLINE_EXCEEDED, StatusCode.CANCELLED)


class TrackerClient:
    """The Ledger. `clock` is None where time is simulated: then the tracker is asked for it."""

    def __init__(self, channel: Channel, address: str, clock: Clock | None) -> None:
        self._clock = clock
        self._stub = TrackerServiceStub(channel)
        self._who = f"The tracker at {address}"

    async def open_promises(self) -> OpenPromises:
        as_of = await self._now()
        found: list[Promise] = []
        token = ""
        while len(found) < PROMISES_LIMIT:
            request = tracker_pb2.ListOpenPromisesRequest(
                announced=True,  # has an index; all that is open may be millions
                page_size=PAGE_SIZE,
                page_token=token,
            )
            page = await self._asked(self._stub.ListOpenPromises(request, timeout=DEADLINE_S))
            found += [promise_of(each) for each in page.promises]
            if not (token := page.next_page_token):
                break
        return OpenPromises(as_of, tuple(found[:PROMISES_LIMIT]), cut=bool(token))

    async def subject(self, subject: str) -> SubjectFacts:
        request = tracker_pb2.GetSubjectRequest(subject=subject)
        told = await self._asked(self._stub.GetSubject(request, timeout=DEADLINE_S))
        return SubjectFacts(
            subject=told.subject or subject,
            as_of=await self._now(),
            promises=tuple(promise_of(each) for each in told.promises),
            events=tuple(event_of(each) for each in told.events),
            skipped=tuple(skipped_of(each) for each in told.skipped),
            findings=tuple(finding_of(each) for each in told.findings),
            trees=tuple(tree_of(each) for each in told.trees),
        )

    async def explanation(self, promise_id: str) -> Explanation:
        request = tracker_pb2.ExplainPromiseRequest(promise_id=promise_id)
        return explanation_of(
            await self._asked(self._stub.ExplainPromise(request, timeout=DEADLINE_S))
        )

    async def belonging_to(self, kind: str, id: str) -> Belonging:
        """`kind` is customer, order or case."""
        request = tracker_pb2.ListSubjectsRequest(**{kind: id})
        return belonging_of(await self._asked(self._stub.ListSubjects(request, timeout=DEADLINE_S)))

    async def open_counts(self) -> OpenCounts:
        request = tracker_pb2.CountOpenPromisesRequest()
        call = self._stub.CountOpenPromises(request, timeout=DEADLINE_S)
        return open_counts_of(await self._asked(call))

    async def agreements(self) -> ActiveAgreements:
        request = tracker_pb2.ListAgreementsRequest()
        call = self._stub.ListAgreements(request, timeout=DEADLINE_S)
        return agreements_of(await self._asked(call))

    async def progress(self) -> Progress:
        request = tracker_pb2.GetProgressRequest()
        return progress_of(await self._asked(self._stub.GetProgress(request, timeout=DEADLINE_S)))

    async def _now(self) -> datetime:
        if self._clock:
            return to_datetime(self._clock.now())
        request = tracker_pb2.GetProgressRequest()
        told = await self._asked(self._stub.GetProgress(request, timeout=DEADLINE_S))
        if not told.now.ToMicroseconds():
            raise Unreachable(f"{self._who} does not know the time yet: no heartbeat reached it.")
        return told.now.ToDatetime(tzinfo=UTC)

    async def _asked(self, call: Awaitable[_T]) -> _T:
        return await _answered(call, self._who)


class AlertsClient:
    """The Desk."""

    def __init__(self, channel: Channel, address: str) -> None:
        self._stub = AlertsServiceStub(channel)
        self._who = f"The alerts service at {address}"

    async def alerts(self, subject: str = "") -> tuple[Alert, ...]:
        found: list[Alert] = []
        token = ""
        while len(found) < PROMISES_LIMIT:
            request = alerts_pb2.ListAlertsRequest(
                subject=subject, page_size=PAGE_SIZE, page_token=token
            )
            page = await self._asked(self._stub.ListAlerts(request, timeout=DEADLINE_S))
            found += [alert_of(each) for each in page.alerts]
            if not (token := page.next_page_token):
                break
        return tuple(found)

    async def acknowledge(self, key: str, actor: str, note: str) -> Alert:
        request = alerts_pb2.AcknowledgeAlertRequest(key=key, actor=actor, note=note)
        told = await self._asked(self._stub.AcknowledgeAlert(request, timeout=DEADLINE_S))
        return alert_of(told.alert)

    async def snooze(self, key: str, actor: str, until: datetime, reason: str) -> Alert:
        request = alerts_pb2.SnoozeAlertRequest(key=key, actor=actor, reason=reason)
        request.until.FromDatetime(until)
        told = await self._asked(self._stub.SnoozeAlert(request, timeout=DEADLINE_S))
        return alert_of(told.alert)

    async def release(self, promise_id: str, actor: str, reason: str, idempotency_key: str) -> None:
        request = alerts_pb2.ReleasePromiseRequest(
            promise_id=promise_id, actor=actor, reason=reason, idempotency_key=idempotency_key
        )
        await self._asked(self._stub.ReleasePromise(request, timeout=DEADLINE_S))

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

    async def end_silence(self, id: str) -> None:
        request = alerts_pb2.EndSilenceRequest(id=id)
        await self._asked(self._stub.EndSilence(request, timeout=DEADLINE_S))

    async def _asked(self, call: Awaitable[_T]) -> _T:
        return await _answered(call, self._who)


async def _answered(call: Awaitable[_T], who: str) -> _T:
    try:
        return await call
    except AioRpcError as error:
        code, details = error.code(), error.details() or ""
        if code is StatusCode.DEADLINE_EXCEEDED:
            raise Unreachable(f"{who} did not answer within {DEADLINE_S:g} s.") from error
        if code in _AWAY:
            raise Unreachable(f"{who} does not answer.") from error
        raise Refusal(_HTTP_STATUS.get(code, 502), details or f"{who} said {code.name}.") from error
