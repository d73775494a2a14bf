"""Traces, logs and metrics of one service, and the only names that a span's attributes may have.

A process may hold several services, each with its own Telemetry; only what libraries log goes to
whichever started last. Payloads and personal data never go into a span.
"""

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor, SpanExporter
from opentelemetry.trace import Link, Span, SpanContext, SpanKind, StatusCode
from prometheus_client import CollectorRegistry

from services.shared.bus import Headers
from services.shared.log_lines import StandardOutput, take_library_logs
from services.shared.settings import Settings
from services.shared.spans_file import SpansFile

AttributeValue = str | int | float | bool | Sequence[str]

HANDOFF_SUBJECT = "handoff.subject"
HANDOFF_ORDER = "handoff.order"
HANDOFF_CASE = "handoff.case"
HANDOFF_PARTY = "handoff.party"
HANDOFF_SOURCE = "handoff.source"
HANDOFF_EVENT_ID = "handoff.event.id"
HANDOFF_EVENT_TYPE = "handoff.event.type"
HANDOFF_EVENTS = "handoff.events"
HANDOFF_COMMAND = "handoff.command"
HANDOFF_REASON = "handoff.reason"
HANDOFF_AGREEMENT = "handoff.agreement"
HANDOFF_OWED_BY = "handoff.owed_by"
HANDOFF_OWED_TO = "handoff.owed_to"
HANDOFF_PROMISE_ID = "handoff.promise.id"
HANDOFF_VERDICT_ID = "handoff.verdict.id"
HANDOFF_VERDICT_KIND = "handoff.verdict.kind"
HANDOFF_VERDICTS = "handoff.verdicts"
HANDOFF_ALERT_KEY = "handoff.alert.key"
HANDOFF_CHANNEL = "handoff.channel"
HANDOFF_NOTICES = "handoff.notices"
HANDOFF_EPOCH = "handoff.epoch"
HANDOFF_SEQ = "handoff.seq"
MESSAGING_SYSTEM = "messaging.system"
MESSAGING_DESTINATION = "messaging.destination.name"
MESSAGING_PARTITION = "messaging.destination.partition.id"
MESSAGING_OPERATION = "messaging.operation.name"
MESSAGING_OFFSET = "messaging.kafka.offset"
MESSAGING_KEY = "messaging.kafka.message.key"
MESSAGING_GROUP = "messaging.consumer.group.name"
MESSAGING_BATCH = "messaging.batch.message_count"
RPC_SYSTEM = "rpc.system"
RPC_SERVICE = "rpc.service"
RPC_METHOD = "rpc.method"
RPC_STATUS = "rpc.grpc.status_code"
HTTP_METHOD = "http.request.method"
HTTP_ROUTE = "http.route"
HTTP_STATUS = "http.response.status_code"
ERROR_TYPE = "error.type"

ATTRIBUTES = frozenset(
    value
    for name, value in list(globals().items())
    if re.match(r"(HANDOFF|MESSAGING|RPC|HTTP|ERROR)_", name)
)
"""Every name that a span may carry; a test fails on another."""

TRACEPARENT = "traceparent"
TRACEPARENT_LENGTH = 55
TRACEPARENT_LENGTH_LIMIT = 512
"""Bytes of a later version, which may have more behind the flags."""
ATTRIBUTE_LENGTH_LIMIT = 256
LINKS_LIMIT = 128
_TRACEPARENT_FORMAT = re.compile(
    rb"(?!ff|00.{54})[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?"
)
"""W3C's: version 00 has nothing behind its flags, ff is none, and ids are not all zeros."""


