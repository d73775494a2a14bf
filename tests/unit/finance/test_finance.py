"""What finance decides: nobody pays twice, nobody gets back more than was paid."""

from functools import reduce
from itertools import permutations
from typing import Any

import pytest

from services.finance.domain import (
    ApprovePayment,
    ApproveRefund,
    Command,
    CorrectInvoice,
    DeclinePayment,
    Event,
    IssueInvoice,
    Order,
    PayRefund,
    RejectRefund,
    decide,
    evolve,
)
from services.shared.errors import RefusalCode
from services.shared.events.common import Money
from services.shared.events.finance import (
    InvoiceCorrected,
    InvoiceIssued,
    PaymentApproved,
    PaymentDeclined,
    RefundApproved,
    RefundPaid,
    RefundRejected,
)
from services.shared.events.sales import OrderAmended, OrderCancelled
from services.shared.events.support import RefundRequested
from tests.builders import SECOND, a_context, a_line, an_order, at, eur
from tests.refusals import refused

NEW = Order("4711", "ada")
WHY: dict[str, Any] = {"policy": "standard", "reason_code": "in_limit", "level": 1}
CANCELLED = OrderCancelled("changed their mind")
CHAIR = (a_line("chair", 1, eur(5_000)),)


def knowing(*events: Event) -> Order:
    return reduce(evolve, events, NEW)


def approve(minor: int = 5_000, payment_id: str = "pay-1", **changes: Any) -> ApprovePayment:  # noqa: ANN401
    fields = WHY | {"ship_by": at("17:00", days=1), "amount": eur(minor)} | changes
    return ApprovePayment(a_context(), "4711", payment_id=payment_id, **fields)


def decline(payment_id: str = "pay-1") -> DeclinePayment:
    return DeclinePayment(a_context(), "4711", payment_id=payment_id, amount=eur(5_000), **WHY)


def paid(minor: int = 5_000, payment_id: str = "pay-1") -> PaymentApproved:
    return PaymentApproved(payment_id, eur(minor), at("17:00", days=1), **WHY)


def asked(minor: int = 5_000, refund_id: str = "r-1") -> RefundRequested:
    return RefundRequested(refund_id, eur(minor), "broken", at("17:00", days=4))


def approve_refund(minor: int = 5_000, refund_id: str = "r-1") -> ApproveRefund:
    return ApproveRefund(a_context(), "4711", refund_id=refund_id, amount=eur(minor), **WHY)


def reject_refund() -> RejectRefund:
    return RejectRefund(a_context(), "4711", refund_id="r-1", **WHY)


def approved(minor: int = 5_000, refund_id: str = "r-1") -> RefundApproved:
    return RefundApproved(refund_id, eur(minor), **WHY)


def pay_refund(minor: int = 5_000) -> PayRefund:
    return PayRefund(a_context(), "4711", "r-1", eur(minor))


def bill(minor: int = 5_000, tax: int = 800, lines: Any = CHAIR) -> IssueInvoice:  # noqa: ANN401
    return IssueInvoice(a_context(), "4711", "i-1", lines, eur(tax), eur(minor))


def correct(minor: int = 5_000) -> CorrectInvoice:
    return CorrectInvoice(a_context(), "4711", "i-1", CHAIR, eur(800), eur(minor))


def test_a_payment_of_a_known_order_is_approved() -> None:
    assert decide(knowing(an_order()), approve()) == (paid(),)


@pytest.mark.parametrize("command", [approve(), decline(), bill()])
def test_an_order_that_sales_was_not_heard_of_may_be_tried_again(command: Command) -> None:
    with refused(RefusalCode.CONFLICT, "order", "4711", "send the same command", retryable=True):
        decide(NEW, command)


def test_no_payment_of_a_cancelled_order_is_approved() -> None:
    with refused(RefusalCode.CONFLICT, "order", "cancelled"):
        decide(knowing(an_order(), CANCELLED), approve())


def test_a_payment_is_decided_once() -> None:
    declined = PaymentDeclined("pay-1", eur(5_000), **WHY)
    assert decide(knowing(an_order()), decline()) == (declined,)
    for decided in (paid(1), declined):
        for command in (approve(), decline()):
            with refused(RefusalCode.CONFLICT, "payment_id", "'pay-1'"):
                decide(knowing(an_order(), decided), command)


def test_an_order_is_paid_to_the_last_cent_and_no_further() -> None:
    order = knowing(an_order(), paid(4_999))
    assert decide(order, approve(1, "pay-2")) == (paid(1, "pay-2"),)
    with refused(RefusalCode.CONFLICT, "amount", "approve 1 at most"):
        decide(order, approve(2, "pay-2"))


def test_a_declined_payment_leaves_the_order_unpaid() -> None:
    order = knowing(an_order(), PaymentDeclined("pay-1", eur(5_000), **WHY))
    assert decide(order, approve(5_000, "pay-2")) == (paid(5_000, "pay-2"),)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": eur(0)}, "amount.minor"),
        ({"amount": Money(5_000, "USD")}, "amount.currency"),
        ({"policy": ""}, "policy"),
        ({"reason_code": ""}, "reason_code"),
        ({"level": -1}, "level"),
        ({"level": 101}, "level"),
        ({"ship_by": at("09:00") - SECOND}, "ship_by"),
    ],
)
def test_an_approval_says_how_much_why_and_by_when(changes: dict[str, Any], field: str) -> None:
    with refused(RefusalCode.INVALID, field):
        decide(knowing(an_order()), approve(**changes))


