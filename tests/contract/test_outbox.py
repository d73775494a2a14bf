"""The outbox on a real mongod: what is committed waits, in order, until it is published."""

from collections.abc import Sequence

import pytest
from bson import Timestamp
from msgspec import msgpack, structs
from pymongo import MongoClient

from services.shared import outbox as outbox_module
from services.shared.bus import Record
from services.shared.clock import SECOND, Instant
from services.shared.codec import decode_envelope, decode_event
from services.shared.errors import InvalidEvent, RefusalCode, Refused
from services.shared.events.sales import OrderCancelled
from services.shared.mongo import Row, in_transaction
from services.shared.outbox import (
    PACK_BYTES,
    WAITING,
    Outbox,
    OutboxRow,
    Pack,
    new_event_id,
    seal,
    unpack,
)
from services.shared.settings import Settings
from tests.waiting import rows_of, waiting_rows

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
    (pack,) = outbox.unpublished(10)
    assert (pack.rows, pack.sequenced) == (rows, 1)


def test_a_row_waits_only_after_its_commit(client: "MongoClient[Row]", outbox: Outbox) -> None:
    with client.start_session() as session, session.start_transaction():
        outbox.add([a_row()], session)
        assert waiting_rows(outbox) == []
        session.commit_transaction()
    assert len(waiting_rows(outbox)) == 1


def test_an_aborted_row_never_was(client: "MongoClient[Row]", outbox: Outbox) -> None:
    with client.start_session() as session, session.start_transaction():
        outbox.add([a_row()], session)
        session.abort_transaction()
    assert waiting_rows(outbox) == []
    assert outbox.count() == 0


def test_rows_keep_the_order_of_their_commits_whatever_their_ids_say(
    client: "MongoClient[Row]", outbox: Outbox
) -> None:
    commit(client, outbox, a_row("1", at=NINE), a_row("2", at=NINE - SECOND))
    commit(client, outbox, a_row("3", at=NINE - 60 * SECOND))
    commit(client, outbox, a_row("4", at=NINE - 5 * SECOND))
    assert reasons(waiting_rows(outbox)) == ["1", "2", "3", "4"]


def test_as_many_rows_are_given_as_are_asked_for_and_the_rest_of_their_last_pack(
    client: "MongoClient[Row]", outbox: Outbox
) -> None:
    rows = [a_row(str(number)) for number in range(6)]
    for first, last in ((0, 3), (3, 4), (4, 6)):
        commit(client, outbox, *rows[first:last])
    given = {limit: len(waiting_rows(outbox, limit)) for limit in (1, 3, 4, 5, 6, 7)}
    assert given == {1: 3, 3: 3, 4: 4, 5: 6, 6: 6, 7: 6}


def test_small_packs_after_large_ones_are_all_found(
    client: "MongoClient[Row]", outbox: Outbox
) -> None:
    """How many packs are asked for at once depends on the last look."""
    commit(client, outbox, *(a_row(str(number)) for number in range(9)))
    for number in range(9, 18):
        commit(client, outbox, a_row(str(number)))
    (large,) = outbox.unpublished(9)
    outbox.mark_published([large])
    assert len(outbox.unpublished(9)) == 9
    assert reasons(waiting_rows(outbox, 10)) == [str(number) for number in range(9, 18)]


