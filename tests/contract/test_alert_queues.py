"""How delivery fares, as Mongo's notices say: whom nobody gets through to, and what was refused."""

import pytest
from pymongo import MongoClient

from services.alerts import handlers
from services.alerts.domain.alert import Notice
from services.alerts.domain.ladders import everybody_at_once
from services.alerts.domain.posts import alone
from services.alerts.handlers import Desk
from services.alerts.oncall_events import SOURCE
from services.alerts.queues import MongoQueues
from services.alerts.store import MongoAlertStore
from services.shared.mongo import Row
from services.shared.outbox import Outbox
from services.shared.settings import Settings
from tests.alerting import a_promise, at, breached

NOW = at("15:25")
QUEUES = MongoQueues(("log", "pager"), without_fallback=("pager",))


@pytest.fixture
def store(client: "MongoClient[Row]", fresh_database: Settings) -> MongoAlertStore:
    database = fresh_database.mongo.database
    store = MongoAlertStore(client, database, Outbox(client, database, SOURCE))
    store.prepare()
    return store


def two_notices(store: MongoAlertStore) -> tuple[Notice, ...]:
    desk = Desk(store, everybody_at_once(("log", "pager")))
    words = (breached(promise=a_promise(order)) for order in ("1", "2"))
    return tuple(notice for word in words for notice in handlers.hear(word, desk, NOW).notices)


def test_a_receiver_fails_since_the_first_try_of_what_still_waits(store: MongoAlertStore) -> None:
    first, second = two_notices(store)
    assert QUEUES.failing() == {}, "what nobody tried yet is not stuck"
    store.claim(alone(second), "pager", "this", at("15:40"))
    store.claim(alone(first), "pager", "this", at("15:30"))
    assert QUEUES.failing() == {"pager": at("15:30")}
    store.settle([first], "pager")
    assert QUEUES.failing() == {"pager": at("15:40")}
    store.settle([second], "pager")
    assert QUEUES.failing() == {}


def test_what_is_refused_counts_where_nobody_else_is_told(store: MongoAlertStore) -> None:
    first, second = two_notices(store)
    store.settle([first], "log", problem="no such channel", fallback="pager")
    assert QUEUES.refused(NOW) == {}
    store.settle([first], "pager", problem="no such key")
    store.settle([second], "pager")
    assert QUEUES.refused(NOW) == {"pager": 1}
    assert QUEUES.refused(NOW + 1) == {}
