"""Traces that cross services by headers which may say anything, and logs that name their trace."""

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    TraceServiceServicer,
    add_TraceServiceServicer_to_server,
)
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanContext, SpanKind

from services.shared.bus import Headers
from services.shared.settings import Settings
from services.shared.telemetry import (
    HANDOFF_SUBJECT,
    Telemetry,
    span_context,
    start,
    trace_headers,
    trace_id_of,
    traceparent_of,
)

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def headers_of(traceparent: str) -> Headers:
    return (("ce_id", b"1"), ("traceparent", traceparent.encode()))


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def telemetry(exporter: InMemorySpanExporter) -> Telemetry:
    return start("sales", Settings(), exporter)


class Collector(TraceServiceServicer):
    """Keeps the names of the spans that it gets."""

    def __init__(self) -> None:
        self.spans: list[str] = []

    def Export(
        self, request: ExportTraceServiceRequest, context: grpc.ServicerContext
    ) -> ExportTraceServiceResponse:
        for resource in request.resource_spans:
            for scope in resource.scope_spans:
                self.spans += [span.name for span in scope.spans]
        return ExportTraceServiceResponse()


def context_of(span: ReadableSpan) -> SpanContext:
    context = span.get_span_context()
    assert context is not None
    return context


def test_a_trace_goes_on_in_the_service_that_gets_its_headers(
    telemetry: Telemetry, exporter: InMemorySpanExporter
) -> None:
    with telemetry.span("command"):
        sent = trace_headers()
    with telemetry.span("publish", parent=sent, kind=SpanKind.PRODUCER):
        pass
    command, publish = exporter.get_finished_spans()
    assert publish.parent is not None
    assert publish.parent.span_id == context_of(command).span_id
    assert context_of(publish).trace_id == context_of(command).trace_id
    assert trace_id_of(sent) == f"{context_of(command).trace_id:032x}"


def test_spans_inside_one_another_share_a_trace(
    telemetry: Telemetry, exporter: InMemorySpanExporter
) -> None:
    with telemetry.span("outer"), telemetry.span("inner", attributes={HANDOFF_SUBJECT: "order/1"}):
        pass
    inner, outer = exporter.get_finished_spans()
    assert inner.parent is not None
    assert inner.parent.span_id == context_of(outer).span_id
    assert dict(inner.attributes or {}) == {HANDOFF_SUBJECT: "order/1"}


def test_a_linked_span_starts_a_trace_of_its_own(
    telemetry: Telemetry, exporter: InMemorySpanExporter
) -> None:
    with telemetry.span("current"):
        links = [headers_of(f"00-{TRACE}-{SPAN}-01"), headers_of("nonsense")]
        with telemetry.span("linked", parent=(), links=links):
            pass
    linked, current = exporter.get_finished_spans()
    assert linked.parent is None
    assert context_of(linked).trace_id != context_of(current).trace_id
    assert [f"{link.context.trace_id:032x}" for link in linked.links] == [TRACE]


def test_outside_a_span_there_are_no_trace_headers() -> None:
    assert trace_headers() == ()


def test_the_newer_version_of_a_traceparent_is_read() -> None:
    assert trace_id_of(headers_of(f"01-{TRACE}-{SPAN}-01-more")) == TRACE


@pytest.mark.parametrize(
    "traceparent",
    [
        "",
        "00",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{TRACE}-{SPAN}-01\n",
        f" 00-{TRACE}-{SPAN}-01",
        f"01-{TRACE}-{SPAN}-01-" + "x" * 1_000,
        "\u0661" * 55,
    ],
)
def test_a_malformed_traceparent_starts_a_new_trace(
    telemetry: Telemetry, exporter: InMemorySpanExporter, traceparent: str
) -> None:
    hostile = headers_of(traceparent)
    assert trace_id_of(hostile) == ""
    with telemetry.span("command", parent=hostile, links=[hostile]):
        pass
    (span,) = exporter.get_finished_spans()
    assert span.parent is None
    assert span.links == ()


