"""Spans with good defaults, as data and as OTLP's messages, and where tests keep them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1 import trace_pb2

from services.console.traces.span import (
    LINKING_LIMIT,
    SPANS_OF_TRACE_LIMIT,
    Span,
    SpanLink,
    SpansUnreadable,
)
from services.shared.clock import SECOND

TRACE, OTHER = "4bf92f3577b34da6a3ce929d0e0e4736", "a" * 32
START = 1_800_000_000 * SECOND


def a_span(number: int = 1, **fields: Any) -> Span:  # noqa: ANN401 - any of its fields
    """Of sales, 10 ms long, `number` ms after the start."""
    started_at = START + number * 1_000
    plain = Span(
        trace_id=TRACE,
        span_id=f"{number:016x}",
        parent_id="",
        service="sales",
        name="PlaceOrder",
        kind="server",
        started_at=started_at,
        ended_at=started_at + 10_000,
        failed=False,
        attributes={"handoff.subject": "order/4711"},
    )
    return replace(plain, **fields)


def linked_to(trace_id: str = TRACE) -> tuple[SpanLink, ...]:
    return (SpanLink(trace_id, f"{1:016x}"),)


def a_post(*spans: trace_pb2.Span, service: str = "sales") -> ExportTraceServiceRequest:
    post = ExportTraceServiceRequest()
    resource = post.resource_spans.add()
    resource.resource.attributes.add(key="service.name").value.string_value = service
    resource.scope_spans.add().spans.extend(spans)
    return post


def told(number: int = 1, **fields: Any) -> trace_pb2.Span:  # noqa: ANN401 - any of its fields
    """As an exporter sends it."""
    plain: dict[str, Any] = {
        "trace_id": bytes.fromhex(TRACE),
        "span_id": number.to_bytes(8, "big"),
        "name": "PlaceOrder",
        "kind": trace_pb2.Span.SPAN_KIND_SERVER,
        "start_time_unix_nano": START * 1_000,
        "end_time_unix_nano": (START + 10_000) * 1_000,
    }
    return trace_pb2.Span(**plain | fields)


class MemorySpans:
    """Spans in one process; `away` as if it did not answer."""

    def __init__(self, limit: int = 1_000_000) -> None:
        self.kept: dict[tuple[str, str], Span] = {}
        self.away = False
        self._limit = limit

    def add(self, spans: Sequence[Span]) -> int:
        self._answer()
        wanted = [] if len(self.kept) >= self._limit else spans
        refused = len(spans) - len(wanted)
        for span in wanted:
            if len(self._of(span.trace_id)) < SPANS_OF_TRACE_LIMIT:
                self.kept.setdefault((span.trace_id, span.span_id), span)
            else:
                refused += 1
        return refused

    def trace(self, trace_id: str) -> tuple[Span, ...]:
        self._answer()
        return tuple(sorted(self._of(trace_id), key=lambda each: (each.started_at, each.span_id)))

    def linking_to(self, trace_id: str) -> tuple[Span, ...]:
        self._answer()
        linking = (
            span
            for span in self.kept.values()
            if span.trace_id != trace_id and trace_id in {link.trace_id for link in span.links}
        )
        return tuple(sorted(linking, key=lambda each: each.started_at))[:LINKING_LIMIT]

    def _of(self, trace_id: str) -> list[Span]:
        return [span for span in self.kept.values() if span.trace_id == trace_id]

    def _answer(self) -> None:
        if self.away:
            raise SpansUnreadable("Mongo, which keeps the traces, does not answer.")
