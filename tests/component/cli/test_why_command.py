"""`handoff why` as it is typed, over real gRPC: what it tells of a promise, what it ends with."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from handoff.v1 import tracker_pb2, tracker_pb2_grpc

from services.tracker.api import TrackerServicer
from tests.explaining import PROMISE, explained
from tests.promising import at
from tests.typed import Run, typing


class Explainer(TrackerServicer):
    """A tracker of one promise."""

    def __init__(self) -> None:
        """It needs no ledger."""

    def ExplainPromise(
        self, request: tracker_pb2.ExplainPromiseRequest, context: grpc.ServicerContext
    ) -> tracker_pb2.ExplainPromiseResponse:
        if request.promise_id != PROMISE:
            context.abort(grpc.StatusCode.NOT_FOUND, f"There is no promise {request.promise_id}.")
        return explained(at("12:00"))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    monkeypatch.setenv("HANDOFF_HOME", str(tmp_path))
    run = typing(monkeypatch, capsys)
    return lambda *arguments: run("why", *arguments)


@pytest.fixture
def tracker(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = grpc.server(ThreadPoolExecutor(2))
    tracker_pb2_grpc.add_TrackerServiceServicer_to_server(Explainer(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    monkeypatch.setenv("HANDOFF_ENDPOINTS__TRACKER__GRPC", str(port))
    yield
    server.stop(None).wait()


@pytest.mark.usefixtures("tracker")
def test_a_promise_is_explained_for_people(run: Run) -> None:
    done = run(PROMISE)
    assert done.code == 0
    assert f"{PROMISE}: operations owes sales, breached, due 2026-11-02 11:30 UTC" in done.out
    assert "within: 2 hours after it begins (clock: always)" in done.out
    assert "2026-11-02 09:00 UTC  opened by finance.PaymentApproved" in done.out
    assert "due 2026-11-02 13:00 UTC -> 2026-11-02 11:30 UTC (pauses: from operations" in done.out
    assert "2026-11-02 10:45 UTC  warned: the rule 50%" in done.out
    assert "breached: deadline passed, once all was known until 2026-11-02 11:30 UTC" in done.out
    assert "operations keeps it: operations: parcel handed over" in done.out


@pytest.mark.usefixtures("tracker")
def test_the_same_as_json(run: Run) -> None:
    told = run(PROMISE, "--json").json()
    assert told["promise"]["due_by"] == told["steps"][-1]["due_after"] == "2026-11-02T11:30:00Z"
    assert told["steps"][0]["changes"][0]["move"] == "opened"
    assert len(told["steps"][0]["event"]["id"]) == 32


@pytest.mark.usefixtures("tracker")
def test_a_promise_that_is_not_there_is_said(run: Run) -> None:
    done = run("order/1~nothing")
    assert done.code == 1
    assert "There is no promise order/1~nothing." in done.said


def test_a_tracker_that_is_away_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDOFF_ENDPOINTS__TRACKER__GRPC", "1")
    done = run(PROMISE)
    assert done.code == 1
    assert "does not answer. Is `handoff up` running?" in done.said
