"""What finance tells the others: what it approved, declined, invoiced and paid back, and why."""

from dataclasses import dataclass
from datetime import datetime

from services.shared.events.common import Line, Money


@dataclass(frozen=True, slots=True)
class PaymentApproved:
    payment_id: str
    amount: Money
    ship_by: datetime | None
    policy: str
    reason_code: str
    level: int


@dataclass(frozen=True, slots=True)
class PaymentDeclined:
    payment_id: str
    amount: Money
    policy: str
    reason_code: str
    level: int


@dataclass(frozen=True, slots=True)
class DiscountApproved:
    discount_id: str
    amount: Money
    policy: str
    reason_code: str
    level: int


@dataclass(frozen=True, slots=True)
class DiscountRejected:
    discount_id: str
    policy: str
    reason_code: str
    level: int


@dataclass(frozen=True, slots=True)
class InvoiceDrafted:
    invoice_id: str
    lines: tuple[Line, ...]
    tax: Money
    total: Money


@dataclass(frozen=True, slots=True)
class InvoiceIssued:
    invoice_id: str
    lines: tuple[Line, ...]
    tax: Money
    total: Money


@dataclass(frozen=True, slots=True)
class InvoiceCorrected:
    invoice_id: str
    version: int
    lines: tuple[Line, ...]
    tax: Money
    total: Money


@dataclass(frozen=True, slots=True)
class RefundApproved:
    refund_id: str
    amount: Money
    policy: str
    reason_code: str
    level: int


@dataclass(frozen=True, slots=True)
class RefundRejected:
    refund_id: str
    policy: str
    reason_code: str
    level: int


@dataclass(frozen=True, slots=True)
class RefundPaid:
    refund_id: str
    amount: Money
