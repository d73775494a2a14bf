"""A few invented orders written as Olist's files, under either of their names.

No row of the real data is in here.
"""

import csv
import gzip
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

Row = dict[str, str]

ORDERS: tuple[Row, ...] = (
    {
        "order_id": "kept",
        "purchased_at": "2017-11-06T10:00:00",
        "approved_at": "2017-11-07T10:00:00",
        "carrier_at": "2017-11-08T10:00:00",
        "delivered_at": "2017-11-10T10:00:00",
        "estimated_date": "2017-11-20T00:00:00",
        "ship_limit_at": "2017-11-09T10:00:00",
        "review_score": "5",
        "review_at": "2017-11-11T00:00:00",
        "review_answered_at": "2017-11-12T10:00:00",
    },
    {
        "order_id": "late",
        "purchased_at": "2017-11-06T11:00:00",
        "approved_at": "2017-11-06T12:00:00",
        "carrier_at": "2017-11-20T10:00:00",
        "delivered_at": "2017-11-21T00:00:01",
        "estimated_date": "2017-11-20T00:00:00",
        "ship_limit_at": "2017-11-10T00:00:00",
        "review_score": "1",
        "review_at": "2017-11-22T00:00:00",
        "review_answered_at": "2017-11-30T10:00:00",
    },
    {
        "order_id": "forgotten",
        "purchased_at": "2017-11-06T12:00:00",
        "approved_at": "2017-11-06T13:00:00",
        "carrier_at": "",
        "delivered_at": "",
        "estimated_date": "2017-11-20T00:00:00",
        "ship_limit_at": "",
        "review_score": "",
        "review_at": "",
        "review_answered_at": "",
    },
)

ITEMS: tuple[Row, ...] = tuple(
    {
        "order_id": order,
        "order_item_id": number,
        "seller_id": "s1",
        "shipping_limit_date": limit,
        "price": "50.00",
        "freight_value": "9.90",
    }
    for order, number, limit in (
        ("kept", "1", "2017-11-08T00:00:00"),
        ("kept", "2", "2017-11-09T10:00:00"),
        ("late", "1", "2017-11-10T00:00:00"),
    )
)

PAYMENTS: tuple[Row, ...] = tuple(
    {
        "order_id": order,
        "payment_sequential": number,
        "payment_type": "voucher",
        "payment_installments": "1",
        "payment_value": amount,
    }
    for order, number, amount in (("kept", "1", "100.00"), ("kept", "2", "19.80"))
)

PUBLIC_NAMES = {
    "order_id": "order_id",
    "purchased_at": "order_purchase_timestamp",
    "approved_at": "order_approved_at",
    "carrier_at": "order_delivered_carrier_date",
    "delivered_at": "order_delivered_customer_date",
    "estimated_date": "order_estimated_delivery_date",
}


def write_joined(
    folder: Path,
    orders: Iterable[Row] = ORDERS,
    items: Iterable[Row] = ITEMS,
    payments: Iterable[Row] = PAYMENTS,
) -> Path:
    """One table an order, its items and its payments, gzipped."""
    _write(folder / "olist_orders.csv.gz", orders)
    _write(folder / "olist_items.csv.gz", items)
    _write(folder / "olist_payments.csv.gz", payments)
    return folder


def write_public(
    folder: Path,
    orders: Iterable[Row] = ORDERS,
    items: Iterable[Row] = ITEMS,
    payments: Iterable[Row] = PAYMENTS,
) -> Path:
    """The same orders as the public files have them: reviews apart, comments of several lines."""
    orders = list(orders)
    _write(folder / "olist_orders_dataset.csv", map(_public_order, orders))
    _write(
        folder / "olist_order_items_dataset.csv",
        [
            {**row, "shipping_limit_date": row["shipping_limit_date"].replace("T", " ")}
            for row in items
        ],
    )
    _write(folder / "olist_order_payments_dataset.csv", payments)
    _write(
        folder / "olist_order_reviews_dataset.csv",
        [_public_review(order) for order in orders if order["review_at"]],
    )
    return folder


def _public_order(order: Mapping[str, str]) -> Row:
    dates = {public: order[name].replace("T", " ") for name, public in PUBLIC_NAMES.items()}
    return {**dates, "customer_id": f"customer-of-{order['order_id']}", "order_status": "shipped"}


def _public_review(order: Mapping[str, str]) -> Row:
    return {
        "review_id": f"review-of-{order['order_id']}",
        "order_id": order["order_id"],
        "review_score": order["review_score"],
        "review_comment_title": "",
        "review_comment_message": 'Chegou, "enfim".\r\nObrigado',
        "review_creation_date": order["review_at"].replace("T", " "),
        "review_answer_timestamp": order["review_answered_at"].replace("T", " "),
    }


def _write(path: Path, rows: Iterable[Row]) -> None:
    rows = list(rows)
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "wt", encoding="utf-8", newline="") as file:
        quoting: Literal[0, 2] = csv.QUOTE_MINIMAL if path.suffix == ".gz" else csv.QUOTE_NONNUMERIC
        writer = csv.DictWriter(file, list(rows[0]), quoting=quoting)
        writer.writeheader()
        writer.writerows(rows)
