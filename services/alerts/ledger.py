"""The tracker's ledger over gRPC; satisfies `handlers.Ledger` and `watching.Progress`."""

from collections.abc import Iterator, Sequence

import grpc
from handoff.v1 import tracker_pb2, tracker_pb2_grpc

from services.alerts.codec import instant, word_of_ledger
from services.alerts.domain.promise import Word
from services.alerts.domain.sight import AttainmentSeen, PartitionSeen, SkewSeen, Turned
from services.alerts.errors import LedgerUnreachable
from services.shared.rpc import sync_channel

PAGE_SIZE = 500
PAGES_LIMIT = 2_000
TIMEOUT_S = 5.0


class GrpcLedger:
    """Asks the tracker at `address`; connects when first used."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._channel = sync_channel(address)
        self._tracker = tracker_pb2_grpc.TrackerServiceStub(self._channel)

    def announced(self) -> Iterator[Sequence[Word]]:
        token = ""
        for _ in range(PAGES_LIMIT):
            request = tracker_pb2.ListOpenPromisesRequest(
                announced=True, page_size=PAGE_SIZE, page_token=token
            )
            try:
                page = self._tracker.ListOpenPromises(request, timeout=TIMEOUT_S)
            except grpc.RpcError as error:
                raise self._unreachable(error) from error
            yield [word_of_ledger(promise) for promise in page.promises]
            token = page.next_page_token
            if not token:
                return

    def promise(self, promise_id: str) -> Word | None:
        request = tracker_pb2.GetPromiseRequest(promise_id=promise_id)
        try:
            answer = self._tracker.GetPromise(request, timeout=TIMEOUT_S)
        except grpc.RpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                return None
            raise self._unreachable(error) from error
        return word_of_ledger(answer.promise)

    def progress(self) -> tuple[Sequence[PartitionSeen], Sequence[SkewSeen]]:
        """How far each partition is, and how far the sources' clocks are off."""
        try:
            answer = self._tracker.GetProgress(tracker_pb2.GetProgressRequest(), timeout=TIMEOUT_S)
        except grpc.RpcError as error:
            raise self._unreachable(error) from error
        return progress_seen(answer)

    def attainments(self, windows_s: Sequence[int]) -> Sequence[AttainmentSeen]:
        """How well each objective was met within each window, in seconds."""
        request = tracker_pb2.ListAttainmentRequest(windows_s=windows_s)
        try:
            answer = self._tracker.ListAttainment(request, timeout=TIMEOUT_S)
        except grpc.RpcError as error:
            raise self._unreachable(error) from error
        return [attainment_seen(each) for each in answer.attainments]

    def close(self) -> None:
        self._channel.close()

    def _unreachable(self, error: grpc.RpcError) -> LedgerUnreachable:
        why = f"{error.code().name}: {error.details()}"
        return LedgerUnreachable(f"The tracker at {self._address} does not answer ({why}).")


def progress_seen(
    answer: tracker_pb2.GetProgressResponse,
) -> tuple[tuple[PartitionSeen, ...], tuple[SkewSeen, ...]]:
    partitions = tuple(
        PartitionSeen(
            each.partition,
            instant(each.caught_up_at) if each.HasField("caught_up_at") else None,
            {party: instant(at) for party, at in each.complete_through.items()},
        )
        for each in answer.partitions
    )
    skews = (skew for each in answer.partitions for skew in each.skews)
    return partitions, tuple(SkewSeen(each.party, each.source, each.skew_s) for each in skews)


def attainment_seen(answer: tracker_pb2.Attainment) -> AttainmentSeen:
    return AttainmentSeen(
        answer.agreement,
        answer.owed_by,
        answer.owed_to,
        answer.objective,
        answer.over_days,
        {each.window_s: Turned(each.kept, each.broken) for each in answer.windows},
    )
