"""What sales decides: placing, amending, promising, cancelling orders. Pure: no clock, no I/O."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from services.shared.department import rules
from services.shared.department.commands import OrderCommand
from services.shared.department.orders import OrderState
from services.shared.department.rules import conflict, not_found
from services.shared.events.common import Address, Line, Money, Priority
from services.shared.events.sales import (
    DeliveryPromised,
    OrderAmended,
    OrderCancelled,
    OrderPlaced,
)


@dataclass(frozen=True, slots=True)
class PlaceOrder(OrderCommand):
    customer: str
    lines: tuple[Line, ...]
    total: Money
    promised_by: datetime
    priority: Priority
    ship_to: Address


@dataclass(frozen=True, slots=True)
class AmendOrder(OrderCommand):
    """The order as it shall be now, whole."""

    lines: tuple[Line, ...]
    total: Money
    promised_by: datetime
    priority: Priority
    ship_to: Address


@dataclass(frozen=True, slots=True)
class CancelOrder(OrderCommand):
    reason: str


@dataclass(frozen=True, slots=True)
class PromiseDelivery(OrderCommand):
    promised_by: datetime


Command = PlaceOrder | AmendOrder | CancelOrder | PromiseDelivery
Event = OrderPlaced | OrderAmended | OrderCancelled | DeliveryPromised


@dataclass(frozen=True, slots=True)
class Sale:
    """What was sold and for when, as last amended."""

    lines: tuple[Line, ...]
    total: Money
    promised_by: datetime
    priority: Priority
    ship_to: Address


@dataclass(frozen=True, slots=True)
class Order(OrderState):
    """`version` counts from 1 with each change of what was sold or for when."""

    version: int = 0
    sale: Sale | None = None
    cancelled: bool = False


def decide(order: Order, command: Command) -> tuple[Event, ...]:
    """Raises Refused with the field and what would be right."""
    match command:
        case PlaceOrder():
            return _place(order, command)
        case AmendOrder():
            return _amend(order, command)
        case PromiseDelivery():
            return _promise(order, command)
        case CancelOrder():
            return _cancel(order, command)
        case _:
            assert_never(command)


def evolve(order: Order, event: Event) -> Order:
    match event:
        case OrderPlaced():
            return replace(order, version=1, sale=_sale(event))
        case OrderAmended():
            return replace(order, version=event.version, sale=_sale(event))
        case DeliveryPromised():
            assert order.sale, "decide promises a delivery of a placed order only"
            sale = replace(order.sale, promised_by=event.promised_by)
            return replace(order, version=event.version, sale=sale)
        case OrderCancelled():
            return replace(order, cancelled=True)
        case _:
            assert_never(event)


def _place(order: Order, command: PlaceOrder) -> tuple[Event, ...]:
    if order.sale:
        raise conflict(
            "order",
            f"Order {order.order} is placed already; amend it, or give the new order its own id.",
        )
    sale = _checked(command)
    return (OrderPlaced(sale.lines, sale.total, sale.promised_by, sale.priority, sale.ship_to),)


def _amend(order: Order, command: AmendOrder) -> tuple[Event, ...]:
    placed = _running(order)
    rules.money("total", command.total, currency=placed.total.currency)
    sale = _checked(command)
    if sale == placed:
        return ()
    return (
        OrderAmended(
            order.version + 1,
            sale.lines,
            sale.total,
            sale.promised_by,
            sale.priority,
            sale.ship_to,
        ),
    )


def _promise(order: Order, command: PromiseDelivery) -> tuple[Event, ...]:
    placed = _running(order)
    rules.deadline("promised_by", command.promised_by, command.context.now)
    if command.promised_by == placed.promised_by:
        return ()
    return (DeliveryPromised(order.version + 1, command.promised_by),)


def _cancel(order: Order, command: CancelOrder) -> tuple[Event, ...]:
    _running(order)
    rules.text("reason", command.reason)
    return (OrderCancelled(command.reason),)


def _running(order: Order) -> Sale:
    if order.sale is None:
        raise not_found("order", f"Order {order.order} was never placed; place it first.")
    if order.cancelled:
        raise conflict("order", f"Order {order.order} is cancelled; place a new order instead.")
    return order.sale


def _checked(command: PlaceOrder | AmendOrder) -> Sale:
    rules.lines("lines", command.lines)
    rules.total("total", command.total, command.lines)
    rules.deadline("promised_by", command.promised_by, command.context.now)
    rules.priority("priority", command.priority)
    rules.address("ship_to", command.ship_to)
    return _sale(command)


def _sale(told: PlaceOrder | AmendOrder | OrderPlaced | OrderAmended) -> Sale:
    return Sale(told.lines, told.total, told.promised_by, told.priority, told.ship_to)
