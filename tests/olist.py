"""The real orders that tests run on, and what the data set says became of their promises."""

import csv
import gzip
import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from services.insights.replay import PromiseRow
from services.shared.clock import Instant, iso, to_instant
from services.simulator.importers import olist
from services.simulator.importers.history import History
from tests.olist_files import write_joined

DATA = Path(os.environ.get("HANDOFF_TEST_DATA", "../shared/data"))
FILES = ("olist_orders.csv.gz", "olist_items.csv.gz", "olist_payments.csv.gz")
TRUTH = DATA / "olist_promises.csv.gz"
UNTIL: Instant = to_instant(datetime.fromisoformat("2020-12-31T00:00:00Z"))

needs_olist = pytest.mark.skipif(
    not TRUTH.is_file(),
    reason=f"the Olist data is not in {DATA}; name its folder in HANDOFF_TEST_DATA",
)

Row = tuple[str, str, str, str, str, str, str, str]
"""Subject, agreement, debtor, creditor, opened_at, due_by, settled_at, state."""


def first_orders(number: int) -> set[str]:
    """The ids of the orders that were bought first."""
    rows = sorted((row["purchased_at"], row["order_id"]) for row in _rows(FILES[0]))
    return {order for _, order in rows[:number]}


def rows_of(orders: set[str]) -> tuple[list[dict[str, str]], ...]:
    """The rows of each file that tell of these orders."""
    return tuple([row for row in _rows(name) if row["order_id"] in orders] for name in FILES)


def history_of(orders: set[str], folder: Path) -> History:
    """Everything that the data tells of these orders; their rows are copied into `folder`."""
    return olist.history(write_joined(folder, *rows_of(orders)), _no_bad_row)


def truth_of(orders: set[str]) -> set[Row]:
    """What became of the orders' promises."""
    return {_truth(row) for row in _rows(TRUTH.name) if row["order_id"] in orders}


def told(rows: Iterable[PromiseRow]) -> set[Row]:
    """Promise rows in the form of the truth."""
    return {
        (
            row.subject.partition("/")[2],
            row.agreement,
            row.debtor,
            row.creditor,
            iso(row.opened_at),
            iso(row.due_by),
            "" if row.settled_at is None else iso(row.settled_at),
            row.outcome,
        )
        for row in rows
    }


def _truth(row: dict[str, str]) -> Row:
    fulfilled, due = row["fulfilled_at"], row["due_at"]
    state = "breached" if not fulfilled else "kept" if fulfilled <= due else "kept_late"
    return (
        row["order_id"],
        row["promise"],
        row["debtor"],
        row["creditor"],
        f"{row['made_at']}Z",
        f"{due}Z",
        f"{fulfilled}Z" if fulfilled else "",
        state,
    )


def _rows(name: str) -> Iterator[dict[str, str]]:
    with gzip.open(DATA / name, "rt", newline="") as file:
        yield from csv.DictReader(file)


def _no_bad_row(bad: object) -> None:
    raise AssertionError(f"the data has a bad row: {bad}")
