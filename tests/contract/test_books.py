"""What `handoff reconcile` reads of a real mongod."""

import pytest
from msgspec import structs
from pymongo import MongoClient

from services.cli.books import read_books
from services.insights.numbering import Given
from services.shared.consuming import dead_letter
from services.shared.events.sales import OrderCancelled
from services.shared.mongo import Row, in_transaction
from services.shared.outbox import Outbox, OutboxRow, seal
from services.shared.settings import Settings
from services.shared.source_hours import source_hour
from tests.tracking import START, placed


@pytest.fixture
def sales(client: "MongoClient[Row]", fresh_database: Settings) -> Outbox:
    return Outbox(client, fresh_database.mongo.database, "sales")


def a_row(order: str) -> OutboxRow:
    return seal(
        OrderCancelled("changed"),
        party="sales",
        source="shop",
        subject=f"order/{order}",
        occurred_at=START,
    )


def commit(client: "MongoClient[Row]", outbox: Outbox, *rows: OutboxRow) -> None:
    in_transaction(client, lambda session: outbox.add(rows, session))


def test_every_row_of_a_pack_waits_and_its_numbers_are_given(
    client: "MongoClient[Row]", fresh_database: Settings, sales: Outbox
) -> None:
    first = [a_row("1"), structs.replace(a_row("2"), sequenced=False), a_row("3")]
    later = [a_row("4")]
    commit(client, sales, *first)
    sales.turn.take()
    sales.turn.number({pack.key: pack.sequenced for pack in sales.unpublished(10)})
    commit(client, sales, *later)
    books = read_books(fresh_database)
    hour = source_hour("sales", "shop", START)
    assert books.waiting == {row.key: hour for row in (first[0], first[2], *later)}
    assert books.given == {("sales", "shop"): Given(3, [1, 2])}
    assert books.written == {hour: 3}


def test_a_dead_letter_that_waits_among_verdicts_is_known_by_its_place(
    client: "MongoClient[Row]", fresh_database: Settings
) -> None:
    tracker, record = Outbox(client, fresh_database.mongo.database, "tracker"), placed()
    letter = OutboxRow(bytes(16), dead_letter(record, "unread", "tracker", START), sequenced=False)
    verdict = structs.replace(a_row("1"), sequenced=False)
    commit(client, tracker, verdict, letter, verdict)
    books = read_books(fresh_database)
    assert books.letters == {(record.topic, record.partition, record.offset)}
    assert books.waiting == {}
