"""OTLP over gRPC, as every OpenTelemetry exporter speaks it: spans come in here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import structlog
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

from services.console.traces.otlp import spans_of
from services.console.traces.span import Spans, SpansUnreadable

POST_BYTES_LIMIT = 4 * 2**20
"""gRPC itself refuses a bigger post."""
CALLS_LIMIT = 32
GRACE_S = 1.0


class TraceServicer(trace_service_pb2_grpc.TraceServiceServicer):
    """Keeps what it is sent; it makes no spans of its own, which would be sent to it again."""

    def __init__(self, spans: Spans) -> None:
        self._spans = spans

    def Export(
        self,
        request: trace_service_pb2.ExportTraceServiceRequest,
        context: grpc.ServicerContext,
    ) -> trace_service_pb2.ExportTraceServiceResponse:
        spans, refused = spans_of(request)
        answer = trace_service_pb2.ExportTraceServiceResponse()
        try:
            refused += self._spans.add(spans)
        except SpansUnreadable as error:
            context.abort(grpc.StatusCode.UNAVAILABLE, str(error))
        if refused:
            answer.partial_success.rejected_spans = refused
            answer.partial_success.error_message = f"{refused} spans: malformed, or too many"
        return answer


@asynccontextmanager
async def collecting(
    spans: Spans, address: str, log: structlog.typing.FilteringBoundLogger
) -> AsyncIterator[None]:
    """Listens for spans inside the block; where the port is taken, pages work without traces."""
    server = grpc.aio.server(
        maximum_concurrent_rpcs=CALLS_LIMIT,
        options=[
            ("grpc.max_receive_message_length", POST_BYTES_LIMIT),
            ("grpc.so_reuseport", 0),
        ],
    )
    add: Any = trace_service_pb2_grpc.add_TraceServiceServicer_to_server  # it has no types
    add(TraceServicer(spans), server)
    try:
        server.add_insecure_port(address)
    except RuntimeError:
        log.warning(
            f"No traces are collected: {address} is taken."
            " Set HANDOFF_ENDPOINTS__CONSOLE__GRPC to a free port."
        )
    else:
        await server.start()
    try:
        yield
    finally:
        await server.stop(GRACE_S)
