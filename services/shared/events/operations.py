"""What operations tells the others: what it accepted, has in stock, sent and delivered."""

from dataclasses import dataclass
from datetime import datetime

from services.shared.events.common import Address, Line


@dataclass(frozen=True, slots=True)
class OrderAccepted:
    ship_by: datetime


@dataclass(frozen=True, slots=True)
class OrderReturnedIncomplete:
    version: int
    missing: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class StockReserved:
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class StockMissing:
    shortage_id: str
    lines: tuple[Line, ...]
    expected_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class StockArrived:
    shortage_id: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class PickStarted:
    warehouse: str


@dataclass(frozen=True, slots=True)
class ParcelHandedOver:
    parcel_id: str
    carrier: str
    lines: tuple[Line, ...]
    ship_to: Address


@dataclass(frozen=True, slots=True)
class ParcelDelivered:
    parcel_id: str
    carrier: str


@dataclass(frozen=True, slots=True)
class CapacityDeclared:
    process: str
    from_at: datetime
    until_at: datetime
    orders: int


@dataclass(frozen=True, slots=True)
class PromotionAccepted:
    orders: int


@dataclass(frozen=True, slots=True)
class PromotionDeclined:
    orders: int
    reason: str
