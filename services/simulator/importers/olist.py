"""Olist's marketplace orders (Brazil, 2016 to 2018) as the events of four departments.

Read are its public files, or the one table an order that they are often joined to. The data has no
moment of cancellation, so nothing is ever cancelled. Every review is a fact of its own, also where
an order has several: to take only the last would be to know the future.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from services.shared.clock import SECOND, Instant
from services.shared.events.common import Line, Money
from services.shared.subjects import Kind
from services.simulator.importers.errors import BadValue
from services.simulator.importers.history import History, Moment
from services.simulator.importers.olist_events import Order, Review, moments_of
from services.simulator.importers.tables import Report, Row, find, read

CURRENCY = "BRL"
SCORES = range(1, 6)
_DAY = 86_400 * SECOND
_ITEMS = ("order_id", "order_item_id", "shipping_limit_date", "price", "freight_value")
_PAYMENTS = ("order_id", "payment_sequential", "payment_value")
_REVIEWS = (
    "review_id",
    "order_id",
    "review_score",
    "review_creation_date",
    "review_answer_timestamp",
)
_AMOUNTS_OF_ORDER = ("price", "freight", "pay_value")


@dataclass(frozen=True, slots=True)
class Columns:
    """How a form of the data names what it says of an order; `files` begins with the orders."""

    files: tuple[str, ...]
    purchased_at: str
    approved_at: str
    carrier_at: str
    delivered_at: str
    estimated: str
    joined: tuple[str, ...] = ()

    @property
    def of_orders(self) -> tuple[str, ...]:
        dates = (self.purchased_at, self.approved_at, self.carrier_at, self.delivered_at)
        return ("order_id", *dates, self.estimated, *self.joined)


FORMS = {
    "public": Columns(
        (
            "olist_orders_dataset.csv",
            "olist_order_items_dataset.csv",
            "olist_order_payments_dataset.csv",
            "olist_order_reviews_dataset.csv",
        ),
        "order_purchase_timestamp",
        "order_approved_at",
        "order_delivered_carrier_date",
        "order_delivered_customer_date",
        "order_estimated_delivery_date",
    ),
    "joined": Columns(
        ("olist_orders.csv", "olist_items.csv", "olist_payments.csv"),
        "purchased_at",
        "approved_at",
        "carrier_at",
        "delivered_at",
        "estimated_date",
        ("ship_limit_at", "review_score", "review_at", "review_answered_at"),
    ),
}


@dataclass(slots=True)
class Parts:
    """What other files say of orders, by order; `seen` holds the ids of rows, by file."""

    lines: dict[str, list[Line]] = field(default_factory=lambda: defaultdict(list))
    price: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    ship_by: dict[str, Instant] = field(default_factory=dict)
    paid: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    reviews: dict[str, list[Review]] = field(default_factory=lambda: defaultdict(list))
    seen: set[tuple[str, ...]] = field(default_factory=set)

    def once(self, kind: str, *ids: str) -> None:
        if (kind, *ids) in self.seen:
            raise BadValue(f"{kind} {' '.join(ids)} is there already; the first one counts.")
        self.seen.add((kind, *ids))

    def take_item(self, row: Row) -> None:
        order, number = row.needed("order_id"), row.needed("order_item_id")
        ship_by = row.moment("shipping_limit_date")
        price, freight = row.cents("price") or 0, row.cents("freight_value") or 0
        self.once("order_item_id", order, number)
        sku = row.text("product_id") or f"item-{number}"
        self.lines[order].append(Line(sku, 1, Money(price, CURRENCY)))
        self.price[order] += price + freight
        if ship_by is not None:
            self.ship_by[order] = max(ship_by, self.ship_by.get(order, ship_by))

    def take_payment(self, row: Row) -> None:
        order, number = row.needed("order_id"), row.needed("payment_sequential")
        amount = row.cents("payment_value") or 0
        self.once("payment_sequential", order, number)
        self.paid[order] += amount

    def take_review(self, row: Row) -> None:
        id, order = row.needed("review_id"), row.needed("order_id")
        review = _review(row, id, "review_creation_date", "review_answer_timestamp")
        self.once("review_id", id, order)
        if review:
            self.reviews[order].append(review)


def history(folder: Path, report: Report) -> History:
    """The events of all orders in `folder`; raises UnreadableData where files are missing."""
    form, (orders, items, payments, *reviews) = find(
        folder, {name: form.files for name, form in FORMS.items()}
    )
    parts, columns = Parts(), FORMS[form]
    read(items, _ITEMS, parts.take_item, report)
    read(payments, _PAYMENTS, parts.take_payment, report)
    for path in reviews:
        read(path, _REVIEWS, parts.take_review, report)
    moments: list[Moment] = []
    read(
        orders,
        columns.of_orders,
        lambda row: moments.extend(moments_of(order_of(row, columns, parts))),
        report,
    )
    return History.of(moments, (orders, items, payments, *reviews))


def order_of(row: Row, columns: Columns, parts: Parts) -> Order:
    """Raises BadValue where the row is no order."""
    id = row.subject_id("order_id", Kind.ORDER)
    for column in _AMOUNTS_OF_ORDER:
        row.cents(column)
    total = parts.paid[id] if id in parts.paid else parts.price.get(id, 0)
    reviews = parts.reviews.get(id, [])
    if columns.joined:
        joined = _review(row, id, "review_at", "review_answered_at")
        reviews = [joined] if joined else []
    order = Order(
        id,
        row.text("customer_id"),
        row.text("customer_zip3"),
        row.needed_moment(columns.purchased_at),
        row.moment(columns.approved_at),
        row.moment(columns.carrier_at),
        row.moment(columns.delivered_at),
        _next_day(row.needed_moment(columns.estimated)),
        row.moment("ship_limit_at") if columns.joined else parts.ship_by.get(id),
        tuple(parts.lines.get(id, ())),
        Money(total, CURRENCY),
        tuple(reviews),
    )
    parts.once("order_id", id)
    return order


def _review(row: Row, id: str, received: str, answered: str) -> Review | None:
    at, answered_at = row.moment(received), row.moment(answered)
    return Review(id, row.whole("review_score", SCORES), at, answered_at) if at else None


def _next_day(at: Instant) -> Instant:
    """The estimated date is promised to its end."""
    return at - at % _DAY + _DAY
