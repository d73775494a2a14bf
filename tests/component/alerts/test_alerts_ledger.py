"""The tracker's ledger as alerts see it, over real gRPC."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from handoff.v1 import tracker_pb2, tracker_pb2_grpc

from services.alerts import ledger as ledger_module
from services.alerts.codec import word_of_ledger
from services.alerts.domain.burning import WINDOWS_S
from services.alerts.domain.promise import Condition, Resolution
from services.alerts.domain.sight import Turned
from services.alerts.errors import LedgerUnreachable
from services.alerts.ledger import GrpcLedger
from services.shared.codec import stamp
from tests.alerting import at


class Tracker(tracker_pb2_grpc.TrackerServiceServicer):
    """A tracker of three promises, two to a page; it answers nothing else."""

    def __init__(self) -> None:
        self.promises = [promise("1", "WARNED"), promise("2", "BREACHED"), promise("3", "UNKNOWN")]

    def GetProgress(
        self, request: tracker_pb2.GetProgressRequest, context: object
    ) -> tracker_pb2.GetProgressResponse:
        raise AssertionError

    def CountOpenPromises(
        self, request: tracker_pb2.CountOpenPromisesRequest, context: object
    ) -> tracker_pb2.CountOpenPromisesResponse:
        raise AssertionError

    def ListAgreements(
        self, request: tracker_pb2.ListAgreementsRequest, context: object
    ) -> tracker_pb2.ListAgreementsResponse:
        raise AssertionError

    def GetAgreementFiles(
        self, request: tracker_pb2.GetAgreementFilesRequest, context: object
    ) -> tracker_pb2.GetAgreementFilesResponse:
        raise AssertionError

    def ListAttainment(
        self, request: tracker_pb2.ListAttainmentRequest, context: object
    ) -> tracker_pb2.ListAttainmentResponse:
        return tracker_pb2.ListAttainmentResponse(
            attainments=[
                tracker_pb2.Attainment(
                    agreement="ship-paid-order",
                    owed_by="operations",
                    owed_to="sales",
                    objective=0.97,
                    over_days=28,
                    windows=[
                        tracker_pb2.WindowCount(window_s=each, kept=7, broken=5)
                        for each in request.windows_s
                    ],
                )
            ]
        )

    def GetSubject(
        self, request: tracker_pb2.GetSubjectRequest, context: object
    ) -> tracker_pb2.GetSubjectResponse:
        raise AssertionError

    def ExplainPromise(
        self, request: tracker_pb2.ExplainPromiseRequest, context: object
    ) -> tracker_pb2.ExplainPromiseResponse:
        raise AssertionError

    def ListSubjects(
        self, request: tracker_pb2.ListSubjectsRequest, context: object
    ) -> tracker_pb2.ListSubjectsResponse:
        raise AssertionError

    def ListOpenPromises(
        self, request: tracker_pb2.ListOpenPromisesRequest, context: object
    ) -> tracker_pb2.ListOpenPromisesResponse:
        assert request.announced
        begin = int(request.page_token or 0)
        more = begin + 2 < len(self.promises)
        return tracker_pb2.ListOpenPromisesResponse(
            promises=self.promises[begin : begin + 2],
            next_page_token=str(begin + 2) if more else "",
        )

    def GetPromise(
        self, request: tracker_pb2.GetPromiseRequest, context: grpc.ServicerContext
    ) -> tracker_pb2.GetPromiseResponse:
        if request.promise_id == "settled":
            settled = promise("9", "UNSPECIFIED")
            settled.state = tracker_pb2.PROMISE_STATE_KEPT_LATE
            return tracker_pb2.GetPromiseResponse(promise=settled)
        context.abort(grpc.StatusCode.NOT_FOUND, "No such promise.")
        raise AssertionError


def promise(order: str, announced: str) -> tracker_pb2.Promise:
    return tracker_pb2.Promise(
        promise_id=f"order/{order}~p",
        subject=f"order/{order}",
        revision=7,
        due_by=stamp(at("16:00")),
        announced=tracker_pb2.VerdictKind.Value(f"VERDICT_KIND_{announced}"),
    )


@pytest.fixture
def tracker() -> Iterator[GrpcLedger]:
    server = grpc.server(ThreadPoolExecutor(2))
    tracker_pb2_grpc.add_TrackerServiceServicer_to_server(Tracker(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    ledger = GrpcLedger(f"127.0.0.1:{port}")
    yield ledger
    ledger.close()
    server.stop(0).wait()


def test_the_ledger_is_read_page_by_page(tracker: GrpcLedger) -> None:
    pages = list(tracker.announced())
    assert [len(page) for page in pages] == [2, 1]
    words = [word for page in pages for word in page]
    assert [word.says for word in words] == [
        Condition.AT_RISK,
        Condition.BREACHED,
        Condition.UNKNOWN,
    ]
    assert all(word.reconciled and word.revision == 7 for word in words)


def test_how_objectives_are_met_is_asked_by_window(tracker: GrpcLedger) -> None:
    (seen,) = tracker.attainments(WINDOWS_S)
    assert (seen.agreement, seen.owed_by, seen.owed_to) == (
        "ship-paid-order",
        "operations",
        "sales",
    )
    assert (seen.objective, seen.over_days) == (0.97, 28)
    assert seen.windows == dict.fromkeys(WINDOWS_S, Turned(7, 5))


def test_one_promise_of_the_ledger(tracker: GrpcLedger) -> None:
    settled = tracker.promise("settled")
    assert settled is not None
    assert settled.says is Resolution.KEPT_LATE
    assert tracker.promise("none") is None


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("KEPT", Resolution.KEPT),
        ("KEPT_LATE", Resolution.KEPT_LATE),
        ("CANCELLED", Resolution.CANCELLED),
        ("RELEASED", Resolution.RELEASED),
        ("PAUSED", Resolution.PAUSED),
        ("REPORTED_DONE", Resolution.REPORTED_DONE),
        ("PROPOSED", Resolution.NO_LONGER_ANNOUNCED),
        ("ON_TRACK", Resolution.NO_LONGER_ANNOUNCED),
        ("UNSPECIFIED", Resolution.NO_LONGER_ANNOUNCED),
    ],
)
def test_a_promise_that_is_not_announced_ended_as_its_state_says(
    state: str, says: Resolution
) -> None:
    row = promise("1", "UNSPECIFIED")
    row.state = tracker_pb2.PromiseState.Value(f"PROMISE_STATE_{state}")
    assert word_of_ledger(row).says is says


@pytest.mark.parametrize(
    ("announced", "says"),
    [
        ("WARNED", Condition.AT_RISK),
        ("UNKNOWN", Condition.UNKNOWN),
        ("BREACHED", Condition.BREACHED),
        ("RETURNED", Condition.RETURNED),
        ("DISPUTED", Condition.DISPUTED),
        ("BOUNCED", Condition.BOUNCED),
        ("FOUND", Condition.FOUND),
    ],
)
@pytest.mark.parametrize("state", ["ON_TRACK", "PAUSED", "REPORTED_DONE", "UNSPECIFIED"])
def test_what_is_announced_outranks_the_state(announced: str, says: Condition, state: str) -> None:
    row = promise("1", announced)
    row.state = tracker_pb2.PromiseState.Value(f"PROMISE_STATE_{state}")
    assert word_of_ledger(row).says is says


def test_a_tracker_that_is_away_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_module, "TIMEOUT_S", 0.5)
    away = GrpcLedger("127.0.0.1:1")
    with pytest.raises(LedgerUnreachable, match=r"127\.0\.0\.1:1 does not answer"):
        list(away.announced())
    with pytest.raises(LedgerUnreachable):
        away.promise("p")
    away.close()
