"""What finance decides about payments, invoices and refunds of an order. Pure: no clock, no I/O.

The facts of sales and support may come in any order and twice: the same facts, the same state.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from services.shared.department import rules
from services.shared.department.commands import OrderCommand
from services.shared.department.orders import UNHEARD, OrderState, Sale, Sold, known, running, told
from services.shared.department.rules import conflict, not_yet
from services.shared.events import finance as says
from services.shared.events.common import Line, Money
from services.shared.events.sales import OrderAmended, OrderCancelled, OrderPlaced
from services.shared.events.support import RefundRequested

LEVEL_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Judgement(OrderCommand):
    """Which policy decides, why, and how high up it was decided."""

    policy: str
    reason_code: str
    level: int


@dataclass(frozen=True, slots=True)
class ApprovePayment(Judgement):
    payment_id: str
    amount: Money
    ship_by: datetime | None


@dataclass(frozen=True, slots=True)
class DeclinePayment(Judgement):
    payment_id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Billing(OrderCommand):
    invoice_id: str
    lines: tuple[Line, ...]
    tax: Money
    total: Money


class IssueInvoice(Billing):
    """The first invoice of this id."""


class CorrectInvoice(Billing):
    """The invoice as it should have been, whole."""


@dataclass(frozen=True, slots=True)
class ApproveRefund(Judgement):
    refund_id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class RejectRefund(Judgement):
    refund_id: str


@dataclass(frozen=True, slots=True)
class PayRefund(OrderCommand):
    refund_id: str
    amount: Money


Paying = ApprovePayment | DeclinePayment
Invoicing = IssueInvoice | CorrectInvoice
Refunding = ApproveRefund | RejectRefund | PayRefund
Command = Paying | Invoicing | Refunding
Paid = says.PaymentApproved | says.PaymentDeclined
Invoiced = says.InvoiceIssued | says.InvoiceCorrected
Refunded = RefundRequested | says.RefundApproved | says.RefundRejected | says.RefundPaid
Event = Sold | Paid | Invoiced | Refunded


@dataclass(frozen=True, slots=True)
class Payment:
    """`approved` is nothing where it was declined."""

    payment_id: str
    approved: Money | None


@dataclass(frozen=True, slots=True)
class Refund:
    """What support asked for; `approved` is there once it is, `rejected` and `paid` end it."""

    refund_id: str
    asked: Money
    approved: Money | None = None
    rejected: bool = False
    paid: bool = False


@dataclass(frozen=True, slots=True)
class Order(OrderState):
    """What finance knows and decided; `invoices` has an id once for each version."""

    sale: Sale = UNHEARD
    payments: tuple[Payment, ...] = ()
    invoices: tuple[str, ...] = ()
    refunds: tuple[Refund, ...] = ()

    @property
    def paid(self) -> int:
        return sum(each.approved.minor for each in self.payments if each.approved)

    @property
    def refunded(self) -> int:
        """Approved, whether it is paid back already or not."""
        return sum(each.approved.minor for each in self.refunds if each.approved)


def decide(order: Order, command: Command) -> tuple[Event, ...]:
    """Raises Refused with the field and what would be right."""
    match command:
        case ApprovePayment() | DeclinePayment():
            return (_pay(order, command),)
        case IssueInvoice() | CorrectInvoice():
            return (_invoice(order, command),)
        case ApproveRefund() | RejectRefund() | PayRefund():
            return (_refund(order, command),)
        case _:
            assert_never(command)


def _pay(order: Order, command: Paying) -> Paid:
    sale = running(order.order, order.sale)
    rules.new_id("payment_id", command.payment_id, [each.payment_id for each in order.payments])
    rules.money("amount", command.amount, at_least=1, currency=sale.total.currency)
    why = _judged(command)
    if isinstance(command, DeclinePayment):
        return says.PaymentDeclined(command.payment_id, command.amount, *why)
    if command.amount.minor > (owed := sale.total.minor - order.paid):
        raise conflict(
            "amount",
            f"{command.amount.minor} is more than the {owed} that order {order.order} still owes"
            f" of its {sale.total.minor}; approve {owed} at most.",
        )
    if command.ship_by:
        rules.deadline("ship_by", command.ship_by, command.context.now)
    return says.PaymentApproved(command.payment_id, command.amount, command.ship_by, *why)


def _judged(command: Judgement) -> tuple[str, str, int]:
    rules.text("policy", command.policy)
    rules.text("reason_code", command.reason_code)
    rules.number("level", command.level, 0, LEVEL_LIMIT)
    return command.policy, command.reason_code, command.level


def _invoice(order: Order, command: Invoicing) -> Invoiced:
    sale = known(order.order, order.sale)
    if sale.cancelled and not order.paid:
        raise conflict(
            "order", f"Order {order.order} was cancelled unpaid; nothing is to be billed."
        )
    rules.lines("lines", command.lines)
    rules.money("tax", command.tax, currency=sale.total.currency)
    rules.money("total", command.total, currency=sale.total.currency)
    rules.total("total", command.total, command.lines, command.tax)
    content = (command.lines, command.tax, command.total)
    if isinstance(command, IssueInvoice):
        rules.new_id("invoice_id", command.invoice_id, order.invoices)
        return says.InvoiceIssued(command.invoice_id, *content)
    version = rules.next_version("invoice_id", command.invoice_id, order.invoices)
    return says.InvoiceCorrected(command.invoice_id, version, *content)


def _refund(order: Order, command: Refunding) -> Refunded:
    rules.identifier("refund_id", command.refund_id)
    refund = next((each for each in order.refunds if each.refund_id == command.refund_id), None)
    if refund is None:
        raise not_yet("refund_id", f"Support was not heard asking for {command.refund_id!r} here.")
    match command:
        case PayRefund():
            return _pay_back(refund, command)
        case ApproveRefund():
            _undecided(refund)
            for currency in (refund.asked.currency, order.sale.total.currency):
                rules.money("amount", command.amount, at_least=1, currency=currency)
            _affordable(order, refund, command.amount.minor)
            return says.RefundApproved(refund.refund_id, command.amount, *_judged(command))
        case RejectRefund():
            _undecided(refund)
            return says.RefundRejected(refund.refund_id, *_judged(command))


def _undecided(refund: Refund) -> None:
    if refund.approved or refund.rejected:
        raise conflict("refund_id", f"Refund {refund.refund_id} is decided already.")


def _affordable(order: Order, refund: Refund, amount: int) -> None:
    if amount > (limit := min(refund.asked.minor, order.paid - order.refunded)):
        raise conflict(
            "amount",
            f"{amount} is too much: {refund.asked.minor} was asked for, {order.paid} was paid and"
            f" {order.refunded} of it is refunded already; approve {limit} at most.",
        )


def _pay_back(refund: Refund, command: PayRefund) -> says.RefundPaid:
    if refund.approved is None or refund.paid:
        state = "paid already" if refund.paid else "not approved"
        raise conflict("refund_id", f"Refund {refund.refund_id} is {state}.")
    if command.amount != refund.approved:
        raise conflict("amount", f"{command.amount} is not the approved {refund.approved}.")
    return says.RefundPaid(refund.refund_id, command.amount)


def evolve(order: Order, event: Event) -> Order:
    match event:
        case says.PaymentApproved() | says.PaymentDeclined():
            approved = event.amount if isinstance(event, says.PaymentApproved) else None
            payment = Payment(event.payment_id, approved)
            return replace(order, payments=(*order.payments, payment))
        case says.InvoiceIssued() | says.InvoiceCorrected():
            return replace(order, invoices=(*order.invoices, event.invoice_id))
        case OrderPlaced() | OrderAmended() | OrderCancelled():
            return replace(order, sale=told(order.sale, event))
        case _:
            return _refunded(order, event)


def _refunded(order: Order, event: Refunded) -> Order:
    refunds = {each.refund_id: each for each in order.refunds}
    match event:
        case RefundRequested():
            refund = refunds.get(event.refund_id) or Refund(event.refund_id, event.amount)
        case says.RefundApproved():
            refund = replace(refunds[event.refund_id], approved=event.amount)
        case says.RefundRejected():
            refund = replace(refunds[event.refund_id], rejected=True)
        case says.RefundPaid():
            refund = replace(refunds[event.refund_id], paid=True)
    refunds[event.refund_id] = refund
    return replace(order, refunds=tuple(refunds[each] for each in sorted(refunds)))
