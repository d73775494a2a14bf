"""The outbox on a real mongod: what is committed waits, in order, until it is published."""

from collections.abc import Sequence

import pytest
from bson import Timestamp
from pymongo import MongoClient

from services.shared.bus import Record
from services.shared.clock import SECOND, Instant
from services.shared.codec import decode_envelope, decode_event
from services.shared.errors import InvalidEvent, RefusalCode, Refused
from services.shared.events.sales import OrderCancelled
from services.shared.mongo import Row, in_transaction
from services.shared.outbox import WAITING, Outbox, OutboxRow, new_event_id, seal
from services.shared.settings import Settings

NINE: Instant = 1_790_000_000 * SECOND
NAME = "sales"


@pytest.fixture
def outbox(client: "MongoClient[Row]", fresh_database: Settings) -> Outbox:
    outbox = Outbox(client, fresh_database.mongo.database, NAME)
    outbox.prepare()
    return outbox


def a_row(reason: str = "changed", order: str = "4711", at: Instant = NINE) -> OutboxRow:
    return seal(
        OrderCancelled(reason),
        party="sales",
        source="shop",
        subject=f"order/{order}",
        occurred_at=at,
        order=order,
    )


def commit(client: "MongoClient[Row]", outbox: Outbox, *rows: OutboxRow) -> None:
    in_transaction(client, lambda session: outbox.add(rows, session))


def reasons(rows: Sequence[OutboxRow]) -> list[str]:
    return [decode_event("sales.OrderCancelled", body_of(row)).reason for row in rows]


def body_of(row: OutboxRow) -> bytes:
    return decode_envelope(row.record.value).body


def test_a_row_comes_back_as_it_went_in(client: "MongoClient[Row]", outbox: Outbox) -> None:
    verdict = Record("handoff.verdicts.v1", b"order/1", b"\x00", (("a", b"1"), ("a", b"2")), 3)
    rows = [a_row(), OutboxRow(new_event_id(NINE), verdict, sequenced=False)]
    commit(client, outbox, *rows)
    assert outbox.unpublished(10) == rows


def test_a_row_waits_only_after_its_commit(client: "MongoClient[Row]", outbox: Outbox) -> None:
    with client.start_session() as session, session.start_transaction():
        outbox.add([a_row()], session)
        assert outbox.unpublished(10) == []
        session.commit_transaction()
    assert len(outbox.unpublished(10)) == 1


def test_an_aborted_row_never_was(client: "MongoClient[Row]", outbox: Outbox) -> None:
    with client.start_session() as session, session.start_transaction():
        outbox.add([a_row()], session)
        session.abort_transaction()
    assert outbox.unpublished(10) == []
    assert outbox.count() == 0


def test_rows_keep_the_order_of_their_commits_whatever_their_ids_say(
    client: "MongoClient[Row]", outbox: Outbox
) -> None:
    commit(client, outbox, a_row("1", at=NINE), a_row("2", at=NINE - SECOND))
    commit(client, outbox, a_row("3", at=NINE - 60 * SECOND))
    commit(client, outbox, a_row("4", at=NINE - 5 * SECOND))
    assert reasons(outbox.unpublished(10)) == ["1", "2", "3", "4"]
    assert reasons(outbox.unpublished(3)) == ["1", "2", "3"]


def test_mongo_dates_every_row(
    client: "MongoClient[Row]", outbox: Outbox, fresh_database: Settings
) -> None:
    commit(client, outbox, a_row("1"), a_row("2"))
    rows = client[fresh_database.mongo.database]["sales.outbox"].find(WAITING).sort("written_at")
    first, second = (row["written_at"] for row in rows)
    assert Timestamp(0, 0) < first < second


def test_an_event_about_two_subjects_waits_for_each(
    client: "MongoClient[Row]", outbox: Outbox
) -> None:
    first = a_row(order="1")
    second = seal(
        OrderCancelled("changed"),
        id=first.id,
        party="sales",
        source="shop",
        subject="order/2",
        occurred_at=NINE,
    )
    commit(client, outbox, first, second)
    outbox.mark_published([first])
    assert outbox.unpublished(10) == [second]


def test_the_same_row_again_is_one_row(client: "MongoClient[Row]", outbox: Outbox) -> None:
    row = a_row()
    commit(client, outbox, row)
    commit(client, outbox, row)
    assert outbox.unpublished(10) == [row]


def test_a_full_outbox_refuses_and_takes_more_when_there_is_room(
    client: "MongoClient[Row]", fresh_database: Settings
) -> None:
    outbox = Outbox(client, fresh_database.mongo.database, NAME, limit=2)
    rows = [a_row("1"), a_row("2")]
    commit(client, outbox, *rows)
    with pytest.raises(Refused, match="2 events wait to be published and 2 may") as refused:
        commit(client, outbox, a_row("3"))
    assert refused.value.code is RefusalCode.FULL
    assert refused.value.retryable
    outbox.mark_published(rows[:1])
    commit(client, outbox, a_row("3"))
    assert reasons(outbox.unpublished(10)) == ["2", "3"]


def test_rows_that_were_never_committed_take_no_room(
    client: "MongoClient[Row]", fresh_database: Settings
) -> None:
    outbox = Outbox(client, fresh_database.mongo.database, NAME, limit=1)
    for _ in range(3):
        with client.start_session() as session, session.start_transaction():
            outbox.add([a_row()], session)
            session.abort_transaction()
    commit(client, outbox, a_row())
    assert outbox.count() == 1


def test_an_event_over_the_limit_is_refused() -> None:
    with pytest.raises(InvalidEvent, match=r"This sales\.OrderCancelled has 7") as refused:
        a_row("x" * 70_000)
    assert refused.value.reason == "too_large"


def test_a_sealed_event_says_what_it_is_about() -> None:
    row = a_row("changed")
    envelope = decode_envelope(row.record.value)
    assert (envelope.id, envelope.type, envelope.party) == (row.id, "sales.OrderCancelled", "sales")
    assert (envelope.subject, envelope.order, envelope.occurred_at) == ("order/4711", "4711", NINE)
    assert (row.record.topic, row.record.key) == ("handoff.sales.v1", b"order/4711")
    headers = dict(row.record.headers)
    assert headers["ce_id"] == row.id.hex().encode()
    assert headers["ce_type"] == b"sales.OrderCancelled"


def test_event_ids_sort_by_their_moment_and_differ_within_it() -> None:
    ids = [new_event_id(NINE + second * SECOND) for second in range(3)]
    assert ids == sorted(ids)
    assert len({new_event_id(NINE) for _ in range(1_000)}) == 1_000
    assert all(len(id) == 16 and id[6] >> 4 == 7 for id in ids)
