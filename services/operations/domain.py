"""What operations decides from acceptance to delivery of an order. Pure: no clock, no I/O.

The facts of sales and finance may come in any order and twice: the same facts, the same state.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from services.shared.department import rules
from services.shared.department.commands import OrderCommand
from services.shared.department.orders import UNHEARD, OrderState, Sale, Sold, running, told
from services.shared.department.rules import conflict
from services.shared.events import operations as says
from services.shared.events.common import Address, Line
from services.shared.events.finance import PaymentApproved, PaymentDeclined

PART_LIMIT = 100
"""Parcels of one order, and shortages: each keeps its lines."""


@dataclass(frozen=True, slots=True)
class AcceptOrder(OrderCommand):
    ship_by: datetime


@dataclass(frozen=True, slots=True)
class ReturnOrder(OrderCommand):
    missing: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class ReserveStock(OrderCommand):
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class ReportMissingStock(OrderCommand):
    shortage_id: str
    lines: tuple[Line, ...]
    expected_by: datetime | None


@dataclass(frozen=True, slots=True)
class ReportArrivedStock(OrderCommand):
    shortage_id: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class StartPick(OrderCommand):
    warehouse: str


@dataclass(frozen=True, slots=True)
class HandOverParcel(OrderCommand):
    parcel_id: str
    carrier: str
    lines: tuple[Line, ...]
    ship_to: Address


@dataclass(frozen=True, slots=True)
class ConfirmDelivery(OrderCommand):
    parcel_id: str
    carrier: str


Reply = AcceptOrder | ReturnOrder
Stock = ReserveStock | ReportMissingStock | ReportArrivedStock
Shipping = StartPick | HandOverParcel | ConfirmDelivery
Command = Reply | Stock | Shipping
Replied = says.OrderAccepted | says.OrderReturnedIncomplete
Stocked = says.StockReserved | says.StockMissing | says.StockArrived
Shipped = says.PickStarted | says.ParcelHandedOver | says.ParcelDelivered
Event = Sold | PaymentApproved | PaymentDeclined | Replied | Stocked | Shipped


@dataclass(frozen=True, slots=True)
class Order(OrderState):
    """What operations knows of an order, and what it did for it."""

    sale: Sale = UNHEARD
    payments: tuple[PaymentApproved, ...] = ()
    declined: tuple[str, ...] = ()
    accepted: bool = False
    returned: bool = False
    reserved: bool = False
    shortages: tuple[says.StockMissing, ...] = ()
    arrived: tuple[str, ...] = ()
    picking: bool = False
    parcels: tuple[says.ParcelHandedOver, ...] = ()
    delivered: tuple[str, ...] = ()


def decide(order: Order, command: Command) -> tuple[Event, ...]:
    """Raises Refused with the field and what would be right."""
    match command:
        case AcceptOrder() | ReturnOrder():
            return (_reply(order, command),)
        case ReserveStock() | ReportMissingStock() | ReportArrivedStock():
            return (_stock(order, command),)
        case StartPick() | HandOverParcel() | ConfirmDelivery():
            return (_ship(order, command),)
        case _:
            assert_never(command)


def _reply(order: Order, command: Reply) -> Replied:
    sale = running(order.order, order.sale)
    if order.accepted:
        raise conflict("order", f"Order {order.order} is accepted already.")
    if isinstance(command, AcceptOrder):
        rules.deadline("ship_by", command.ship_by, command.context.now)
        return says.OrderAccepted(command.ship_by)
    if order.returned:
        raise conflict("order", f"Order {order.order} was returned; sales has to amend it first.")
    rules.texts("missing", command.missing)
    rules.optional_text("note", command.note)
    return says.OrderReturnedIncomplete(sale.version, command.missing, command.note)


def _stock(order: Order, command: Stock) -> Stocked:
    sale = running(order.order, order.sale)
    rules.lines("lines", command.lines)
    match command:
        case ReserveStock():
            if order.reserved:
                raise conflict("order", f"Stock for order {order.order} is reserved already.")
            rules.within("lines", command.lines, sale.lines, "the order has")
            return says.StockReserved(command.lines)
        case ReportMissingStock():
            shortages = [each.shortage_id for each in order.shortages]
            rules.new_id("shortage_id", command.shortage_id, shortages, PART_LIMIT)
            rules.within("lines", command.lines, sale.lines, "the order has")
            if command.expected_by:
                rules.deadline("expected_by", command.expected_by, command.context.now)
            return says.StockMissing(command.shortage_id, command.lines, command.expected_by)
        case ReportArrivedStock():
            missing = {each.shortage_id: each.lines for each in order.shortages}
            rules.known_id("shortage_id", command.shortage_id, missing, order.arrived)
            whole = f"shortage {command.shortage_id} has"
            rules.within("lines", command.lines, missing[command.shortage_id], whole)
            return says.StockArrived(command.shortage_id, command.lines)


def _ship(order: Order, command: Shipping) -> Shipped:
    match command:
        case StartPick():
            _paid(order)
            if order.picking:
                raise conflict("order", f"Order {order.order} is being picked already.")
            rules.text("warehouse", command.warehouse)
            return says.PickStarted(command.warehouse)
        case HandOverParcel():
            _paid(order)
            return _hand_over(order, command)
        case ConfirmDelivery():
            carriers = {each.parcel_id: each.carrier for each in order.parcels}
            rules.known_id("parcel_id", command.parcel_id, carriers, order.delivered)
            if command.carrier != (carrier := carriers[command.parcel_id]):
                raise rules.invalid(
                    "carrier", f"is {command.carrier!r}; {carrier!r} has the parcel"
                )
            return says.ParcelDelivered(command.parcel_id, command.carrier)


def _paid(order: Order) -> None:
    sale = running(order.order, order.sale)
    paid = sum(payment.amount.minor for payment in order.payments)
    if paid < sale.total.minor:
        raise rules.not_yet(
            "order",
            f"Finance approved {paid} of the {sale.total.minor} {sale.total.currency} that order"
            f" {order.order} costs ({len(order.declined)} payments declined); unpaid, it stays.",
        )


def _hand_over(order: Order, command: HandOverParcel) -> says.ParcelHandedOver:
    parcels = [each.parcel_id for each in order.parcels]
    rules.new_id("parcel_id", command.parcel_id, parcels, PART_LIMIT)
    rules.text("carrier", command.carrier)
    rules.lines("lines", command.lines)
    sent = [line for parcel in order.parcels for line in parcel.lines]
    rules.within("lines", [*sent, *command.lines], order.sale.lines, "with what was sent;")
    rules.address("ship_to", command.ship_to)
    return says.ParcelHandedOver(command.parcel_id, command.carrier, command.lines, command.ship_to)


def evolve(order: Order, event: Event) -> Order:
    match event:
        case PaymentApproved():
            others = [each for each in order.payments if each.payment_id != event.payment_id]
            payments = sorted([*others, event], key=lambda payment: payment.payment_id)
            return replace(order, payments=tuple(payments))
        case PaymentDeclined():
            return replace(order, declined=tuple(sorted({*order.declined, event.payment_id})))
        case says.OrderAccepted() | says.OrderReturnedIncomplete():
            return _replied(order, event)
        case says.StockReserved() | says.StockMissing() | says.StockArrived():
            return _stocked(order, event)
        case says.PickStarted() | says.ParcelHandedOver() | says.ParcelDelivered():
            return _shipped(order, event)
        case _:
            sale = told(order.sale, event)
            return replace(order, sale=sale, returned=order.returned and sale == order.sale)


def _replied(order: Order, event: Replied) -> Order:
    if isinstance(event, says.OrderAccepted):
        return replace(order, accepted=True)
    return replace(order, returned=True)


def _stocked(order: Order, event: Stocked) -> Order:
    match event:
        case says.StockReserved():
            return replace(order, reserved=True)
        case says.StockMissing():
            return replace(order, shortages=(*order.shortages, event))
        case says.StockArrived():
            return replace(order, arrived=(*order.arrived, event.shortage_id))


def _shipped(order: Order, event: Shipped) -> Order:
    match event:
        case says.PickStarted():
            return replace(order, picking=True)
        case says.ParcelHandedOver():
            return replace(order, parcels=(*order.parcels, event))
        case says.ParcelDelivered():
            return replace(order, delivered=(*order.delivered, event.parcel_id))
