"""The service in one process, and the same behind real gRPC on the loopback."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial

import grpc
import pytest
from handoff.v1 import alerts_pb2_grpc

from services.alerts.api import SERVICE, AlertsServicer
from services.local.ports import Ports
from services.shared import rpc
from services.shared.health import Health
from services.shared.settings import Endpoint, Settings
from tests.component.alerts.harness import InMemoryAlerts
from tests.typed import Run, typing

CONSOLE = "http://console.test"


@pytest.fixture
def alerts() -> InMemoryAlerts:
    return InMemoryAlerts()


def serving(
    alerts: InMemoryAlerts, port: int, started: Callable[[], None], stop: threading.Event
) -> None:
    async def serve() -> None:
        servicer = AlertsServicer(alerts.desk, alerts.ledger, alerts.post, alerts.clock, CONSOLE)
        server = await rpc.serve(
            {SERVICE: partial(alerts_pb2_grpc.add_AlertsServiceServicer_to_server, servicer)},
            Settings(),
            Endpoint(grpc=port, http=1),
            alerts.telemetry,
            Health(),
        )
        started()
        await asyncio.to_thread(stop.wait)
        await server.stop(0)

    asyncio.run(serve())


@pytest.fixture
def port(alerts: InMemoryAlerts) -> Iterator[int]:
    """Where AlertsService answers."""
    ports = Ports(prefer_usual=False)
    port = ports.take(7106)
    ports.release()
    started, stop = threading.Event(), threading.Event()
    thread = threading.Thread(target=serving, args=(alerts, port, started.set, stop))
    with ExitStack() as stack:
        thread.start()
        stack.callback(thread.join)
        stack.callback(stop.set)
        assert started.wait(10)
        yield port


@pytest.fixture
def service(port: int) -> Iterator[alerts_pb2_grpc.AlertsServiceStub]:
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield alerts_pb2_grpc.AlertsServiceStub(channel)


@pytest.fixture
def run(
    port: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: object
) -> Run:
    monkeypatch.setenv("HANDOFF_ENDPOINTS__ALERTS__GRPC", str(port))
    monkeypatch.setenv("HANDOFF_HOME", str(tmp_path))

    return typing(monkeypatch, capsys)
