"""Transactions on a real mongod: mongoengine's documents and plain rows, together or not at all."""

import threading
from collections.abc import Iterator

import mongoengine
import pytest
from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.errors import AutoReconnect, OperationFailure, PyMongoError

from services.shared import mongo
from services.shared.health import Health
from services.shared.mongo import Row, TransactionTooLong, in_transaction, use_documents
from services.shared.settings import MongoSettings, Settings
from services.shared.telemetry import start

Rows = Collection[Row]


class Basket(mongoengine.Document):  # type: ignore[misc]  # mongoengine is untyped
    """A document as the departments have them."""

    order = mongoengine.StringField(primary_key=True)
    version = mongoengine.IntField(default=0)
    tags = mongoengine.ListField(mongoengine.StringField())
    label = mongoengine.StringField(unique=True, sparse=True)
    meta = {"collection": "baskets", "indexes": ["version"]}  # noqa: RUF012 - mongoengine's form


@pytest.fixture
def rows(client: "MongoClient[Row]", fresh_database: Settings) -> Iterator[Rows]:
    """A collection beside the documents, which live in the same database."""
    use_documents(client, fresh_database.mongo.database, Basket)
    yield client[fresh_database.mongo.database]["rows"]
    mongoengine.disconnect()


def test_a_document_and_a_row_are_saved_together(client: "MongoClient[Row]", rows: Rows) -> None:
    def work(session: ClientSession) -> str:
        Basket(order="4711", version=1).save()
        rows.insert_one({"_id": 1}, session=session)
        assert Basket.objects.get(order="4711").version == 1
        assert outside(client, rows.database.name) == (0, 0)
        return "answer"

    assert in_transaction(client, work) == "answer"
    assert (Basket.objects.count(), rows.count_documents({})) == (1, 1)


def outside(client: "MongoClient[Row]", database: str) -> tuple[int, int]:
    """What somebody else sees at this moment: baskets and rows."""
    seen: list[int] = []

    def look() -> None:
        names = ("baskets", "rows")
        seen.extend(client[database][name].count_documents({}) for name in names)

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    return seen[0], seen[1]


def test_neither_is_saved_where_the_work_fails(client: "MongoClient[Row]", rows: Rows) -> None:
    def work(session: ClientSession) -> None:
        Basket(order="4711").save()
        rows.insert_one({"_id": 1}, session=session)
        raise KeyError("changed its mind")

    with pytest.raises(KeyError):
        in_transaction(client, work)
    assert (Basket.objects.count(), rows.count_documents({})) == (0, 0)


def test_every_way_in_which_mongoengine_writes_is_part_of_it(
    client: "MongoClient[Row]", rows: Rows
) -> None:
    Basket(order="kept").save()

    def work(_session: ClientSession) -> None:
        Basket.objects.insert([Basket(order="inserted", label="inserted")])
        Basket.objects(order="kept").update_one(inc__version=5)
        Basket.objects(order="kept").modify(push__tags="modified")
        saved = Basket.objects.get(order="kept")
        saved.tags.append("saved")
        saved.save()
        Basket.objects(order="inserted").delete()
        raise KeyError

    with pytest.raises(KeyError):
        in_transaction(client, work)
    (kept,) = Basket.objects
    assert (kept.order, kept.version, kept.tags) == ("kept", 0, [])


