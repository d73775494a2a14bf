"""From OTLP's messages to spans, with a limit on everything that a sender decides; pure."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1 import trace_pb2

from services.console.traces.span import Span, SpanLink
from services.shared.clock import to_instant
from services.shared.telemetry import ATTRIBUTE_LENGTH_LIMIT, ATTRIBUTES, LINKS_LIMIT

SPANS_OF_POST_LIMIT = 2_000
ATTRIBUTES_LIMIT = 32
_TRACE_ID, _SPAN_ID = 16, 8
_NANOSECONDS = 1_000
LATEST = to_instant(datetime(2200, 1, 1, tzinfo=UTC))
"""What lies later is no moment of a span."""


def spans_of(request: ExportTraceServiceRequest) -> tuple[list[Span], int]:
    """The spans that are kept, and how many are refused: malformed, or too many in one post."""
    told = list(chain.from_iterable(map(_told, request.resource_spans)))
    wanted = told[:SPANS_OF_POST_LIMIT]
    spans = [_span(service, span) for service, span in wanted if _is_well_formed(span)]
    return spans, len(told) - len(spans)


def _told(resource: trace_pb2.ResourceSpans) -> Iterator[tuple[str, trace_pb2.Span]]:
    names = (each for each in resource.resource.attributes if each.key == "service.name")
    service = next((_text(each.value) for each in names), "")
    for scope in resource.scope_spans:
        for span in scope.spans:
            yield service or "unknown", span


def _is_well_formed(span: trace_pb2.Span) -> bool:
    """A parent that is none is no fault: then it is a root."""
    ids = ((span.trace_id, _TRACE_ID), (span.span_id, _SPAN_ID))
    times = span.start_time_unix_nano // _NANOSECONDS, span.end_time_unix_nano // _NANOSECONDS
    return all(len(id) == size and any(id) for id, size in ids) and max(times) < LATEST


def _span(service: str, told: trace_pb2.Span) -> Span:
    started_at = told.start_time_unix_nano // _NANOSECONDS
    parent = told.parent_span_id if len(told.parent_span_id) == _SPAN_ID else b""
    return Span(
        trace_id=told.trace_id.hex(),
        span_id=told.span_id.hex(),
        parent_id=parent.hex() if any(parent) else "",
        service=service,
        name=told.name[:ATTRIBUTE_LENGTH_LIMIT],
        kind=_kind(told.kind),
        started_at=started_at,
        ended_at=max(told.end_time_unix_nano // _NANOSECONDS, started_at),
        failed=told.status.code == trace_pb2.Status.STATUS_CODE_ERROR,
        attributes=_attributes(told.attributes),
        links=tuple(_links(told.links)),
    )


def _kind(number: int) -> str:
    known = trace_pb2.Span.SpanKind.DESCRIPTOR.values_by_number.get(number)
    return known.name.removeprefix("SPAN_KIND_").lower() if known else "unspecified"


def _attributes(told: Iterable[KeyValue]) -> dict[str, str]:
    """Those of the registry alone: nobody knows what another one would hold."""
    known = [each for each in told if each.key in ATTRIBUTES]
    return {each.key: _text(each.value) for each in known[:ATTRIBUTES_LIMIT]}


def _links(told: Iterable[trace_pb2.Span.Link]) -> Iterator[SpanLink]:
    for link, _ in zip(told, range(LINKS_LIMIT), strict=False):
        if len(link.trace_id) == _TRACE_ID and len(link.span_id) == _SPAN_ID:
            yield SpanLink(link.trace_id.hex(), link.span_id.hex())


def _text(value: AnyValue) -> str:
    """A plain value as text; a list's values one after the other, nothing of what is nested."""
    match value.WhichOneof("value"):
        case "string_value":
            text = value.string_value
        case "bool_value":
            text = "yes" if value.bool_value else "no"
        case "int_value":
            text = str(value.int_value)
        case "double_value":
            text = f"{value.double_value:g}"
        case "array_value":
            text = ", ".join(each.string_value for each in value.array_value.values)
        case _:
            text = ""
    return text[:ATTRIBUTE_LENGTH_LIMIT]
