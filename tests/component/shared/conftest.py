"""A client of the test's own database, closed with the test, and a department that uses it."""

from collections.abc import Iterator

import pytest
from pymongo import MongoClient

from services.shared import mongo
from services.shared.bus_memory import MemoryBus
from services.shared.settings import Settings
from tests.component.shared.outgoing import Sales


@pytest.fixture
def client(fresh_database: Settings) -> Iterator["MongoClient[mongo.Row]"]:
    with mongo.connect(fresh_database.mongo) as client:
        yield client


@pytest.fixture
def sales(client: "MongoClient[mongo.Row]", fresh_database: Settings) -> Sales:
    return Sales(client, fresh_database, MemoryBus(fresh_database.partitions))
