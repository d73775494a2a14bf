"""A client of the test's own database, closed with the test."""

from collections.abc import Iterator

import pytest
from pymongo import MongoClient

from services.shared import mongo
from services.shared.settings import Settings


@pytest.fixture
def client(fresh_database: Settings) -> Iterator["MongoClient[mongo.Row]"]:
    with mongo.connect(fresh_database.mongo) as client:
        yield client
