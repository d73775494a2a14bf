"""The tracker over gRPC, as the Ledger of `desk`; asks only.

Every call has a deadline. A service that is away raises Unreachable with its address.
"""

from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import TypeVar

from grpc.aio import Channel
from handoff.v1 import tracker_pb2
from handoff.v1.tracker_pb2_grpc import TrackerServiceStub

from services.console.belonging import Belonging
from services.console.calls import DEADLINE_S, answered
from services.console.case_messages import belonging_of, explanation_of
from services.console.converting import Conversion
from services.console.desk import (
    OpenPromises,
    SubjectFacts,
    Unreachable,
)
from services.console.explanation import Explanation
from services.console.messages import (
    event_of,
    finding_of,
    promise_of,
    skipped_of,
    tree_of,
)
from services.console.overview_messages import (
    agreements_of,
    open_counts_of,
    progress_of,
)
from services.console.overviews import (
    ActiveAgreements,
    OpenCounts,
    Progress,
)
from services.shared.clock import Clock, to_datetime

PAGE_SIZE = 1_000
PROMISES_LIMIT = 10_000
"""More than this that need somebody are not read: the page says that it was cut."""
_T = TypeVar("_T")


class TrackerClient:
    """The Ledger. `clock` is None where time is simulated: then the tracker is asked for it."""

    def __init__(self, channel: Channel, address: str, clock: Clock | None) -> None:
        self._clock = clock
        self._list = Conversion(promise_of)
        self._stub = TrackerServiceStub(channel)
        self._who = f"The tracker at {address}"

    async def open_promises(self) -> OpenPromises:
        as_of = await self._now()
        found: list[tracker_pb2.Promise] = []
        token = ""
        while len(found) < PROMISES_LIMIT:
            request = tracker_pb2.ListOpenPromisesRequest(
                announced=True,  # has an index; all that is open may be millions
                page_size=PAGE_SIZE,
                page_token=token,
            )
            page = await self._asked(self._stub.ListOpenPromises(request, timeout=DEADLINE_S))
            found += page.promises
            if not (token := page.next_page_token):
                break
        return OpenPromises(as_of, self._list.all(found[:PROMISES_LIMIT]), cut=bool(token))

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

    async def agreements(self, set_id: str = "") -> ActiveAgreements:
        request = tracker_pb2.ListAgreementsRequest(set_id=set_id)
        call = self._stub.ListAgreements(request, timeout=DEADLINE_S)
        return agreements_of(await self._asked(call))

    async def agreement_files(self) -> tuple[str, ...]:
        request = tracker_pb2.GetAgreementFilesRequest()
        call = self._stub.GetAgreementFiles(request, timeout=DEADLINE_S)
        return tuple(each.text for each in (await self._asked(call)).files)

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
        return await answered(call, self._who)
