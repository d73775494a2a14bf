"""A tracker that starts just when Mongo goes away: it tries again, and is not ended by that."""

import threading
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from services.shared import mongo, telemetry
from services.shared.clock import WallClock
from services.shared.health import Health
from services.shared.outbox import Outbox
from services.shared.settings import Settings
from services.tracker import app
from services.tracker.agreement_files import load_folder
from services.tracker.agreement_sets import KnownSets
from services.tracker.app import Surroundings, prepare
from services.tracker.core.subject import Subject
from services.tracker.learner import Learner
from services.tracker.outlook import Outlook
from services.tracker.settings import TrackerSettings
from services.tracker.store import Store


class ShakenStore(Store):
    """Mongo goes away when it is first asked what settled before."""

    asked = 0

    def settled_subjects(self, *about: Any) -> Iterable[Subject]:  # noqa: ANN401 - as the store's
        self.asked += 1
        if self.asked == 1:
            raise AutoReconnect("the primary is gone")
        return super().settled_subjects(*about)


@pytest.fixture
def around(fresh_database: Settings) -> Iterator[Surroundings]:
    settings = TrackerSettings().model_copy(update={"mongo": fresh_database.mongo})
    observed = telemetry.start("tracker", settings)
    with mongo.connect(settings.mongo) as client:
        yield Surroundings(settings, observed, Health("mongo"), WallClock(), client)
    observed.shutdown()


@pytest.fixture
def store(around: Surroundings) -> ShakenStore:
    database = around.settings.mongo.database
    return ShakenStore(around.client, database, Outbox(around.client, database, "tracker"))


def test_a_start_that_mongo_cuts_off_is_tried_again(
    around: Surroundings, store: ShakenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "UNREACHABLE_WAIT_S", 0.0)
    assert prepared(around, store, threading.Event())
    assert store.asked == 2
    assert around.health.ready


def test_a_start_that_is_stopped_meanwhile_ends(around: Surroundings, store: ShakenStore) -> None:
    stopped = threading.Event()
    stopped.set()
    assert not prepared(around, store, stopped)


def prepared(around: Surroundings, store: Store, stopped: threading.Event) -> bool:
    sets = KnownSets(store, {})
    folder = load_folder(around.settings.agreements)
    return prepare(around, store, sets, Outlook(Learner()), folder, stopped)
