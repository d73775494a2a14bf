"""`handoff board` as it is typed, over real gRPC: who owes whom, and what it ends with."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from handoff.v1 import tracker_pb2, tracker_pb2_grpc

from services.tracker.api import TrackerServicer
from tests.typed import Run, typing

Counts = list[tuple[str, str, tracker_pb2.VerdictKind.ValueType, int]]
OPEN, WARNED, BREACHED, UNKNOWN = (
    tracker_pb2.VERDICT_KIND_UNSPECIFIED,
    tracker_pb2.VERDICT_KIND_WARNED,
    tracker_pb2.VERDICT_KIND_BREACHED,
    tracker_pb2.VERDICT_KIND_UNKNOWN,
)


class Counter(TrackerServicer):
    """A tracker that has counted already."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts

    def CountOpenPromises(
        self, request: tracker_pb2.CountOpenPromisesRequest, context: grpc.ServicerContext
    ) -> tracker_pb2.CountOpenPromisesResponse:
        counts = [
            tracker_pb2.OpenCount(owed_by=by, owed_to=to, announced=announced, promises=promises)
            for by, to, announced, promises in self._counts
        ]
        return tracker_pb2.CountOpenPromisesResponse(counts=counts)


@pytest.fixture
def counts() -> Counts:
    return []


@pytest.fixture
def run(
    counts: Counts,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Iterator[Run]:
    server = grpc.server(ThreadPoolExecutor(2))
    tracker_pb2_grpc.add_TrackerServiceServicer_to_server(Counter(counts), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    monkeypatch.setenv("HANDOFF_ENDPOINTS__TRACKER__GRPC", str(port))
    monkeypatch.setenv("HANDOFF_HOME", str(tmp_path))
    typed = typing(monkeypatch, capsys)
    yield lambda *arguments: typed("board", *arguments)
    server.stop(None).wait()


def test_each_pair_says_how_much_is_open_and_how_much_of_it_is_late(
    run: Run, counts: Counts
) -> None:
    counts += [
        ("operations", "sales", OPEN, 1_200),
        ("operations", "sales", BREACHED, 2),
        ("operations", "sales", UNKNOWN, 1),
        ("finance", "support", WARNED, 3),
    ]
    done = run("--json")
    assert done.code == 1, "something is broken"
    assert done.json() == [
        {
            "owed_by": "finance",
            "owed_to": "support",
            "breached": 0,
            "at_risk": 3,
            "other": 0,
            "open": 3,
        },
        {
            "owed_by": "operations",
            "owed_to": "sales",
            "breached": 2,
            "at_risk": 0,
            "other": 1,
            "open": 1_203,
        },
    ]
    assert ["operations", "sales", "2", "-", "1", "1,203"] in [
        line.split() for line in run().out.splitlines()
    ]


def test_where_nothing_is_broken_it_ends_well(run: Run, counts: Counts) -> None:
    assert (run().code, run().out) == (0, "Nobody owes anybody anything.\n")
    counts.append(("finance", "support", WARNED, 3))
    assert run().code == 0
