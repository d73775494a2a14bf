"""Traces in the console: sent by a real exporter over gRPC, kept, and shown with their links."""

import asyncio
import socket
from collections.abc import AsyncIterator

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from structlog.testing import capture_logs

from services.console.settings import ConsoleSettings
from services.console.traces.collecting import POST_BYTES_LIMIT, collecting
from services.shared import telemetry
from tests.component.console.running import Running, read
from tests.spans import OTHER, TRACE, a_post, a_span, linked_to, told

pytestmark = pytest.mark.anyio


@pytest.fixture
async def collector(running: Running) -> AsyncIterator[str]:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{bound.getsockname()[1]}"
    async with collecting(running.spans, address, running.console.telemetry.log):
        yield address


async def export(address: str, post: object) -> ExportTraceServiceResponse:
    async with grpc.aio.insecure_channel(address) as channel:
        stub = trace_service_pb2_grpc.TraceServiceStub(channel)  # type: ignore[no-untyped-call]
        answer: ExportTraceServiceResponse = await stub.Export(post, timeout=10)
        return answer


async def test_what_a_service_sends_is_shown_as_a_waterfall(
    running: Running, collector: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://{collector}")
    sales = telemetry.start("sales", ConsoleSettings())
    with sales.span("PlaceOrder", attributes={telemetry.HANDOFF_SUBJECT: "order/4711"}) as span:
        trace_id = f"{span.get_span_context().trace_id:032x}"
        with sales.span("save"):
            pass
    await asyncio.to_thread(sales.shutdown)
    page = await running.browser.get(f"/traces/{trace_id}")
    text = " ".join(read(page.text).text.split())
    assert page.status_code == 200
    assert "2 spans" in text
    assert text.index("PlaceOrder") < text.index("save")
    assert '<a href="/subjects/order/4711">' in page.text
    told = (await running.browser.get(f"/traces/{trace_id}.json")).json()
    assert [line["depth"] for line in told["lines"]] == [0, 1]


async def test_links_are_followed_both_ways(running: Running) -> None:
    running.spans.add([a_span(1), a_span(2, trace_id=OTHER, links=linked_to())])
    first = await running.browser.get(f"/traces/{TRACE}")
    assert f'<a href="/traces/{OTHER}">sales: PlaceOrder</a>' in first.text
    second = await running.browser.get(f"/traces/{OTHER}")
    assert f'<a href="/traces/{TRACE}">follows from' in second.text


async def test_what_is_refused_is_said_to_the_sender(running: Running, collector: str) -> None:
    answer = await export(collector, a_post(told(1), told(2, trace_id=b"")))
    assert answer.partial_success.rejected_spans == 1
    assert len(running.spans.kept) == 1


@pytest.mark.parametrize("more", [0, 1])
async def test_a_post_over_the_limit_is_refused_whole(
    running: Running, collector: str, more: int
) -> None:
    near = POST_BYTES_LIMIT - 1_000
    around = a_post(told(trace_state="x" * near)).ByteSize() - near
    post = a_post(told(trace_state="x" * (POST_BYTES_LIMIT + more - around)))
    assert post.ByteSize() == POST_BYTES_LIMIT + more
    if not more:
        await export(collector, post)
        return
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await export(collector, post)
    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert not running.spans.kept


async def test_a_sender_is_to_try_again_where_spans_cannot_be_kept(
    running: Running, collector: str
) -> None:
    running.spans.away = True
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await export(collector, a_post(told()))
    assert refused.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_a_page_says_where_traces_cannot_be_read(running: Running) -> None:
    running.spans.away = True
    page = await running.browser.get(f"/traces/{TRACE}")
    assert page.status_code == 503
    assert "Mongo, which keeps the traces, does not answer." in page.text


@pytest.mark.parametrize("trace", [TRACE, TRACE.upper(), "1", "..%2f..%2fetc"])
async def test_a_trace_that_is_not_there_is_said(running: Running, trace: str) -> None:
    assert (await running.browser.get(f"/traces/{trace}")).status_code == 404


async def test_names_of_strangers_stay_text(running: Running) -> None:
    running.spans.add([a_span(name="<script>alert(1)</script>")])
    assert "<script>alert" not in (await running.browser.get(f"/traces/{TRACE}")).text


async def test_where_the_port_is_taken_pages_work_without_traces(
    running: Running, collector: str
) -> None:
    with capture_logs():
        async with collecting(running.spans, collector, running.console.telemetry.log):
            assert (await running.browser.get("/healthz")).status_code == 200
