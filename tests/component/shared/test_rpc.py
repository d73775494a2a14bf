"""A real gRPC server on loopback: answers, refusals, limits, traces, health."""

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest
from google.rpc.error_details_pb2 import BadRequest, RetryInfo  # type: ignore[import-untyped]
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]
from grpc import StatusCode
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from handoff.v1 import sales_pb2, sales_pb2_grpc
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode as SpanStatus
from pymongo.errors import AutoReconnect

from services.shared.errors import InvalidEvent, RefusalCode, Refused
from services.shared.rpc import MESSAGE_BYTES_LIMIT, channel, sync_channel
from services.shared.rpc_failures import STATUS_OF
from services.shared.settings import Settings
from services.shared.telemetry import start
from tests.component.shared.serving import SALES, Served
from tests.polling import until


@pytest.fixture
def served() -> Iterator[Served]:
    served = Served()
    yield served
    served.stop()


@pytest.fixture
def connection(served: Served) -> Iterator[grpc.Channel]:
    with sync_channel(served.address) as connection:
        yield connection


@pytest.fixture
def sales(connection: grpc.Channel) -> sales_pb2_grpc.SalesServiceStub:
    return sales_pb2_grpc.SalesServiceStub(connection)


def refusal(call: Callable[[], object]) -> grpc.Call:
    with pytest.raises(grpc.RpcError) as refused:
        call()
    assert isinstance(refused.value, grpc.Call)
    return refused.value


def place(sales: sales_pb2_grpc.SalesServiceStub) -> Callable[[], object]:
    return lambda: sales.PlaceOrder(sales_pb2.PlaceOrderRequest())


def details_of(refused: grpc.Call) -> list[Any]:
    (packed,) = (v for k, v in refused.trailing_metadata() if k == "grpc-status-details-bin")
    status = Status.FromString(packed)
    assert status.message == refused.details()
    found = []
    for detail in status.details:
        message = BadRequest() if detail.Is(BadRequest.DESCRIPTOR) else RetryInfo()
        detail.Unpack(message)
        found.append(message)
    return found


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (RefusalCode.INVALID, StatusCode.INVALID_ARGUMENT),
        (RefusalCode.CONFLICT, StatusCode.FAILED_PRECONDITION),
        (RefusalCode.NOT_FOUND, StatusCode.NOT_FOUND),
        (RefusalCode.FULL, StatusCode.RESOURCE_EXHAUSTED),
    ],
)
def test_a_refusal_names_its_field_and_what_would_be_right(
    served: Served, sales: sales_pb2_grpc.SalesServiceStub, code: RefusalCode, status: StatusCode
) -> None:
    served.servicer.error = Refused(code, "lines[0].quantity", "Quantity is 0; give at least 1.")
    refused = refusal(place(sales))
    assert refused.code() is status
    assert refused.details() == "Quantity is 0; give at least 1."
    (bad,) = details_of(refused)
    (violation,) = bad.field_violations
    assert (violation.field, violation.description) == ("lines[0].quantity", refused.details())
    (span,) = served.spans.get_finished_spans()
    assert span.status.status_code is SpanStatus.UNSET


def test_every_code_of_a_refusal_has_a_status() -> None:

    assert set(STATUS_OF) == set(RefusalCode)


def test_a_refusal_that_may_pass_says_when_to_come_again(
    served: Served, sales: sales_pb2_grpc.SalesServiceStub
) -> None:
    served.servicer.error = Refused(RefusalCode.CONFLICT, "order", "Not paid yet.", retryable=True)
    bad, again = details_of(refusal(place(sales)))
    assert bad.field_violations[0].field == "order"
    assert again.retry_delay.seconds == 1


def test_an_invalid_event_is_an_invalid_argument(
    served: Served, sales: sales_pb2_grpc.SalesServiceStub
) -> None:
    served.servicer.error = InvalidEvent("bad_subject", "'' cannot be the id of an order.")
    assert refusal(place(sales)).code() is StatusCode.INVALID_ARGUMENT


def test_a_store_that_is_away_is_no_fault_of_the_caller(
    served: Served, sales: sales_pb2_grpc.SalesServiceStub, capsys: pytest.CaptureFixture[str]
) -> None:
    served.servicer.error = AutoReconnect("127.0.0.1:1 is gone")
    refused = refusal(place(sales))
    assert refused.code() is StatusCode.UNAVAILABLE
    assert "again" in (refused.details() or "")


def test_an_unforeseen_error_is_logged_and_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    served = Served()
    served.servicer.error = KeyError("a customer's name")
    with sync_channel(served.address) as connection:
        refused = refusal(place(sales_pb2_grpc.SalesServiceStub(connection)))
    served.stop()
    assert refused.code() is StatusCode.INTERNAL
    assert "customer" not in (refused.details() or "")
    (line,) = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert "KeyError" in line["exception"]
    (span,) = served.spans.get_finished_spans()
    assert span.status.status_code is SpanStatus.ERROR
    context = span.get_span_context()
    assert context is not None
    assert line["trace_id"] == f"{context.trace_id:032x}"


