"""What several files of tests on real servers share."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.local.health import wait_for_services
from services.local.stack import LocalStack
from services.shared.bus import Record
from services.shared.bus_kafka import KafkaPublisher
from services.shared.settings import Settings
from services.shared.subjects import VERDICTS_TOPIC
from tests.commands import environment_of
from tests.conftest import a_stack
from tests.e2e.alerts_process import TRACE
from tests.e2e.webhook import Hook

READY_DEADLINE_S = 60.0


@pytest.fixture(scope="module")
def tracked_stack() -> Iterator[LocalStack]:
    """A stack with a tracker, for tests that have subjects and sources of their own.

    A tracker that nobody needs any more would take a fifth of a core from the tests that follow.
    """
    with a_stack() as stack:
        stack.start_services(["tracker"])
        assert wait_for_services(stack.settings, ["tracker"], READY_DEADLINE_S) == {}
        yield stack


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    """For commands in a home of their own."""
    return environment_of(home)


@pytest.fixture
def hook() -> Iterator[Hook]:
    hook = Hook()
    yield hook
    hook.close()


@pytest.fixture
def publish(fresh_topics: Settings) -> Iterator[Callable[..., None]]:
    publisher = KafkaPublisher(fresh_topics.kafka, "test")

    def publish(*values: bytes) -> None:
        headers = (("traceparent", f"00-{TRACE}-b7ad6b7169203331-01".encode()),)
        records = [Record(VERDICTS_TOPIC, b"order/4711", value, headers) for value in values]
        publisher.publish(records)

    yield publish
    publisher.close()
