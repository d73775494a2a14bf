"""What tests begin with: an order of one chair on a Monday morning, unless they say otherwise."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from services.shared.department.commands import CommandContext
from services.shared.events.common import Address, Line, Money, Priority
from services.shared.events.sales import OrderPlaced

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def at(time: str, *, days: int = 0) -> datetime:
    """`09:00` of the tests' Monday, or of a day before or after it."""
    hours, minutes = (int(part) for part in time.split(":"))
    return MONDAY + timedelta(days=days, hours=hours, minutes=minutes)


def a_context(now: datetime | None = None, **changes: Any) -> CommandContext:  # noqa: ANN401
    """Of a command at 09:00, under a key of its own."""
    fields = {"idempotency_key": uuid4().hex, "actor": "ada", "channel": "shop"}
    return CommandContext(**(fields | {"now": now or at("09:00")} | changes))


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def a_line(sku: str = "chair", quantity: int = 1, price: Money | None = None) -> Line:
    return Line(sku, quantity, price)


def an_address(**changes: str) -> Address:
    fields = {"street": "Lindenweg 7", "postcode": "10969", "city": "Berlin", "country": "DE"}
    return Address(**(fields | changes))


def an_order(**changes: Any) -> OrderPlaced:  # noqa: ANN401 - any of its fields
    """One chair for 50.00 EUR, promised for Friday."""
    fields: dict[str, Any] = {
        "lines": (a_line("chair", 1, eur(5_000)),),
        "total": eur(5_000),
        "promised_by": at("17:00", days=4),
        "priority": Priority.NORMAL,
        "ship_to": an_address(),
    }
    return OrderPlaced(**(fields | changes))
