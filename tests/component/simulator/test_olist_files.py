"""Olist's files in both forms to one history, and what becomes of bad rows."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from services.shared.events.common import Line, Money
from services.shared.events.finance import PaymentApproved
from services.shared.events.sales import OrderPlaced
from services.simulator.importers.errors import UnreadableData
from services.simulator.importers.history import History
from services.simulator.importers.olist import history
from services.simulator.importers.tables import BadRow
from tests.olist_files import ITEMS, ORDERS, PAYMENTS, Row, write_joined, write_public


def read(folder: Path) -> tuple[History, list[BadRow]]:
    bad: list[BadRow] = []
    return history(folder, bad.append), bad


def said(told: History) -> list[tuple[str, str, int]]:
    return [(envelope.type, envelope.subject, envelope.occurred_at) for envelope, _ in told]


def orders_of(told: History) -> set[str]:
    return {envelope.order for envelope, _ in told}


def changed(rows: Iterable[Row], at: int, **changes: str) -> list[Row]:
    """The rows with one of them, counted from 0, changed."""
    return [{**row, **changes} if number == at else row for number, row in enumerate(rows)]


def test_both_forms_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "joined").mkdir()
    (tmp_path / "public").mkdir()
    joined, bad_joined = read(write_joined(tmp_path / "joined"))
    public, bad_public = read(write_public(tmp_path / "public"))
    assert said(joined) == said(public)
    assert len(joined) == 6 + 6 + 2
    assert bad_joined == bad_public == []


@pytest.mark.parametrize("write", [write_joined, write_public])
def test_an_order_has_its_items_its_payments_and_its_latest_shipping_limit(
    tmp_path: Path, write: Callable[[Path], Path]
) -> None:
    told, _ = read(write(tmp_path))
    events = {(envelope.type, envelope.order): event for envelope, event in told}
    placed = events["sales.OrderPlaced", "kept"]
    assert isinstance(placed, OrderPlaced)
    assert placed.lines == tuple(Line(f"item-{n}", 1, Money(5_000, "BRL")) for n in (1, 2))
    assert placed.total == Money(11_980, "BRL")
    assert placed.promised_by.isoformat() == "2017-11-21T00:00:00+00:00"
    approved = events["finance.PaymentApproved", "kept"]
    assert isinstance(approved, PaymentApproved)
    assert approved.ship_by is not None
    assert approved.ship_by.isoformat() == "2017-11-09T10:00:00+00:00"


def test_without_payments_the_total_is_the_price_with_freight(tmp_path: Path) -> None:
    told, _ = read(write_joined(tmp_path))
    totals = {e.order: event.total.minor for e, event in told if isinstance(event, OrderPlaced)}
    assert totals == {"kept": 11_980, "late": 5_990, "forgotten": 0}


def test_every_review_of_an_order_counts(tmp_path: Path) -> None:
    write_public(tmp_path)
    reviews = tmp_path / "olist_order_reviews_dataset.csv"
    with reviews.open("a", newline="") as file:
        file.write('"second","kept","4","","","2017-11-15 00:00:00","2017-11-16 00:00:00"\r\n')
        file.write('"second","kept","4","","","2017-11-15 00:00:00","2017-11-16 00:00:00"\r\n')
    told, bad = read(tmp_path)
    received = [s for t, s, _ in said(told) if t == "support.ReviewReceived"]
    assert received == ["case/kept", "case/kept", "case/late"]
    assert [row.problem for row in bad] == [
        "review_id second kept is there already; the first one counts."
    ]


def test_items_and_payments_of_orders_that_are_not_there_are_no_fault(tmp_path: Path) -> None:
    told, bad = read(write_joined(tmp_path, orders=ORDERS[:1]))
    assert (orders_of(told), bad) == ({"kept"}, [])


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"order_id": ""}, "order_id is missing."),
        ({"order_id": "two words"}, "order_id: 'two words' cannot be the id of a order"),
        ({"order_id": "kept"}, "order_id kept is there already; the first one counts."),
        ({"purchased_at": ""}, "purchased_at is missing"),
        ({"purchased_at": "yesterday"}, "purchased_at is 'yesterday'"),
        ({"approved_at": "2017-02-30T00:00:00"}, "approved_at is '2017-02-30T00:00:00'"),
        ({"carrier_at": "?"}, "carrier_at is '?'"),
        ({"delivered_at": "?"}, "delivered_at is '?'"),
        ({"estimated_date": ""}, "estimated_date is missing"),
        ({"ship_limit_at": "?"}, "ship_limit_at is '?'"),
        ({"review_score": "6"}, "review_score is '6'; give 1 to 5."),
        ({"review_answered_at": "?"}, "review_answered_at is '?'"),
        ({"price": "-1.00"}, "price is '-1.00'; give an amount of 0 or more"),
    ],
)
def test_a_bad_order_is_named_and_the_others_go_on(
    tmp_path: Path, changes: Row, problem: str
) -> None:
    orders = [{**order, "price": "50.00"} for order in ORDERS]
    told, bad = read(write_joined(tmp_path, orders=changed(orders, 1, **changes)))
    assert orders_of(told) == {"kept", "forgotten"}
    assert [(row.file, row.row, row.line) for row in bad] == [("olist_orders.csv.gz", 2, 3)]
    assert problem in bad[0].problem


@pytest.mark.parametrize(
    "changes",
    [
        {"order_id": ""},
        {"order_item_id": "1"},
        {"shipping_limit_date": "?"},
        {"price": "-50"},
        {"freight_value": "free"},
    ],
)
def test_a_bad_item_is_named_and_its_order_goes_on_without_it(tmp_path: Path, changes: Row) -> None:
    told, bad = read(write_public(tmp_path, items=changed(ITEMS, 1, **changes)))
    assert orders_of(told) == {"kept", "late", "forgotten"}
    assert [(row.file, row.row) for row in bad] == [("olist_order_items_dataset.csv", 2)]
    lines = {e.order: event.lines for e, event in told if isinstance(event, OrderPlaced)}
    assert [line.sku for line in lines["kept"]] == ["item-1"]


def test_a_bad_payment_is_named_and_left_out_of_the_total(tmp_path: Path) -> None:
    payments = changed(PAYMENTS, 1, payment_value="-19.80")
    told, bad = read(write_joined(tmp_path, payments=payments))
    assert [(row.file, row.row) for row in bad] == [("olist_payments.csv.gz", 2)]
    totals = {e.order: event.total.minor for e, event in told if isinstance(event, OrderPlaced)}
    assert totals["kept"] == 10_000


def test_an_order_that_is_good_the_second_time_counts(tmp_path: Path) -> None:
    orders = [{**ORDERS[0], "purchased_at": "?"}, *ORDERS]
    told, bad = read(write_joined(tmp_path, orders=orders))
    assert orders_of(told) == {"kept", "late", "forgotten"}
    assert len(bad) == 1


def test_a_missing_file_is_named_with_what_is_there_and_what_is_expected(tmp_path: Path) -> None:
    write_public(tmp_path)
    (tmp_path / "olist_order_reviews_dataset.csv").unlink()
    with pytest.raises(UnreadableData) as refused:
        read(tmp_path)
    message = str(refused.value)
    assert message.startswith(f"{tmp_path} holds olist_order_items_dataset.csv, ")
    assert message.count("olist_order_reviews_dataset.csv") == 1
    assert "olist_orders.csv, olist_items.csv, olist_payments.csv" in message
    assert "\n" not in message