def test_an_invoice_may_differ_from_the_order_but_not_from_itself() -> None:
    dearer = (a_line("chair", 1, eur(6_000)),)
    invoice = InvoiceIssued("i-1", dearer, eur(800), eur(6_000))
    assert decide(knowing(an_order()), bill(6_000, lines=dearer)) == (invoice,)
    assert decide(knowing(an_order()), bill(6_800, lines=dearer))
    with refused(RefusalCode.INVALID, "total.minor", "5900"):
        decide(knowing(an_order()), bill(5_900, lines=dearer))


def test_an_order_that_was_cancelled_unpaid_is_not_billed() -> None:
    with refused(RefusalCode.CONFLICT, "order", "unpaid"):
        decide(knowing(an_order(), CANCELLED), bill())
    assert decide(knowing(an_order(), paid(), CANCELLED), bill())


def test_an_invoice_is_issued_once_and_each_correction_is_a_version() -> None:
    issued = InvoiceIssued("i-1", CHAIR, eur(800), eur(5_000))
    second = InvoiceCorrected("i-1", 2, CHAIR, eur(800), eur(5_000))
    with refused(RefusalCode.CONFLICT, "invoice_id", "'i-1'"):
        decide(knowing(an_order(), issued), bill())
    with refused(RefusalCode.CONFLICT, "invoice_id", "'i-1'"):
        decide(knowing(an_order()), correct())
    assert decide(knowing(an_order(), issued), correct()) == (second,)
    assert decide(knowing(an_order(), issued, second), correct(5_800)) == (
        InvoiceCorrected("i-1", 3, CHAIR, eur(800), eur(5_800)),
    )


def test_a_refund_goes_from_request_to_payment() -> None:
    order = knowing(an_order(), paid(), asked())
    assert decide(order, approve_refund()) == (approved(),)
    assert decide(evolve(order, approved()), pay_refund()) == (RefundPaid("r-1", eur(5_000)),)


@pytest.mark.parametrize("command", [approve_refund(), reject_refund(), pay_refund()])
def test_a_refund_that_support_was_not_heard_of_may_be_tried_again(command: Command) -> None:
    with refused(RefusalCode.CONFLICT, "refund_id", "'r-1'", retryable=True):
        decide(knowing(an_order(), paid()), command)


def test_no_refund_is_above_what_was_paid() -> None:
    order = knowing(an_order(), paid(4_000), asked(5_000))
    assert decide(order, approve_refund(4_000)) == (approved(4_000),)
    with refused(RefusalCode.CONFLICT, "amount", "approve 4000 at most"):
        decide(order, approve_refund(4_001))


def test_all_refunds_together_are_not_above_what_was_paid() -> None:
    order = knowing(an_order(), paid(), asked(), asked(refund_id="r-2"), approved(4_999))
    assert decide(order, approve_refund(1, "r-2")) == (approved(1, "r-2"),)
    with refused(RefusalCode.CONFLICT, "amount", "approve 1 at most"):
        decide(order, approve_refund(2, "r-2"))


def test_a_rejected_refund_leaves_the_money_for_another() -> None:
    order = knowing(an_order(), paid(), asked(), asked(refund_id="r-2"))
    rejected = RefundRejected("r-1", **WHY)
    assert decide(order, reject_refund()) == (rejected,)
    assert decide(evolve(order, rejected), approve_refund(5_000, "r-2"))


def test_no_refund_is_above_what_was_asked_for() -> None:
    with refused(RefusalCode.CONFLICT, "amount", "approve 100 at most"):
        decide(knowing(an_order(), paid(), asked(100)), approve_refund(101))


def test_a_refund_is_in_the_currency_of_the_order() -> None:
    dollars = RefundRequested("r-1", Money(5_000, "USD"), "broken", at("17:00", days=4))
    with refused(RefusalCode.INVALID, "amount.currency"):
        decide(knowing(an_order(), paid(), dollars), approve_refund())


def test_a_refund_is_decided_once() -> None:
    order = knowing(an_order(), paid(), asked())
    for decided in (approved(), RefundRejected("r-1", **WHY)):
        for command in (approve_refund(), reject_refund()):
            with refused(RefusalCode.CONFLICT, "refund_id", "decided already"):
                decide(evolve(order, decided), command)


def test_only_an_approved_refund_is_paid_and_only_its_amount_and_once() -> None:
    order = knowing(an_order(), paid(), asked())
    with refused(RefusalCode.CONFLICT, "refund_id", "not approved"):
        decide(order, pay_refund())
    with refused(RefusalCode.CONFLICT, "refund_id", "not approved"):
        decide(evolve(order, RefundRejected("r-1", **WHY)), pay_refund())
    for minor in (4_999, 5_001):
        with refused(RefusalCode.CONFLICT, "amount", str(minor), "5000"):
            decide(evolve(order, approved()), pay_refund(minor))
    with refused(RefusalCode.CONFLICT, "refund_id", "paid already"):
        decide(
            knowing(an_order(), paid(), asked(), approved(), RefundPaid("r-1", eur(5_000))),
            pay_refund(),
        )


def test_a_cancelled_order_that_was_paid_is_refunded() -> None:
    order = knowing(an_order(), paid(), CANCELLED, asked())
    assert decide(order, approve_refund()) == (approved(),)


def test_facts_of_others_make_the_same_state_in_any_order_and_twice() -> None:
    two = an_order(lines=(a_line("chair", 2, eur(2_500)),))
    amended = OrderAmended(2, **{name: getattr(two, name) for name in two.__slots__})
    facts: list[Event] = [an_order(), amended, CANCELLED, asked(), asked(refund_id="r-2")]
    told = knowing(*facts)
    for order in permutations(facts):
        assert knowing(*order, *order) == told