@dataclass(frozen=True, slots=True)
class Telemetry:
    """What a service observes itself with."""

    service: str
    tracer: trace.Tracer
    log: structlog.typing.FilteringBoundLogger
    registry: CollectorRegistry
    provider: TracerProvider

    @contextmanager
    def span(
        self,
        name: str,
        *,
        attributes: Mapping[str, AttributeValue] | None = None,
        parent: Headers | None = None,
        links: Sequence[Headers] = (),
        kind: SpanKind = SpanKind.INTERNAL,
    ) -> Iterator[Span]:
        """A span around the block; `parent` None continues the current trace, `()` starts one.

        A parent or link that is missing or malformed is none: the work goes on in a new trace.
        """
        linked = [Link(context) for headers in links if (context := span_context(headers))]
        with self.tracer.start_as_current_span(
            name,
            context=None if parent is None else _context(parent),
            kind=kind,
            attributes=dict(attributes or {}),
            links=linked,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield span
            except BaseException as error:
                mark_failed(span, error)
                raise

    def shutdown(self) -> None:
        """Sends what is still held and stops the exporters' threads."""
        self.provider.shutdown()


def start(service: str, settings: Settings, exporter: SpanExporter | None = None) -> Telemetry:
    """Telemetry of `service`; spans leave it only where an exporter, a file or OTLP is named."""
    provider = TracerProvider(
        resource=Resource.create({"service.name": service, "service.namespace": "handoff"}),
        span_limits=SpanLimits(
            max_attribute_length=ATTRIBUTE_LENGTH_LIMIT,
            max_span_attribute_length=ATTRIBUTE_LENGTH_LIMIT,
            max_links=LINKS_LIMIT,
        ),
        shutdown_on_exit=False,
    )
    if exporter:
        provider.add_span_processor(SimpleSpanProcessor(exporter))
    if settings.spans_file:
        provider.add_span_processor(SimpleSpanProcessor(SpansFile(service, settings.spans_file)))
    if os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
        provider.add_span_processor(BatchSpanProcessor(_to_collector()))
    log = _logger(service, settings.log)
    take_library_logs(log)
    return Telemetry(
        service=service,
        tracer=provider.get_tracer("handoff"),
        log=log,
        registry=CollectorRegistry(),
        provider=provider,
    )


def mark_failed(span: Span, error: BaseException) -> None:
    """The span says which exception ended it; its message stays in the log."""
    span.set_attribute(ERROR_TYPE, type(error).__qualname__)
    span.set_status(StatusCode.ERROR)


def trace_headers() -> Headers:
    """W3C trace context of the current span as Kafka headers; empty outside a span."""
    context = trace.get_current_span().get_span_context()
    if not context.is_valid:
        return ()
    flags = f"{context.trace_flags:02x}"
    value = f"00-{context.trace_id:032x}-{context.span_id:016x}-{flags}"
    return ((TRACEPARENT, value.encode()),)


def trace_id_of(headers: Headers) -> str:
    """The 32 hex digits of the trace that `headers` belong to; empty where there is none."""
    context = span_context(headers)
    return f"{context.trace_id:032x}" if context else ""


def span_context(headers: Headers) -> SpanContext | None:
    """The producer's span, or None where `headers` have no well-formed traceparent."""
    text = traceparent_of(headers)
    if not text:
        return None
    _, trace_id, span_id, flags = text.split("-")
    return SpanContext(
        trace_id=int(trace_id, 16),
        span_id=int(span_id, 16),
        is_remote=True,
        trace_flags=trace.TraceFlags(int(flags, 16)),
    )


def traceparent_of(headers: Headers) -> str:
    """The producer's `<version>-<trace>-<span>-<flags>`; empty where it is missing or malformed.

    Headers come from outside: whatever they hold, this never raises. Trace state and baggage are
    not read: nothing here uses them, and a stranger decides how big they are.
    """
    length = len(TRACEPARENT)
    values = [v for name, v in headers if len(name) == length and name.lower() == TRACEPARENT]
    value = values[0] if len(values) == 1 else None
    if not value or len(value) > TRACEPARENT_LENGTH_LIMIT:
        return ""
    return value[:TRACEPARENT_LENGTH].decode() if _TRACEPARENT_FORMAT.fullmatch(value) else ""


def _to_collector() -> SpanExporter:
    # Only where it is wanted: it takes a tenth of what a service needs to start.
    from opentelemetry.exporter.otlp.proto.grpc import trace_exporter  # noqa: PLC0415

    return trace_exporter.OTLPSpanExporter()


def _context(headers: Headers) -> Context:
    context = span_context(headers)
    if not context:
        return Context()
    return trace.set_span_in_context(trace.NonRecordingSpan(context), Context())


def _logger(service: str, form: str) -> structlog.typing.FilteringBoundLogger:
    renderer: structlog.typing.Processor = structlog.processors.JSONRenderer()
    if form == "text":
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty())
    logger: structlog.typing.FilteringBoundLogger = structlog.wrap_logger(
        StandardOutput(),
        wrapper_class=structlog.make_filtering_bound_logger("info"),
        processors=[
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="timestamp"),
            structlog.processors.add_log_level,
            _add_trace,
            structlog.processors.ExceptionRenderer(),
            renderer,
        ],
        service=service,
    )
    return logger


def _add_trace(
    _logger: object, _method: str, line: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        line["trace_id"] = f"{context.trace_id:032x}"
        line["span_id"] = f"{context.span_id:016x}"
    return line
