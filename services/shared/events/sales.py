"""What sales tells the others: what was sold, for when, and what is planned."""

from dataclasses import dataclass
from datetime import datetime

from services.shared.events.common import Address, Line, Money, Priority


@dataclass(frozen=True, slots=True)
class OrderPlaced:
    lines: tuple[Line, ...]
    total: Money
    promised_by: datetime
    priority: Priority
    ship_to: Address


@dataclass(frozen=True, slots=True)
class OrderAmended:
    version: int
    lines: tuple[Line, ...]
    total: Money
    promised_by: datetime
    priority: Priority
    ship_to: Address


@dataclass(frozen=True, slots=True)
class OrderCancelled:
    reason: str


@dataclass(frozen=True, slots=True)
class DeliveryPromised:
    version: int
    promised_by: datetime


@dataclass(frozen=True, slots=True)
class DiscountRequested:
    discount_id: str
    amount: Money
    reason: str


@dataclass(frozen=True, slots=True)
class PromotionPlanned:
    name: str
    starts_at: datetime
    ends_at: datetime
    expected_orders: int
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PromotionStarted:
    name: str
    expected_orders: int
