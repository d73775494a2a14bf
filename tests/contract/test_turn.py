"""Relays of one source take turns on a real mongod, and number its rows without hole or double."""

import pytest
from pymongo import MongoClient

from services.shared.clock import SECOND
from services.shared.events.sales import OrderCancelled
from services.shared.mongo import Row, in_transaction
from services.shared.outbox import Outbox, OutboxRow, seal
from services.shared.settings import Settings
from services.shared.turn import Turn, TurnLost
from tests.polling import until

NAME = "sales"


@pytest.fixture
def outbox(client: "MongoClient[Row]", fresh_database: Settings) -> Outbox:
    return Outbox(client, fresh_database.mongo.database, NAME)


def a_row(reason: str = "changed") -> OutboxRow:
    return seal(
        OrderCancelled(reason),
        party="sales",
        source="shop",
        subject="order/4711",
        occurred_at=1_790_000_000 * SECOND,
    )


def commit(client: "MongoClient[Row]", outbox: Outbox, *rows: OutboxRow) -> None:
    in_transaction(client, lambda session: outbox.add(rows, session))


@pytest.fixture
def turns(
    client: "MongoClient[Row]", outbox: Outbox, fresh_database: Settings
) -> tuple[Turn, Turn]:
    """Two relays of one source; what the first holds is over almost at once."""
    database = fresh_database.mongo.database
    return Turn(client, database, NAME, held_s=0.05), Turn(client, database, NAME)


def test_one_relay_has_the_turn_and_another_waits(turns: tuple[Turn, Turn]) -> None:
    short, long = turns
    assert long.take()
    assert not short.take()
    assert long.take()
    long.release()
    assert short.take()


def test_a_turn_that_was_not_renewed_goes_to_the_next(turns: tuple[Turn, Turn]) -> None:
    short, long = turns
    assert short.take()
    until(long.take, "the first relay's turn is over")
    assert not short.take()


def test_numbers_have_no_hole_and_no_double_over_a_change_of_relays(
    client: "MongoClient[Row]", outbox: Outbox, turns: tuple[Turn, Turn]
) -> None:
    rows = [a_row(str(number)) for number in range(4)]
    keys = [row.key for row in rows]
    commit(client, outbox, *rows)
    short, long = turns
    assert short.take()
    assert [short.number(keys[:2])[key] for key in keys[:2]] == [1, 2]
    until(long.take, "the first relay's turn is over")
    numbers = long.number([*keys[1:], keys[0]])
    assert [numbers[key] for key in keys] == [1, 2, 3, 4]
    with pytest.raises(TurnLost):
        short.number(keys[3:])


def test_numbers_of_published_rows_are_used_up(
    client: "MongoClient[Row]", outbox: Outbox, turns: tuple[Turn, Turn]
) -> None:
    rows = [a_row(str(number)) for number in range(3)]
    commit(client, outbox, *rows)
    short, long = turns
    short.take()
    short.number([rows[0].key])
    outbox.mark_published(rows[:1])
    short.forget([rows[0].key])
    assert short.number([rows[1].key])[rows[1].key] == 2
    until(long.take, "the first relay's turn is over")
    assert long.number([rows[2].key])[rows[2].key] == 3


def test_a_row_whose_deletion_was_lost_keeps_its_number(
    client: "MongoClient[Row]", outbox: Outbox
) -> None:
    """With the primary that died went a deletion that no majority had."""
    row = a_row()
    commit(client, outbox, row)
    outbox.turn.take()
    assert outbox.turn.number([row.key])[row.key] == 1
    outbox.turn.forget([row.key])
    assert outbox.turn.number([row.key])[row.key] == 1


def test_a_number_that_was_saved_without_an_answer_is_found_again(
    client: "MongoClient[Row]", outbox: Outbox, fresh_database: Settings
) -> None:
    """The relay's save reached Mongo, its answer did not reach the relay."""
    row = a_row()
    commit(client, outbox, row)
    turn = outbox.turn
    turn.take()
    saved = {"next": 2, "numbers": [{"key": row.key, "number": 1}]}
    client[fresh_database.mongo.database]["sales.relay"].update_one({}, {"$set": saved})
    with pytest.raises(TurnLost):
        turn.number([row.key])
    assert turn.take()
    assert turn.number([row.key])[row.key] == 1
