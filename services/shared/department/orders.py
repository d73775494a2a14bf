"""What departments know of an order: whose it is, and what sales' events told of it.

Events may come in any order and twice: the same events, the same knowledge.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from services.shared.department.commands import About
from services.shared.department.handling import Parts
from services.shared.department.rules import conflict, not_yet
from services.shared.events.common import Line, Money
from services.shared.events.sales import OrderAmended, OrderCancelled, OrderPlaced
from services.shared.subjects import Kind


@dataclass(frozen=True, slots=True)
class OrderState:
    """What a department keeps of one order begins with these; a subclass adds its own."""

    order: str
    customer: str

    @property
    def about(self) -> About:
        return About(self.order, self.customer)

    @property
    def parts(self) -> Parts:
        return {Kind.ORDER: self}


K = TypeVar("K", bound=OrderState)


def recall(of: type[K]) -> Callable[[About, Parts], K]:
    """How a department that decides about one order finds its state in what is kept."""

    def order_of(about: About, parts: Parts) -> K:
        order = parts.get(Kind.ORDER)
        if not isinstance(order, of):
            return of(about.order, about.customer)
        return replace(order, customer=order.customer or about.customer)

    return order_of


Sold = OrderPlaced | OrderAmended | OrderCancelled
_NOTHING = Money(0, "")


@dataclass(frozen=True, slots=True)
class Sale:
    """The order as last amended; `version` 0 means that sales was not heard of it yet."""

    version: int = 0
    amended: bool = False
    lines: tuple[Line, ...] = ()
    total: Money = _NOTHING
    cancelled: bool = False


UNHEARD = Sale()


def told(sale: Sale, event: Sold) -> Sale:
    """What is older than the known version says nothing; a cancellation stays.

    Any amendment is newer than the order as it was placed, wherever its sender counts from.
    """
    if isinstance(event, OrderCancelled):
        return replace(sale, cancelled=True)
    amended = isinstance(event, OrderAmended)
    version = event.version if isinstance(event, OrderAmended) else 1
    if (version, amended) <= (sale.version, sale.amended):
        return sale
    return Sale(version, amended, event.lines, event.total, sale.cancelled)


def known(order: str, sale: Sale) -> Sale:
    """The sale; raises Refused where sales was not heard of this order."""
    if not sale.version:
        raise not_yet("order", f"Sales was not heard of order {order} here.")
    return sale


def running(order: str, sale: Sale) -> Sale:
    """The sale; raises Refused where it is not known or cancelled."""
    if sale.cancelled:
        raise conflict("order", f"Sales cancelled order {order}; nothing more is done for it.")
    return known(order, sale)
