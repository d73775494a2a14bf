"""Readiness as probes see it."""

import json
from collections.abc import Iterator
from http import HTTPStatus

import httpx
import pytest
from prometheus_client import CollectorRegistry, Counter

from services.shared.health import Health, HealthServer, serve
from tests import asking


@pytest.fixture
def health() -> Health:
    return Health("mongo", "relay")


@pytest.fixture
def server(health: Health) -> Iterator[HealthServer]:
    registry = CollectorRegistry()
    Counter("handoff_orders", "orders", registry=registry).inc(3)
    server = serve(health, registry, "127.0.0.1", 0)
    yield server
    server.stop()


def get(server: HealthServer, path: str) -> httpx.Response:
    return asking.get(f"http://127.0.0.1:{server.port}{path}")


def test_a_service_is_ready_when_every_part_has_said_so(
    server: HealthServer, health: Health
) -> None:
    waiting = get(server, "/readyz")
    assert waiting.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert json.loads(waiting.text)["problems"] == {
        "mongo": "has not started yet",
        "relay": "has not started yet",
    }
    health.report("mongo", None)
    health.report("relay", "Cannot publish to Kafka at 127.0.0.1:9.")
    assert get(server, "/readyz").json() == {
        "ready": False,
        "problems": {"relay": "Cannot publish to Kafka at 127.0.0.1:9."},
    }
    health.report("relay", None)
    ready = get(server, "/readyz?verbose")
    assert (ready.status_code, ready.json()["ready"]) == (HTTPStatus.OK, True)


def test_a_service_that_is_not_ready_is_alive(server: HealthServer) -> None:
    assert get(server, "/healthz").status_code == HTTPStatus.OK


def test_metrics_are_those_of_the_service(server: HealthServer) -> None:
    page = get(server, "/metrics")
    assert "handoff_orders_total 3.0" in page.text
    assert page.headers["content-type"].startswith("text/plain")


def test_another_page_names_those_that_there_are(server: HealthServer) -> None:
    page = get(server, "/etc/passwd")
    assert page.status_code == HTTPStatus.NOT_FOUND
    assert "/readyz" in page.json()["pages"]


def test_a_stopped_server_gives_its_port_back(health: Health) -> None:
    first = serve(health, CollectorRegistry(), "127.0.0.1", 0)
    first.stop()
    serve(health, CollectorRegistry(), "127.0.0.1", first.port).stop()