def test_two_traceparents_are_none() -> None:
    twice = headers_of(f"00-{TRACE}-{SPAN}-01") * 2
    assert trace_id_of(twice) == ""


def test_an_empty_traceparent_beside_another_is_one_of_two() -> None:
    assert trace_id_of((*headers_of(""), *headers_of(f"00-{TRACE}-{SPAN}-01"))) == ""


def test_a_traceparent_is_kept_as_text_without_what_a_later_version_adds() -> None:
    plain = f"01-{TRACE}-{SPAN}-01"
    assert traceparent_of((("TraceParent", plain.encode() + b"-\xff"),)) == plain


@given(
    st.lists(
        st.tuples(st.sampled_from(["traceparent", "TraceParent", "x"]), st.none() | st.binary())
    )
)
def test_no_header_makes_reading_the_trace_fail(headers: list[tuple[str, Any]]) -> None:
    context = span_context(tuple(headers))
    assert context is None or context.is_valid


def test_spans_are_appended_to_the_file_that_the_settings_name(tmp_path: Path) -> None:
    path = tmp_path / "new" / "spans.jsonl"
    for service in ("sales", "tracker"):
        telemetry = start(service, Settings(spans_file=path))
        with telemetry.span("work", links=[headers_of(f"00-{TRACE}-{SPAN}-01")]):
            pass
        telemetry.shutdown()
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [(line["service"], line["name"]) for line in lines] == [
        ("sales", "work"),
        ("tracker", "work"),
    ]
    assert lines[0]["links"] == [{"trace_id": TRACE, "span_id": SPAN}]
    assert lines[0]["started_at"] <= lines[0]["ended_at"]


def test_spans_go_to_the_collector_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    server = grpc.server(ThreadPoolExecutor(1))
    collector = Collector()
    add_TraceServiceServicer_to_server(collector, server)  # type: ignore[no-untyped-call]
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{port}")
    telemetry = start("sales", Settings())
    with telemetry.span("PlaceOrder"):
        pass
    telemetry.shutdown()
    server.stop(None).wait()
    assert collector.spans == ["PlaceOrder"]


def test_a_log_line_is_json_with_its_trace(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry = start("sales", Settings())
    telemetry.log.info("outside", orders=3)
    with telemetry.span("command") as span:
        telemetry.log.warning("inside")
    outside, inside = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (outside["event"], outside["level"], outside["service"]) == ("outside", "info", "sales")
    assert outside["orders"] == 3
    assert outside["timestamp"].endswith("Z")
    assert "trace_id" not in outside
    assert inside["trace_id"] == f"{span.get_span_context().trace_id:032x}"
    assert inside["span_id"] == f"{span.get_span_context().span_id:016x}"


def test_an_exception_is_logged_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry = start("sales", Settings())
    telemetry.log.error("failed", exc_info=ValueError("the reason"))
    (line,) = capsys.readouterr().out.splitlines()
    assert "ValueError: the reason" in json.loads(line)["exception"]


def test_a_text_log_is_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    start("sales", Settings(log="text")).log.info("started")
    (line,) = capsys.readouterr().out.splitlines()
    assert "started" in line
    assert not line.startswith("{")


def test_a_librarys_complaint_is_in_our_log_once(capsys: pytest.CaptureFixture[str]) -> None:
    start("sales", Settings())
    for _ in range(3):
        logging.getLogger("pymongo.pool").warning("no answer from %s", "127.0.0.1")
    logging.getLogger("kafka.conn").warning("connecting again")
    logging.getLogger("kafka.conn").error("authentication failed")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["event"], line["level"], line["logger"]) for line in lines] == [
        ("no answer from 127.0.0.1", "warning", "pymongo.pool"),
        ("authentication failed", "error", "kafka.conn"),
    ]
