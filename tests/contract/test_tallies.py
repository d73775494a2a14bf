"""The counts of events on a real mongod: in the transaction that they count, or not at all."""

import threading
from collections import Counter

import pytest
from msgspec import structs
from pymongo import MongoClient

from services.shared.bus import Received, Record
from services.shared.clock import SECOND
from services.shared.events.sales import OrderCancelled
from services.shared.mongo import Row, in_transaction
from services.shared.outbox import Outbox, OutboxRow, new_event_id, seal
from services.shared.settings import Settings
from services.shared.source_hours import SourceHour, Tally, source_hour
from services.shared.written import COUNTS, written
from services.tracker.errors import Fenced
from services.tracker.store import Store
from services.tracker.tally_rows import tallied
from tests.tracking import HOUR, START, a_partition, placed, tell

SALES, THIS_HOUR = ("sales", "test"), source_hour("sales", "test", START)


@pytest.fixture
def outbox(client: "MongoClient[Row]", fresh_database: Settings) -> Outbox:
    outbox = Outbox(client, fresh_database.mongo.database, "sales")
    outbox.prepare()
    return outbox


def a_row(at: int = START) -> OutboxRow:
    return seal(
        OrderCancelled("changed"),
        party="sales",
        source="test",
        subject="order/4711",
        occurred_at=at,
    )


def in_mongo(client: "MongoClient[Row]", settings: Settings) -> dict[SourceHour, Tally]:
    return tallied(client[settings.mongo.database]["tracker.tallies"].find())


def wrote(client: "MongoClient[Row]", settings: Settings) -> Counter[SourceHour]:
    found: Counter[SourceHour] = Counter()
    for hour, count in map(written, client[settings.mongo.database]["sales.outbox"].find(COUNTS)):
        found[hour] += count
    return found


def poison() -> Received:
    return structs.replace(placed(), value=b"\xff\xfe")


def test_the_tracker_counts_each_record_as_what_became_of_it(
    client: "MongoClient[Row]", fresh_database: Settings, tracker_store: Store
) -> None:
    partition = a_partition(tracker_store)
    order, later = placed(), placed(START + HOUR, subject="order/2")
    other = structs.replace(placed(id=b"\x07" * 16, subject="order/3"))
    conflict = placed(START + SECOND, id=b"\x07" * 16, subject="order/3")
    tell(partition, order, order, later, other, conflict, poison())
    partition.commit()
    unread = SourceHour("sales", "", THIS_HOUR.hour)
    assert in_mongo(client, fresh_database) == {
        THIS_HOUR: Tally(applied=2, duplicates=1, refused=1),
        source_hour(*SALES, START + HOUR): Tally(applied=1),
        unread: Tally(refused=1),
    }


def test_counts_grow_from_commit_to_commit_and_add_up_over_partitions(
    client: "MongoClient[Row]", fresh_database: Settings, tracker_store: Store
) -> None:
    partition = a_partition(tracker_store)
    for number in range(2):
        tell(partition, placed(subject=f"order/{number}"))
        partition.commit()
    partition.commit()
    other = a_partition(tracker_store, number=1)
    tell(other, poison())
    other.commit()
    found = in_mongo(client, fresh_database)
    assert found[THIS_HOUR] == Tally(applied=2)
    assert sum(each.refused for each in found.values()) == 1


def test_what_a_replaced_owner_read_is_not_counted(
    client: "MongoClient[Row]", fresh_database: Settings, tracker_store: Store
) -> None:
    first = a_partition(tracker_store)
    tell(first, order := placed())
    second = a_partition(tracker_store)
    with pytest.raises(Fenced):
        first.commit()
    assert in_mongo(client, fresh_database) == {}
    tell(second, order)
    second.commit()
    assert in_mongo(client, fresh_database) == {THIS_HOUR: Tally(applied=1)}


def test_an_outbox_counts_what_it_was_given_and_keeps_the_count_when_it_is_published(
    client: "MongoClient[Row]", fresh_database: Settings, outbox: Outbox
) -> None:
    rows = [a_row(), a_row(), a_row(START + HOUR)]
    verdict = OutboxRow(new_event_id(START), Record("v", b"k", b"\x00"), sequenced=False)
    in_transaction(client, lambda session: outbox.add([*rows, verdict], session))
    outbox.mark_published(outbox.unpublished(10))
    assert outbox.count() == 0
    assert wrote(client, fresh_database) == {
        THIS_HOUR: 2,
        source_hour(*SALES, START + HOUR): 1,
    }


def test_an_aborted_row_is_not_counted(
    client: "MongoClient[Row]", fresh_database: Settings, outbox: Outbox
) -> None:
    with client.start_session() as session, session.start_transaction():
        outbox.add([a_row()], session)
        session.abort_transaction()
    assert wrote(client, fresh_database) == {}


def test_transactions_of_two_threads_do_not_abort_each_other(
    client: "MongoClient[Row]", fresh_database: Settings, outbox: Outbox
) -> None:
    with client.start_session() as session, session.start_transaction():
        outbox.add([a_row()], session)
        other = threading.Thread(
            target=in_transaction, args=(client, lambda mine: outbox.add([a_row()], mine))
        )
        other.start()
        other.join()
        session.commit_transaction()
    assert sum(wrote(client, fresh_database).values()) == 2
    assert outbox.count() == len(outbox.unpublished(10)) == 2
