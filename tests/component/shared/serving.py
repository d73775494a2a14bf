"""A gRPC server for tests of how every service speaks gRPC."""

import asyncio
import threading
from collections.abc import Coroutine
from functools import partial
from socket import socket
from typing import Any

import grpc
from handoff.v1 import sales_pb2, sales_pb2_grpc
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from services.shared.health import Health
from services.shared.rpc import serve
from services.shared.settings import Endpoint, Settings
from services.shared.telemetry import Telemetry, start, trace_headers

SALES = "handoff.v1.SalesService"


class Servicer(sales_pb2_grpc.SalesServiceServicer):
    """One plain method and one coroutine; `error` is what they raise."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.seen: list[Any] = []

    def PlaceOrder(self, request: Any, context: Any) -> Any:  # noqa: ANN401 - gRPC's form
        self.seen.append((threading.current_thread().name, trace_headers()))
        if self.error:
            raise self.error
        return sales_pb2.PlaceOrderResponse()

    async def CancelOrder(self, request: Any, context: Any) -> Any:  # noqa: ANN401 - gRPC's form
        self.seen.append((context.time_remaining(), trace_headers()))
        return sales_pb2.CancelOrderResponse()


class Served:
    """A server in its own thread and loop, as a service has it in its main thread."""

    def __init__(self) -> None:
        self.spans = InMemorySpanExporter()
        self.telemetry: Telemetry = start("sales", Settings(), self.spans)
        self.health = Health("mongo")
        self.servicer = Servicer()  # type: ignore[abstract]  # the rest answers UNIMPLEMENTED
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.port = free_port()
        self.server = self.wait(self.serve(self.port, self.telemetry))
        self.address = f"127.0.0.1:{self.port}"

    def serve(self, port: int, telemetry: Telemetry) -> Coroutine[Any, Any, grpc.aio.Server]:
        register = partial(sales_pb2_grpc.add_SalesServiceServicer_to_server, self.servicer)
        endpoint = Endpoint(grpc=port, http=1)
        return serve({SALES: register}, Settings(), endpoint, telemetry, self.health)

    def wait(self, work: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401 - whatever it returns
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    def stop(self) -> None:
        self.wait(self.server.stop(None))
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


def free_port() -> int:
    with socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
