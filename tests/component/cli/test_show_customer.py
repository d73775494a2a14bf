"""`handoff show customer/ID` as it is typed, over real gRPC."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from handoff.v1 import tracker_pb2, tracker_pb2_grpc

from services.shared.codec import stamp
from services.tracker.api import TrackerServicer
from tests.alerting import at
from tests.typed import Run, typing


class OneCustomer(TrackerServicer):
    """A tracker that knows customer c-77: an order, and a case of which not all is told."""

    def __init__(self) -> None:
        """It needs no ledger."""

    def ListSubjects(
        self, request: tracker_pb2.ListSubjectsRequest, context: grpc.ServicerContext
    ) -> tracker_pb2.ListSubjectsResponse:
        if request.customer != "c-77":
            return tracker_pb2.ListSubjectsResponse()
        promises = [a_promise("late", at("17:00")), a_promise("early", at("16:00"))]
        order = tracker_pb2.SubjectSummary(
            subject="order/4711",
            began_at=stamp(at("09:00")),
            promises=promises,
            promise_count=2,
            events=[an_event("sales.OrderPlaced")],
            event_count=1,
            findings=[tracker_pb2.Finding(detail="sales says 49, finance says 47")],
        )
        case = tracker_pb2.SubjectSummary(
            subject="case/5",
            began_at=stamp(at("10:00")),
            promises=promises[:1],
            promise_count=3,
            event_count=1,
        )
        return tracker_pb2.ListSubjectsResponse(subjects=[order, case], cut=True)


def a_promise(agreement: str, due_by: int) -> tracker_pb2.Promise:
    return tracker_pb2.Promise(
        promise_id=f"order/4711~{agreement}",
        agreement=agreement,
        owed_by="operations",
        owed_to="sales",
        state=tracker_pb2.PROMISE_STATE_AT_RISK,
        due_by=stamp(due_by),
    )


def an_event(type: str) -> tracker_pb2.SubjectEvent:
    return tracker_pb2.SubjectEvent(
        id=bytes(16), type=type, party="sales", occurred_at=stamp(at("09:00"))
    )


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Iterator[Run]:
    server = grpc.server(ThreadPoolExecutor(2))
    tracker_pb2_grpc.add_TrackerServiceServicer_to_server(OneCustomer(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    monkeypatch.setenv("HANDOFF_ENDPOINTS__TRACKER__GRPC", str(port))
    monkeypatch.setenv("HANDOFF_HOME", str(tmp_path))
    yield typing(monkeypatch, capsys)
    server.stop(None).wait()


def test_all_subjects_of_a_customer_are_told_in_the_order_in_which_they_began(run: Run) -> None:
    assert run("show", "customer/c-77").out.splitlines() == [
        "customer c-77: 2 subjects, the first to begin on top",
        "There are more: these are those that changed last.",
        "",
        "order/4711  since 2026-11-02 09:00 UTC",
        "  operations owes sales early, due 2026-11-02 16:00 UTC: at risk  (order/4711~early)",
        "  operations owes sales late, due 2026-11-02 17:00 UTC: at risk  (order/4711~late)",
        "  2026-11-02 09:00 UTC  sales.OrderPlaced  (sales)",
        "  found: sales says 49, finance says 47",
        "",
        "case/5  since 2026-11-02 10:00 UTC",
        "  operations owes sales late, due 2026-11-02 17:00 UTC: at risk  (order/4711~late)",
        "  and 2 more promises and 1 more event: `handoff show case/5` has all",
    ]


def test_the_same_is_told_as_json(run: Run) -> None:
    told = run("show", "customer/c-77", "--json").json()
    assert [each["subject"] for each in told["subjects"]] == ["order/4711", "case/5"]
    assert (told["cut"], told["subjects"][0]["events"][0]["id"]) == (True, "00" * 16)


@pytest.mark.parametrize("customer", ["c-0", ""])
def test_a_customer_that_nobody_knows_ends_it_with_1(run: Run, customer: str) -> None:
    done = run("show", f"customer/{customer}")
    assert (done.code, f"no subject of customer {customer}" in done.said) == (1, True)
