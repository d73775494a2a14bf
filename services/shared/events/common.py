"""The parts that several parties' events are made of."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class OpenEnum(StrEnum):
    """A list of words that may grow: a number of a newer sender is kept as UNKNOWN(n)."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str) or not re.fullmatch(r"UNKNOWN\(\d+\)", value):
            return None
        member = str.__new__(cls, value)
        member._name_ = member._value_ = value
        return member


class Priority(OpenEnum):
    """How urgent the customer's order is."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents) of an ISO 4217 currency."""

    minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an order, a parcel or an invoice; `price` is of one piece."""

    sku: str
    quantity: int
    price: Money | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """Where a parcel goes, without the person: that stays in the department that needs it."""

    street: str
    postcode: str
    city: str
    country: str
