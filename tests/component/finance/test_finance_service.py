"""Finance whole, in memory: it hears sales and support, each record twice, and pays once."""

from typing import Any

import pytest

from services.finance.domain import ApprovePayment, ApproveRefund, IssueInvoice, PayRefund
from services.shared.bus_memory import MemoryBus
from services.shared.codec import decode_envelope
from services.shared.department.commands import About
from services.shared.errors import RefusalCode
from services.shared.events.finance import (
    InvoiceIssued,
    PaymentApproved,
    RefundApproved,
    RefundPaid,
)
from services.shared.events.support import RefundRequested
from services.shared.subjects import topic_of
from tests.builders import a_context, a_line, an_order, at, eur
from tests.departments import FINANCE, Running, said, tell
from tests.refusals import refused

ABOUT = About(order="4711", customer="ada")
WHY: dict[str, Any] = {"policy": "standard", "reason_code": "in_limit", "level": 1}
CHAIR = (a_line("chair", 1, eur(5_000)),)
ASKED = RefundRequested("r-1", eur(5_000), "broken", at("17:00", days=4))


@pytest.fixture
def bus() -> MemoryBus:
    return MemoryBus(4)


@pytest.fixture
def finance(bus: MemoryBus) -> Running:
    return Running(FINANCE, bus)


def approve(minor: int = 5_000) -> ApprovePayment:
    return ApprovePayment(
        a_context(), "4711", payment_id="pay-1", amount=eur(minor), ship_by=None, **WHY
    )


def approve_refund() -> ApproveRefund:
    return ApproveRefund(a_context(), "4711", refund_id="r-1", amount=eur(5_000), **WHY)


def test_an_order_is_paid_billed_and_refunded(finance: Running, bus: MemoryBus) -> None:
    tell(bus, an_order(), ABOUT)
    finance.hear()
    finance.do(approve())
    finance.do(IssueInvoice(a_context(), "4711", "i-1", CHAIR, eur(800), eur(5_000)))
    tell(bus, ASKED, About(order="4711", customer="ada", case="c-1"))
    finance.hear()
    finance.do(approve_refund())
    finance.do(PayRefund(a_context(), "4711", "r-1", eur(5_000)))
    assert said(bus, "finance") == [
        PaymentApproved("pay-1", eur(5_000), None, **WHY),
        InvoiceIssued("i-1", CHAIR, eur(800), eur(5_000)),
        RefundApproved("r-1", eur(5_000), **WHY),
        RefundPaid("r-1", eur(5_000)),
    ]


def test_the_customer_is_known_from_what_sales_said(finance: Running, bus: MemoryBus) -> None:
    tell(bus, an_order(), ABOUT)
    finance.hear()
    finance.do(approve())
    (record,) = bus.records(topic_of("finance"))
    envelope = decode_envelope(record.value)
    assert (envelope.order, envelope.customer) == ("4711", "ada")


def test_a_payment_before_the_order_was_heard_of_is_refused_and_not_lost(
    finance: Running, bus: MemoryBus
) -> None:
    command = approve()
    with refused(RefusalCode.CONFLICT, "order", "4711", retryable=True):
        finance.do(command)
    tell(bus, an_order(), ABOUT)
    finance.hear()
    assert not finance.do(command).repeated
    assert finance.do(command).repeated
    assert len(said(bus, "finance")) == 1


def test_a_refund_may_be_asked_for_before_the_order_was_heard_of(
    finance: Running, bus: MemoryBus
) -> None:
    tell(bus, ASKED, ABOUT)
    finance.hear()
    with refused(RefusalCode.CONFLICT, "amount", "approve 0 at most"):
        finance.do(approve_refund())
    tell(bus, an_order(), ABOUT)
    finance.hear()
    finance.do(approve())
    assert finance.do(approve_refund()).event_ids