def test_two_writers_of_one_document_follow_each_other(
    client: "MongoClient[Row]", rows: Rows
) -> None:
    """The one that came second is told so by Mongo; its work runs again on the new state."""
    Basket(order="4711").save()
    both_have_read = threading.Barrier(2)
    runs: list[int] = []

    def raise_version(_session: ClientSession) -> None:
        basket = Basket.objects.get(order="4711")
        runs.append(basket.version)
        if len(runs) <= 2:
            both_have_read.wait(5)
        basket.version += 1
        basket.save()

    threads = [threading.Thread(target=in_transaction, args=(client, raise_version)) for _ in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Basket.objects.get(order="4711").version == 2
    assert runs[:2] == [0, 0]
    assert runs[-1] == 1


def test_a_duplicate_is_not_tried_again(client: "MongoClient[Row]", rows: Rows) -> None:
    Basket(order="1", label="same").save()
    runs: list[int] = []

    def work(_session: ClientSession) -> None:
        runs.append(1)
        Basket(order="2", label="same").save()

    with pytest.raises(mongoengine.NotUniqueError):
        in_transaction(client, work)
    assert len(runs) == 1


def test_a_transaction_over_its_time_is_aborted(client: "MongoClient[Row]", rows: Rows) -> None:
    def work(session: ClientSession) -> None:
        rows.insert_one({"_id": 1}, session=session)
        too_long.wait(0.06)

    too_long = threading.Event()
    with pytest.raises(TransactionTooLong, match=r"longer than 0\.05 s"):
        in_transaction(client, work, limit_s=0.05)
    assert rows.count_documents({}) == 0
    rows.update_one({"_id": 1}, {"$set": {"free": True}}, upsert=True)


def test_a_lost_answer_to_the_commit_is_asked_for_again(
    client: "MongoClient[Row]", rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = ClientSession.commit_transaction
    commits: list[int] = []

    def commit_and_lose_the_first_answer(session: ClientSession) -> None:
        commit(session)
        commits.append(1)
        if len(commits) == 1:
            lost = AutoReconnect("connection closed")
            lost._add_error_label("UnknownTransactionCommitResult")
            raise lost

    monkeypatch.setattr(ClientSession, "commit_transaction", commit_and_lose_the_first_answer)
    in_transaction(client, lambda session: rows.insert_one({"_id": 1}, session=session))
    assert len(commits) == 2
    assert rows.count_documents({}) == 1


def test_a_conflict_that_does_not_end_is_given_up_in_time(
    client: "MongoClient[Row]", rows: Rows
) -> None:
    rows.insert_one({"_id": 1})

    def write(session: ClientSession) -> None:
        rows.update_one({"_id": 1}, {"$inc": {"n": 1}}, session=session)

    with client.start_session() as other, other.start_transaction():
        write(other)
        with pytest.raises(PyMongoError) as refused:
            in_transaction(client, write, limit_s=0.1)
        assert refused.value.has_error_label("TransientTransactionError")
    in_transaction(client, write)
    assert rows.count_documents({"_id": 1, "n": 2}) == 1


def test_an_error_in_a_read_keeps_its_own_name(client: "MongoClient[Row]", rows: Rows) -> None:
    with pytest.raises(OperationFailure, match="unknown operator"):
        in_transaction(client, lambda s: list(rows.find({"a": {"$nonsense": 1}}, session=s)))


def test_documents_move_to_another_database_with_the_same_client(
    client: "MongoClient[Row]", rows: Rows
) -> None:
    Basket(order="4711").save()
    use_documents(client, f"{rows.database.name}-other", Basket)
    assert Basket.objects.count() == 0
    use_documents(client, rows.database.name, Basket)
    assert Basket.objects.count() == 1
    client.drop_database(f"{rows.database.name}-other")


def test_an_unreachable_mongo_is_named_and_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mongo, "SELECTION_TIMEOUT_MS", 50)
    nowhere = MongoSettings(uri="mongodb://someone:secret@127.0.0.1:9/?replicaSet=handoff")
    health, stop = Health(mongo.PART), threading.Event()
    telemetry = start("test", Settings())
    with mongo.connect(nowhere) as client:
        waiting = threading.Thread(
            target=mongo.wait_until_reachable, args=(client, health, telemetry.log, stop)
        )
        waiting.start()
        while "Cannot reach" not in (problem := health.problems()[mongo.PART]):
            assert waiting.is_alive()
        stop.set()
        waiting.join()
    assert problem == "Cannot reach Mongo at 127.0.0.1:9; still trying."


def test_a_reachable_mongo_makes_the_part_ready(client: "MongoClient[Row]") -> None:
    health = Health(mongo.PART)
    telemetry = start("test", Settings())
    assert mongo.wait_until_reachable(client, health, telemetry.log, threading.Event())
    assert health.ready
