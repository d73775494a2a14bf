"""A client of the test's own database, closed with the test, and the tracker's store in it."""

from collections.abc import Iterator

import pytest
from pymongo import MongoClient

from services.shared import mongo
from services.shared.outbox import Outbox
from services.shared.settings import Settings
from services.tracker.store import Store


@pytest.fixture
def client(fresh_database: Settings) -> Iterator["MongoClient[mongo.Row]"]:
    with mongo.connect(fresh_database.mongo) as client:
        yield client


@pytest.fixture
def tracker_store(client: "MongoClient[mongo.Row]", fresh_database: Settings) -> Store:
    database = fresh_database.mongo.database
    store = Store(client, database, Outbox(client, database, "tracker"))
    store.prepare()
    return store
