"""Waiting until services are ready: those that are late are named with what they say."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from prometheus_client import CollectorRegistry

from services.local.health import wait_for_services
from services.shared.health import Health, serve
from services.shared.settings import Endpoint, Endpoints, Settings


class Slow(Health):
    """Ready at the third look."""

    looks = 0

    def problems(self) -> dict[str, str]:
        self.looks += 1
        return {} if self.looks >= 3 else {"mongo": "has not started yet"}


@pytest.fixture
def settings() -> Iterator[Settings]:
    """Sales is ready, operations will be, finance will not, and of support there is nothing."""
    never = Health()
    never.report("mongo", "Cannot reach Mongo.")
    with ExitStack() as serving:

        def place(health: Health) -> Endpoint:
            server = serve(health, CollectorRegistry(), "127.0.0.1", 0)
            serving.callback(server.stop)
            return Endpoint(host="127.0.0.1", grpc=1, http=server.port)

        yield Settings(
            endpoints=Endpoints(
                sales=place(Health()),
                operations=place(Slow()),
                finance=place(never),
                support=Endpoint(host="127.0.0.1", grpc=1, http=1),
            )
        )


def test_who_is_slow_is_waited_for(settings: Settings) -> None:
    assert wait_for_services(settings, ["operations", "sales"], deadline_s=30.0) == {}


def test_each_that_is_late_is_named_with_what_it_says(settings: Settings) -> None:
    late = wait_for_services(settings, ["finance", "sales", "support"], deadline_s=0.0)
    assert list(late) == ["finance", "support"]
    assert "says 503" in late["finance"]
    assert "Cannot reach Mongo." in late["finance"]
    assert "does not answer" in late["support"]