def test_no_event_is_found_without_an_older_one_that_was_committed_before_it(
    client: "MongoClient[Row]",
    outbox: Outbox,
    fresh_database: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both are committed while packs are read: to either side of where the reading is."""
    with client.start_session() as session:
        commit(client, outbox, uncounted("1"))
        session.start_transaction()
        outbox.add([uncounted("older")], session)
        for reason in "23":
            commit(client, outbox, uncounted(reason))

        def unpack_while_others_commit(document: Row) -> Pack:
            if session.in_transaction:
                session.commit_transaction()
                commit(client, outbox, uncounted("younger"))
            return unpack(document)

        monkeypatch.setattr(outbox_module, "PACKS_AT_ONCE", 2)
        monkeypatch.setattr(outbox_module, "unpack", unpack_while_others_commit)
        reader = Outbox(client, fresh_database.mongo.database, NAME)
        assert reasons(waiting_rows(reader)) == ["1", "2", "3"]
        assert reasons(waiting_rows(reader)) == ["1", "older", "2", "3", "younger"]


def uncounted(reason: str) -> OutboxRow:
    """Of a transaction that changes nothing that another one changes."""
    return structs.replace(a_row(reason), sequenced=False)


@pytest.mark.parametrize(("over", "packs"), [(0, 1), (1, 2)])
def test_a_pack_holds_as_many_bytes_as_it_may_and_not_one_more(
    client: "MongoClient[Row]", outbox: Outbox, over: int, packs: int
) -> None:
    """Each row but the last takes a quarter; it is their bytes in Mongo that count."""
    rows = [sized(PACK_BYTES // 4, place) for place in range(3)]
    rows.append(sized(PACK_BYTES // 4 + over, 3))
    commit(client, outbox, *rows)
    found = outbox.unpublished(10)
    assert len(found) == packs
    assert rows_of(found) == rows


def test_a_row_over_the_limit_has_a_pack_of_its_own(
    client: "MongoClient[Row]", outbox: Outbox
) -> None:
    rows = [sized(100, 0), sized(PACK_BYTES + 1, 1), sized(100, 2), sized(100, 3)]
    commit(client, outbox, *rows)
    found = outbox.unpublished(10)
    assert [len(pack.rows) for pack in found] == [1, 1, 2]
    assert rows_of(found) == rows


def sized(size: int, place: int) -> OutboxRow:
    """A verdict of so many bytes in a pack."""

    def of(value: bytes) -> OutboxRow:
        return OutboxRow(bytes([place]) * 16, Record("v", b"k", value), sequenced=False)

    row = of(bytes(size))
    while (over := len(msgpack.encode(row)) - size) > 0:
        row = of(row.record.value[over:])
    return row


def test_mongo_dates_every_pack(
    client: "MongoClient[Row]", outbox: Outbox, fresh_database: Settings
) -> None:
    commit(client, outbox, *(sized(PACK_BYTES, place) for place in range(3)))
    packs = client[fresh_database.mongo.database]["sales.outbox"].find(WAITING).sort("written_at")
    first, second, third = (pack["written_at"] for pack in packs)
    assert Timestamp(0, 0) < first < second < third


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
    commit(client, outbox, first)
    commit(client, outbox, second)
    outbox.mark_published(outbox.unpublished(1))
    assert waiting_rows(outbox) == [second]


def test_the_same_rows_again_are_there_once(client: "MongoClient[Row]", outbox: Outbox) -> None:
    rows = [sized(PACK_BYTES // 2, place) for place in range(5)]
    for _ in range(2):
        commit(client, outbox, *rows)
    assert [len(pack.rows) for pack in outbox.unpublished(10)] == [2, 2, 1]
    assert waiting_rows(outbox) == rows
    assert outbox.count() == 5


def test_a_row_again_beside_another_takes_nothing_away(
    client: "MongoClient[Row]", outbox: Outbox
) -> None:
    first, second, third = (a_row(reason) for reason in "123")
    commit(client, outbox, first, second)
    commit(client, outbox, first, third)
    assert {row.key for row in waiting_rows(outbox)} == {first.key, second.key, third.key}


def test_a_full_outbox_refuses_and_takes_more_when_there_is_room(
    client: "MongoClient[Row]", fresh_database: Settings
) -> None:
    """Its limit is about events, however many lie in one pack."""
    outbox = Outbox(client, fresh_database.mongo.database, NAME, limit=4)
    commit(client, outbox, a_row("1"), a_row("2"))
    commit(client, outbox, a_row("3"))
    with pytest.raises(Refused, match="3 events wait to be published and 4 may") as refused:
        commit(client, outbox, a_row("4"), a_row("5"))
    assert refused.value.code is RefusalCode.FULL
    assert refused.value.retryable
    commit(client, outbox, a_row("4"))
    assert outbox.count() == 4
    outbox.mark_published(outbox.unpublished(1))
    commit(client, outbox, a_row("5"), a_row("6"))
    with pytest.raises(Refused, match="4 events wait"):
        commit(client, outbox, a_row("7"))
    assert reasons(waiting_rows(outbox)) == ["3", "4", "5", "6"]


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
