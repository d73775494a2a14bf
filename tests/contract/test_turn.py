"""Relays of one source take turns on a real mongod, and number its rows without hole or double."""

import pytest
from msgspec import structs
from pymongo import MongoClient

from services.shared.clock import SECOND
from services.shared.events.sales import OrderCancelled
from services.shared.mongo import Row, in_transaction
from services.shared.outbox import Outbox, OutboxRow, Pack, seal
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


def commit_one_by_one(
    client: "MongoClient[Row]", outbox: Outbox, *sizes: int
) -> tuple[dict[bytes, int], list[Pack]]:
    """A pack of each size, and how many numbers each wants."""
    for size in sizes:
        commit(client, outbox, *(a_row(str(number)) for number in range(size)))
    packs = outbox.unpublished(sum(sizes))
    return {pack.key: pack.sequenced for pack in packs}, packs


def part(wanted: dict[bytes, int], *places: int) -> dict[bytes, int]:
    """Only the packs at these places."""
    packs = list(wanted.items())
    return dict(packs[place] for place in places)


def test_a_pack_gets_consecutive_numbers_for_its_rows_that_want_one(
    client: "MongoClient[Row]", outbox: Outbox
) -> None:
    plain = structs.replace(a_row(), sequenced=False)
    commit(client, outbox, plain, a_row(), plain, a_row())
    commit(client, outbox, a_row())
    first, second = outbox.unpublished(5)
    assert (first.sequenced, second.sequenced) == (2, 1)
    outbox.turn.take()
    numbers = outbox.turn.number({pack.key: pack.sequenced for pack in (first, second)})
    assert numbers == {first.key: range(1, 3), second.key: range(3, 4)}


def test_numbers_have_no_hole_and_no_double_over_a_change_of_relays(
    client: "MongoClient[Row]", outbox: Outbox, turns: tuple[Turn, Turn]
) -> None:
    wanted, _ = commit_one_by_one(client, outbox, 1, 3, 2, 1)
    short, long = turns
    assert short.take()
    assert list(short.number(part(wanted, 0, 1)).values()) == [range(1, 2), range(2, 5)]
    until(long.take, "the first relay's turn is over")
    numbers = long.number(part(wanted, 1, 2, 3, 0))
    assert [numbers[key] for key in wanted] == [range(1, 2), range(2, 5), range(5, 7), range(7, 8)]
    with pytest.raises(TurnLost):
        short.number(part(wanted, 3))


def test_numbers_of_published_packs_are_used_up(
    client: "MongoClient[Row]", outbox: Outbox, turns: tuple[Turn, Turn]
) -> None:
    wanted, packs = commit_one_by_one(client, outbox, 2, 1, 1)
    short, long = turns
    short.take()
    short.number(part(wanted, 0))
    outbox.mark_published(packs[:1])
    short.forget([packs[0].key])
    assert short.number(part(wanted, 1)) == {packs[1].key: range(3, 4)}
    until(long.take, "the first relay's turn is over")
    assert long.number(part(wanted, 2))[packs[2].key] == range(4, 5)


def test_a_pack_whose_deletion_was_lost_keeps_its_numbers(
    client: "MongoClient[Row]", outbox: Outbox
) -> None:
    """With the primary that died went a deletion that no majority had."""
    wanted, (pack,) = commit_one_by_one(client, outbox, 2)
    outbox.turn.take()
    assert outbox.turn.number(wanted)[pack.key] == range(1, 3)
    outbox.turn.forget([pack.key])
    assert outbox.turn.number(wanted)[pack.key] == range(1, 3)


def test_numbers_that_were_saved_without_an_answer_are_found_again(
    client: "MongoClient[Row]", outbox: Outbox, fresh_database: Settings
) -> None:
    """The relay's save reached Mongo, its answer did not reach the relay."""
    wanted, (pack,) = commit_one_by_one(client, outbox, 2)
    turn = outbox.turn
    turn.take()
    saved = {"next": 3, "numbers": [{"key": pack.key, "first": 1, "count": 2}]}
    client[fresh_database.mongo.database]["sales.relay"].update_one({}, {"$set": saved})
    with pytest.raises(TurnLost):
        turn.number(wanted)
    assert turn.take()
    assert turn.number(wanted)[pack.key] == range(1, 3)