def test_a_message_over_the_limit_is_refused(sales: sales_pb2_grpc.SalesServiceStub) -> None:
    empty = sales_pb2.PlaceOrderRequest(order="x" * 60_000).ByteSize() - 60_000
    fits = sales_pb2.PlaceOrderRequest(order="x" * (MESSAGE_BYTES_LIMIT - empty))
    assert fits.ByteSize() == MESSAGE_BYTES_LIMIT
    sales.PlaceOrder(fits)
    over = sales_pb2.PlaceOrderRequest(order="x" * (MESSAGE_BYTES_LIMIT - empty + 1))
    assert refusal(lambda: sales.PlaceOrder(over)).code() is StatusCode.RESOURCE_EXHAUSTED


def test_the_callers_trace_goes_on_in_the_method_and_its_thread(
    served: Served, sales: sales_pb2_grpc.SalesServiceStub
) -> None:
    client = start("client", Settings(), exporter := InMemorySpanExporter())
    with client.span("works"):
        sales.PlaceOrder(sales_pb2.PlaceOrderRequest())
    (calling,) = exporter.get_finished_spans()
    (answering,) = served.spans.get_finished_spans()
    assert answering.name == "PlaceOrder"
    assert answering.parent is not None
    assert calling.context is not None
    assert answering.parent.span_id == calling.context.span_id
    assert dict(answering.attributes or {}) == {
        "rpc.system": "grpc",
        "rpc.service": SALES,
        "rpc.method": "PlaceOrder",
        "rpc.grpc.status_code": 0,
    }
    ((thread, headers),) = served.servicer.seen
    assert thread.startswith("rpc")
    assert answering.context is not None
    assert f"{answering.context.span_id:016x}".encode() in headers[0][1]


def test_a_hostile_traceparent_starts_a_new_trace(
    served: Served, sales: sales_pb2_grpc.SalesServiceStub
) -> None:
    sales.PlaceOrder(sales_pb2.PlaceOrderRequest(), metadata=(("traceparent", "x" * 4_000),))
    (span,) = served.spans.get_finished_spans()
    assert span.parent is None


def test_an_asynchronous_caller_has_a_deadline_and_a_trace(served: Served) -> None:
    async def call() -> None:
        client = start("client", Settings())
        async with channel(served.address) as connection:
            with client.span("works"):
                stub = sales_pb2_grpc.SalesServiceStub(connection)
                await stub.CancelOrder(sales_pb2.CancelOrderRequest())

    asyncio.run(call())
    ((left, headers),) = served.servicer.seen
    assert 0 < left < 6
    assert headers
    (span,) = served.spans.get_finished_spans()
    assert span.parent is not None


def test_a_plain_caller_has_a_deadline(
    served: Served, sales: sales_pb2_grpc.SalesServiceStub
) -> None:
    sales.CancelOrder(sales_pb2.CancelOrderRequest())
    ((left, _),) = served.servicer.seen
    assert 0 < left < 6


def test_health_is_what_the_parts_report(served: Served, connection: grpc.Channel) -> None:
    health = health_pb2_grpc.HealthStub(connection)
    request = health_pb2.HealthCheckRequest(service=SALES)
    assert health.Check(request).status == health_pb2.HealthCheckResponse.NOT_SERVING
    statuses = health.Watch(request, timeout=10)
    assert next(statuses).status == health_pb2.HealthCheckResponse.NOT_SERVING
    served.health.report("mongo", None)
    assert next(statuses).status == health_pb2.HealthCheckResponse.SERVING
    assert health.Check(request).status == health_pb2.HealthCheckResponse.SERVING
    statuses.cancel()


def test_an_unknown_service_has_no_health(connection: grpc.Channel) -> None:
    health = health_pb2_grpc.HealthStub(connection)
    unknown = health_pb2.HealthCheckRequest(service="handoff.v1.Nobody")
    assert refusal(lambda: health.Check(unknown)).code() is StatusCode.NOT_FOUND


def test_the_services_can_be_listed(connection: grpc.Channel) -> None:
    stub = reflection_pb2_grpc.ServerReflectionStub(connection)
    request = reflection_pb2.ServerReflectionRequest(list_services="")
    (answer,) = stub.ServerReflectionInfo(iter([request]))
    names = {service.name for service in answer.list_services_response.service}
    assert {SALES, "grpc.health.v1.Health"} <= names


def test_a_taken_port_is_named_with_the_variable_that_moves_it(served: Served) -> None:
    named = f"127.0.0.1:{served.port} .*HANDOFF_ENDPOINTS__SALES__GRPC"
    with pytest.raises(OSError, match=named):
        served.wait(served.serve(served.port, start("sales", Settings())))


def test_calls_are_measured(served: Served, sales: sales_pb2_grpc.SalesServiceStub) -> None:
    sales.PlaceOrder(sales_pb2.PlaceOrderRequest())
    labels = {"method": "PlaceOrder", "code": "OK"}
    registry = served.telemetry.registry
    until(lambda: registry.get_sample_value("handoff_rpc_seconds_count", labels) == 1, "measured")
