"""The calls of one order's life, as a department's system would send them."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import grpc
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from handoff.v1 import common_pb2, finance_pb2, operations_pb2, sales_pb2, support_pb2

from services.shared.clock import SECOND, WallClock
from tests.e2e.department_processes import HEARD_DEADLINE_S, Company
from tests.polling import until

SOON = Timestamp(seconds=(WallClock().now() + 3_600 * SECOND) // SECOND)
EUR = common_pb2.Money(minor=5_000, currency="EUR")
CHAIR = common_pb2.Line(sku="chair", quantity=1, price=EUR)
HOME = common_pb2.Address(street="Lindenweg 7", postcode="10969", city="Berlin", country="DE")
WHY: dict[str, Any] = {"policy": "standard", "reason_code": "in_limit", "level": 1}


def once() -> common_pb2.CommandContext:
    return common_pb2.CommandContext(idempotency_key=uuid4().hex, actor="ada")


def as_soon_as_heard(call: Callable[[Any], Any], request: Message) -> Any:  # noqa: ANN401
    """The same command again for as long as it says that a fact is on its way."""

    def attempt() -> Any:  # noqa: ANN401 - any response
        try:
            return call(request)
        except grpc.RpcError as error:
            if "again in a moment" in str(error):
                return None
            raise

    return until(attempt, f"{type(request).__name__} succeeds", HEARD_DEADLINE_S)


def an_order(order: str) -> sales_pb2.PlaceOrderRequest:
    return sales_pb2.PlaceOrderRequest(
        context=once(),
        order=order,
        customer="ada",
        lines=[CHAIR],
        total=EUR,
        promised_by=SOON,
        priority=common_pb2.PRIORITY_NORMAL,
        ship_to=HOME,
    )


def a_payment(order: str) -> finance_pb2.ApprovePaymentRequest:
    return finance_pb2.ApprovePaymentRequest(
        context=once(), order=order, payment_id="pay-1", amount=EUR, ship_by=SOON, **WHY
    )


def a_parcel(order: str) -> operations_pb2.HandOverParcelRequest:
    return operations_pb2.HandOverParcelRequest(
        context=once(), order=order, parcel_id="p-1", carrier="dhl", lines=[CHAIR], ship_to=HOME
    )


def ask_refund(company: Company, order: str) -> None:
    company.support.OpenCase(
        support_pb2.OpenCaseRequest(
            context=once(),
            case=f"c-{order}",
            customer="ada",
            order=order,
            topic="broken",
            summary="A leg is off.",
        )
    )
    refund = support_pb2.RequestRefundRequest(
        context=once(),
        order=order,
        case=f"c-{order}",
        refund_id="r-1",
        amount=EUR,
        reason="broken",
        refund_by=SOON,
    )
    as_soon_as_heard(company.support.RequestRefund, refund)


def pay_refund(company: Company, order: str) -> None:
    approval = finance_pb2.ApproveRefundRequest(
        context=once(), order=order, refund_id="r-1", amount=EUR, **WHY
    )
    as_soon_as_heard(company.finance.ApproveRefund, approval)
    company.finance.PayRefund(
        finance_pb2.PayRefundRequest(context=once(), order=order, refund_id="r-1", amount=EUR)
    )


def as_soon_as_there(call: Callable[[Any], Any], request: Message) -> Any:  # noqa: ANN401
    """The answer, or None while the department does not have its store."""
    try:
        return call(request)
    except grpc.RpcError as error:
        if "send the same command again" in str(error):
            return None
        raise
