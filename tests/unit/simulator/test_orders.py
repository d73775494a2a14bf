"""The dates of the simulated company's orders: when a paid order leaves, and what a delay moves."""

from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest

from services.simulator.company import purchases
from services.simulator.orders import Order, ship_by

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("approved_on", "leaves_on"), [(0, 1), (3, 4), (4, 7), (5, 7), (6, 7), (7, 8)]
)
def test_a_paid_order_leaves_on_the_next_weekday(approved_on: int, leaves_on: int) -> None:
    for hour in (0, 23):
        approved_at = MONDAY + timedelta(days=approved_on, hours=hour)
        assert ship_by(approved_at) == MONDAY + timedelta(days=leaves_on, hours=19)


def test_a_delayed_parcel_is_promised_later_than_at_first() -> None:
    for purchase in islice(purchases(1), 50):
        order = Order(purchase)
        assert order.later_promised_by - order.promised_by == timedelta(days=3)
