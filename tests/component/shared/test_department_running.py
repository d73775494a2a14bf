"""A department's run: its threads begin when the store is prepared, and none ends unnoticed."""

import gc
import os
import signal
import threading
from collections.abc import Iterator

import pytest
from pymongo.errors import AutoReconnect

from services.local.ports import Ports
from services.shared.department import running
from services.shared.department.running import Service, started
from services.shared.settings import Endpoint, Settings


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    ports = Ports(prefer_usual=False)
    yield Endpoint(grpc=ports.take(1), http=ports.take(1))
    ports.release()


@pytest.fixture
def service(
    fresh_database: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Service[Settings]]:
    monkeypatch.setenv("HANDOFF_MONGO__URI", fresh_database.mongo.uri)
    monkeypatch.setattr(running, "TROUBLE_WAIT_S", 0.01)
    with started("sales", Settings) as service:
        yield service
    gc.unfreeze()


def told_to_stop(_stop: threading.Event) -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def test_work_begins_when_the_store_is_prepared_and_ends_with_the_service(
    service: Service[Settings], endpoint: Endpoint
) -> None:
    happened: list[str] = []

    def prepare() -> None:
        happened.append("prepare")
        if len(happened) == 1:
            raise AutoReconnect("the primary stepped down")

    def until_stopped(stop: threading.Event) -> None:
        happened.append("work")
        assert stop.wait(30)
        happened.append("end")

    service.run({}, endpoint, prepare, until_stopped, told_to_stop)
    assert happened == ["prepare", "prepare", "work", "end"]
    assert service.health.problems() == {}


def test_a_thread_that_fails_ends_the_service_with_its_error(
    service: Service[Settings], endpoint: Endpoint
) -> None:
    def fails(_stop: threading.Event) -> None:
        raise ZeroDivisionError("no parcels")

    with pytest.raises(ZeroDivisionError, match="no parcels"):
        service.run({}, endpoint, lambda: None, fails)
