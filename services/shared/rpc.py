"""gRPC as every service speaks it: health, reflection, limits, traces, and refusals in one form.

Servicers raise `Refused`; no other module of a service knows status codes.
"""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Any, NamedTuple, cast

import grpc
from google.protobuf.message import Message
from grpc import StatusCode
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from opentelemetry.trace import Span, SpanKind
from prometheus_client import Histogram

from services.shared import telemetry as names
from services.shared.bus import Headers
from services.shared.health import Health
from services.shared.rpc_failures import Failure, failure_of, status_details
from services.shared.rpc_health import HealthServicer
from services.shared.settings import Endpoint, Settings
from services.shared.telemetry import Telemetry, mark_failed, trace_headers

MESSAGE_BYTES_LIMIT = 65_536
WORKERS = 16
CALLS_LIMIT = 128
"""At once; a call over it gets RESOURCE_EXHAUSTED and comes again, instead of waiting in line."""
DEADLINE_S = 5.0
"""What a client waits for an answer where it does not say."""
RECONNECT = (("grpc.max_reconnect_backoff_ms", 2_000),)
"""A service that was away for long is called again soon; gRPC itself would wait two minutes."""
SECONDS_BUCKETS = (0.002, 0.005, 0.01, 0.015, 0.02, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

Metadata = Iterable[tuple[str, str | bytes]]
Behaviour = Callable[[Any, Any], Any]
Register = Callable[[grpc.aio.Server], None]
"""Adds a servicer: `partial(add_SalesServiceServicer_to_server, servicer)`."""


async def serve(
    servicers: Mapping[str, Register],
    settings: Settings,
    endpoint: Endpoint,
    telemetry: Telemetry,
    health: Health,
) -> grpc.aio.Server:
    """Starts a server of `servicers`, by their full service names; raises OSError if it cannot.

    Plain methods run in a thread, so that they may wait for Mongo; they see the span's context.
    """
    server = grpc.aio.server(
        interceptors=[_Observed(telemetry)],
        maximum_concurrent_rpcs=CALLS_LIMIT,
        options=[
            ("grpc.max_receive_message_length", MESSAGE_BYTES_LIMIT),
            ("grpc.so_reuseport", 0),
        ],
    )
    for register in servicers.values():
        register(server)
    health_pb2_grpc.add_HealthServicer_to_server(
        HealthServicer(frozenset(servicers), health), server
    )
    reflection.enable_server_reflection(
        (
            *servicers,
            health_pb2.DESCRIPTOR.services_by_name["Health"].full_name,
            reflection.SERVICE_NAME,
        ),
        server,
    )
    address = f"{settings.listen}:{endpoint.grpc}"
    try:
        server.add_insecure_port(address)
    except RuntimeError as error:
        raise OSError(
            f"Cannot listen on {address} for gRPC: is the port taken? Set HANDOFF_ENDPOINTS__"
            f"{telemetry.service.upper()}__GRPC to a free one."
        ) from error
    await server.start()
    return server


def channel(address: str) -> grpc.aio.Channel:
    """For asyncio: calls carry the current trace and a deadline."""
    return grpc.aio.insecure_channel(
        address, options=RECONNECT, interceptors=cast(Any, [_AsyncSender()])
    )


def sync_channel(address: str) -> grpc.Channel:
    """For plain code: calls carry the current trace and a deadline."""
    return grpc.intercept_channel(grpc.insecure_channel(address, options=RECONNECT), _Sender())


class _Observed(grpc.aio.ServerInterceptor):  # type: ignore[type-arg]  # generic in stubs only
    """One span and one measurement a call, and one form of refusal."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="rpc")
        self._seconds = Histogram(
            "handoff_rpc_seconds",
            "from the call to its answer",
            ("method", "code"),
            buckets=SECONDS_BUCKETS,
            registry=telemetry.registry,
        )

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        details: grpc.HandlerCallDetails,
    ) -> Any:  # noqa: ANN401 - gRPC has no type for a handler
        handler = await continuation(details)
        if handler is None or handler.unary_unary is None or details.method.startswith("/grpc."):
            return handler
        return grpc.unary_unary_rpc_method_handler(
            partial(self._answer, handler.unary_unary, details),
            handler.request_deserializer,
            handler.response_serializer,
        )

    async def _answer(
        self,
        behaviour: Behaviour,
        details: grpc.HandlerCallDetails,
        request: Message,
        context: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401 - any message
        service, _, method = details.method.lstrip("/").rpartition("/")
        started = time.perf_counter()
        with self._telemetry.span(
            method,
            parent=_headers(details.invocation_metadata),
            kind=SpanKind.SERVER,
            attributes={
                names.RPC_SYSTEM: "grpc",
                names.RPC_SERVICE: service,
                names.RPC_METHOD: method,
            },
        ) as span:
            try:
                answer = await self._call(behaviour, request, context)
                code = StatusCode.OK
            except Exception as error:
                failure = self._explain(span, error, method)
                code = failure.code
            span.set_attribute(names.RPC_STATUS, code.value[0])
        self._seconds.labels(method, code.name).observe(time.perf_counter() - started)
        if code is StatusCode.OK:
            return answer
        trailing = (status_details(failure),)
        await context.abort(failure.code, failure.message, trailing_metadata=trailing)

    async def _call(self, behaviour: Behaviour, request: Message, context: Any) -> Any:  # noqa: ANN401
        if inspect.iscoroutinefunction(behaviour):
            return await behaviour(request, context)
        work = self._workers.submit(copy_context().run, behaviour, request, context)
        try:
            return await asyncio.shield(asyncio.wrap_future(work))
        except asyncio.CancelledError:
            # The caller has gone. What has begun is let finish, inside its span.
            if not work.cancel():
                await asyncio.wait([asyncio.wrap_future(work)])
            raise

    def _explain(self, span: Span, error: Exception, method: str) -> Failure:
        failure = failure_of(error)
        if failure.code in (StatusCode.INTERNAL, StatusCode.UNAVAILABLE):
            mark_failed(span, error)
            self._telemetry.log.error("call failed", method=method, exc_info=error)
        else:
            span.set_attribute(names.HANDOFF_REASON, failure.code.name.lower())
        return failure


def _headers(metadata: Metadata | None) -> Headers:
    return tuple(
        (key, value if isinstance(value, bytes) else value.encode())
        for key, value in metadata or ()
        if key == names.TRACEPARENT
    )


class _CallDetails(NamedTuple):
    """A call as the synchronous client sends it."""

    method: str
    timeout: float | None
    metadata: Metadata | None
    credentials: grpc.CallCredentials | None
    wait_for_ready: bool | None
    compression: grpc.Compression | None


class _Sender(grpc.UnaryUnaryClientInterceptor):  # type: ignore[type-arg]  # generic in stubs only
    def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:  # noqa: ANN401
        sent = _CallDetails(
            details.method,
            details.timeout or DEADLINE_S,
            _with_trace(details.metadata),
            details.credentials,
            details.wait_for_ready,
            details.compression,
        )
        return continuation(sent, request)


class _AsyncSender(grpc.aio.UnaryUnaryClientInterceptor):  # type: ignore[type-arg]  # as above
    async def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:  # noqa: ANN401
        sent = grpc.aio.ClientCallDetails(
            details.method,
            details.timeout or DEADLINE_S,
            grpc.aio.Metadata(*_with_trace(details.metadata)),
            details.credentials,
            details.wait_for_ready,
        )
        return await continuation(sent, request)


def _with_trace(metadata: Metadata | None) -> tuple[tuple[str, str | bytes], ...]:
    return (*(metadata or ()), *((key, value.decode()) for key, value in trace_headers()))
