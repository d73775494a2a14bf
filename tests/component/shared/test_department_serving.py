"""Departments over a real gRPC server, on stores in memory: what a caller gets to see."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import grpc
import pytest
from google.rpc.error_details_pb2 import BadRequest, RetryInfo  # type: ignore[import-untyped]
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]
from grpc import StatusCode
from handoff.v1 import common_pb2, finance_pb2, finance_pb2_grpc, sales_pb2, sales_pb2_grpc
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from services.local.ports import Ports
from services.shared.clock import SECOND, WallClock, to_datetime
from services.shared.department.serving import registration
from services.shared.department.storing import Voice
from services.shared.health import Health
from services.shared.rpc import serve, sync_channel
from services.shared.settings import Endpoint, Settings
from services.shared.telemetry import ATTRIBUTES, start
from tests.departments import ALL, MemoryStore

Store = dict[str, MemoryStore]
SOON = to_datetime(WallClock().now() + 3_600 * SECOND)


@pytest.fixture
def stores() -> Store:
    return {department.name: MemoryStore(Voice(department.name, "test")) for department in ALL}


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def channel(stores: Store, spans: InMemorySpanExporter) -> Iterator[grpc.Channel]:
    ports = Ports(prefer_usual=False)
    endpoint = Endpoint(grpc=ports.take(1), http=1)
    telemetry = start("departments", Settings(), spans)
    registered = {
        service: register
        for each in ALL
        for service, register in registration(
            each.service, each.commands, partial(each.handle, store=stores[each.name]), WallClock()
        ).items()
    }
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    starting = serve(registered, Settings(), endpoint, telemetry, Health())
    server = asyncio.run_coroutine_threadsafe(starting, loop).result(10)
    with sync_channel(f"127.0.0.1:{endpoint.grpc}") as channel:
        yield channel
    asyncio.run_coroutine_threadsafe(server.stop(None), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()
    ports.release()


@pytest.fixture
def sales(channel: grpc.Channel) -> sales_pb2_grpc.SalesServiceStub:
    return sales_pb2_grpc.SalesServiceStub(channel)


def an_order(**changes: Any) -> sales_pb2.PlaceOrderRequest:  # noqa: ANN401 - any of its fields
    eur = common_pb2.Money(minor=5_000, currency="EUR")
    fields: dict[str, Any] = {
        "context": common_pb2.CommandContext(idempotency_key="k-1", actor="ada"),
        "order": "4711",
        "customer": "ada",
        "lines": [common_pb2.Line(sku="chair", quantity=1, price=eur)],
        "total": eur,
        "promised_by": SOON,
        "priority": common_pb2.PRIORITY_NORMAL,
        "ship_to": common_pb2.Address(street="Lindenweg 7", city="Berlin", country="DE"),
    }
    return sales_pb2.PlaceOrderRequest(**(fields | changes))


def refusal(call: Callable[[], object]) -> tuple[StatusCode, str, list[Any]]:
    """The status, its message, and the details that a program reads."""
    with pytest.raises(grpc.RpcError) as caught:
        call()
    error: Any = caught.value
    (packed,) = (v for k, v in error.trailing_metadata() if k == "grpc-status-details-bin")
    details = []
    for detail in Status.FromString(packed).details:
        message = BadRequest() if detail.Is(BadRequest.DESCRIPTOR) else RetryInfo()
        detail.Unpack(message)
        details.append(message)
    return error.code(), error.details(), details


def test_a_command_answers_with_its_events_and_again_with_the_same(
    sales: sales_pb2_grpc.SalesServiceStub, stores: Store
) -> None:
    first, second = sales.PlaceOrder(an_order()).result, sales.PlaceOrder(an_order()).result
    assert (len(first.event_ids), first.version, first.repeated) == (1, 1, False)
    assert (second.event_ids, second.version, second.repeated) == (first.event_ids, 1, True)
    assert [row.id for row in stores["sales"].take_rows()] == list(first.event_ids)


def test_another_moment_or_actor_under_the_same_key_is_the_same_command(
    sales: sales_pb2_grpc.SalesServiceStub,
) -> None:
    order = an_order()
    sales.PlaceOrder(order)
    order.context.actor = "bob"
    order.context.now.FromDatetime(to_datetime(WallClock().now()))
    assert sales.PlaceOrder(order).result.repeated


def test_another_order_under_the_same_key_is_refused(
    sales: sales_pb2_grpc.SalesServiceStub,
) -> None:
    sales.PlaceOrder(an_order())
    code, message, _ = refusal(lambda: sales.PlaceOrder(an_order(order="4712")))
    assert code is StatusCode.FAILED_PRECONDITION
    assert "used for another command" in message


@pytest.mark.parametrize(
    ("changes", "field", "remedy"),
    [
        ({"total": None}, "total", "give a Money"),
        ({"order": ""}, "order", "1 to 194 characters"),
        ({"lines": []}, "lines", "give 1 to 1,000"),
        ({"priority": 0}, "priority", "low, normal, high"),
        ({"promised_by": to_datetime(0)}, "promised_by", "give a moment from"),
        ({"context": None}, "context.idempotency_key", "give 1 to 200"),
    ],
)
def test_an_impossible_field_is_named_with_what_would_be_right(
    sales: sales_pb2_grpc.SalesServiceStub, changes: dict[str, Any], field: str, remedy: str
) -> None:
    code, message, details = refusal(lambda: sales.PlaceOrder(an_order(**changes)))
    assert code is StatusCode.INVALID_ARGUMENT
    assert message.startswith(field)
    assert remedy in message
    (violation,) = details[0].field_violations
    assert (violation.field, violation.description) == (field, message)


def test_a_command_before_its_fact_says_when_to_come_again(channel: grpc.Channel) -> None:
    finance = finance_pb2_grpc.FinanceServiceStub(channel)
    payment = finance_pb2.ApprovePaymentRequest(
        context=common_pb2.CommandContext(idempotency_key="k-1"),
        order="4711",
        payment_id="pay-1",
        amount=common_pb2.Money(minor=5_000, currency="EUR"),
        policy="standard",
        reason_code="in_limit",
    )
    code, message, details = refusal(lambda: finance.ApprovePayment(payment))
    assert code is StatusCode.FAILED_PRECONDITION
    assert "send the same command again" in message
    assert [type(detail) for detail in details] == [BadRequest, RetryInfo]


def test_an_order_that_is_not_there_is_not_found(sales: sales_pb2_grpc.SalesServiceStub) -> None:
    context = common_pb2.CommandContext(idempotency_key="k-1")
    cancel = sales_pb2.CancelOrderRequest(context=context, order="4711", reason="late")
    code, message, _ = refusal(lambda: sales.CancelOrder(cancel))
    assert (code, "4711" in message) == (StatusCode.NOT_FOUND, True)


def test_a_request_that_fits_but_whose_event_does_not_is_refused(
    sales: sales_pb2_grpc.SalesServiceStub, stores: Store
) -> None:
    order = an_order(lines=[common_pb2.Line(sku="x" * 400, quantity=1)])
    while order.ByteSize() < 65_536:
        order.lines.add().CopyFrom(order.lines[0])
    del order.lines[-1]
    order.lines[0].sku += "x" * (65_536 - order.ByteSize() - 2)
    assert 65_500 < order.ByteSize() <= 65_536
    code, message, _ = refusal(lambda: sales.PlaceOrder(order))
    assert code is StatusCode.INVALID_ARGUMENT
    assert "bytes" in message
    assert not stores["sales"].take_rows()


def test_a_span_names_the_command_and_its_order_and_nothing_else(
    sales: sales_pb2_grpc.SalesServiceStub, spans: InMemorySpanExporter
) -> None:
    sales.PlaceOrder(an_order())
    (span,) = (each for each in spans.get_finished_spans() if each.name == "PlaceOrder")
    attributes = dict(span.attributes or {})
    assert attributes["handoff.command"] == "PlaceOrder"
    assert (attributes["handoff.order"], attributes["handoff.events"]) == ("4711", 1)
    assert attributes.keys() <= ATTRIBUTES
