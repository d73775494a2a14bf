"""Callers that give up or come too many at once."""

import threading
from collections.abc import Iterator
from typing import Any, cast

import grpc
import pytest
from grpc import StatusCode
from handoff.v1 import sales_pb2, sales_pb2_grpc
from opentelemetry import trace

from services.shared import rpc
from services.shared.rpc import sync_channel
from services.shared.telemetry import HANDOFF_ORDER
from tests.component.shared.serving import Served
from tests.polling import until

ORDER = sales_pb2.PlaceOrderRequest(order="4711")


class Slow:
    """A plain method that answers when it is told to."""

    def __init__(self) -> None:
        self.began = threading.Event()
        self.go_on = threading.Event()

    def __call__(self, request: Any, context: Any) -> Any:  # noqa: ANN401 - gRPC's form
        self.began.set()
        assert self.go_on.wait(10)
        trace.get_current_span().set_attribute(HANDOFF_ORDER, request.order)
        return sales_pb2.PlaceOrderResponse()


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
def served(slow: Slow, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr(rpc, "CALLS_LIMIT", 2)
    monkeypatch.setattr("tests.component.shared.serving.Servicer.PlaceOrder", slow)
    served = Served()
    yield served
    slow.go_on.set()
    served.stop()


@pytest.fixture
def sales(served: Served) -> Iterator[sales_pb2_grpc.SalesServiceStub]:
    with sync_channel(served.address) as connection:
        yield sales_pb2_grpc.SalesServiceStub(connection)


def test_work_that_began_ends_inside_its_span_though_its_caller_has_gone(
    served: Served, sales: sales_pb2_grpc.SalesServiceStub, slow: Slow
) -> None:
    with pytest.raises(grpc.RpcError):
        sales.PlaceOrder(ORDER, timeout=0.2)
    assert slow.began.is_set()
    assert served.spans.get_finished_spans() == ()
    slow.go_on.set()
    (span,) = until(served.spans.get_finished_spans, "the work has ended")
    assert dict(span.attributes or {})[HANDOFF_ORDER] == "4711"


def test_a_call_too_many_is_sent_away_at_once(
    served: Served, sales: sales_pb2_grpc.SalesServiceStub, slow: Slow
) -> None:
    waiting = [sales.PlaceOrder.future(ORDER) for _ in range(2)]
    assert slow.began.wait(10)
    refused = until(lambda: refusal(sales), "the limit is reached")
    assert refused is StatusCode.RESOURCE_EXHAUSTED
    slow.go_on.set()
    assert all(call.result(10) == sales_pb2.PlaceOrderResponse() for call in waiting)


def refusal(sales: sales_pb2_grpc.SalesServiceStub) -> StatusCode | None:
    """The status of one more call, None where it was taken."""
    try:
        sales.PlaceOrder(ORDER, timeout=0.5)
    except grpc.RpcError as error:
        code = cast(grpc.Call, error).code()
        return None if code is StatusCode.DEADLINE_EXCEEDED else code
    return None
