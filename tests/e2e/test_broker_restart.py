"""A broker that dies: what was committed meanwhile waits, arrives in order, and nothing is lost."""

import os
import signal
from collections.abc import Iterator
from contextlib import closing

import pytest

from services.local.stack import LocalStack
from services.shared import mongo
from services.shared.bus import Received, SubscribeError
from services.shared.bus_kafka import KafkaPublisher, KafkaSubscriber
from services.shared.bus_memory import MemoryBus
from services.shared.codec import decode_envelope, decode_event
from services.shared.subjects import HEARTBEAT_KEY
from tests.component.shared.outgoing import TOPIC, Sales, running
from tests.conftest import NewStack
from tests.polling import until


@pytest.fixture
def own(new_stack: NewStack) -> LocalStack:
    return new_stack()


@pytest.fixture
def sales(own: LocalStack) -> Iterator[Sales]:
    with mongo.connect(own.settings.mongo) as client:
        yield Sales(client, own.settings, MemoryBus(own.settings.partitions))


def test_nothing_is_lost_or_reordered_when_the_broker_is_killed(
    own: LocalStack, sales: Sales
) -> None:
    kafka = own.settings.kafka
    committed: list[str] = []
    with (
        closing(KafkaPublisher(kafka, "test")) as publisher,
        closing(KafkaSubscriber(kafka, "test", [TOPIC])) as subscriber,
        running(sales.relay(publisher=publisher)),
    ):
        read = Reading(subscriber)
        commit_some(sales, committed, read)
        kill_broker(own)
        commit_some(sales, committed)
        until(lambda: own.supervisor.restarts("kafka") == 1, "the supervisor has seen it")
        until(lambda: sales.health.ready, "the relay is well again", deadline_s=60)
        commit_some(sales, committed, read)
        assert read.first_appearances() == committed
        assert sorted(read.sequences()) == list(range(1, len(committed) + 1))


class Reading:
    """What a member of a group has read, through any number of outages."""

    def __init__(self, subscriber: KafkaSubscriber) -> None:
        self._subscriber = subscriber
        self._records: list[Received] = []

    def more(self) -> None:
        try:
            found = self._subscriber.poll(0.1)
            self._subscriber.commit()
        except SubscribeError:
            return
        self._records += (record for record in found if record.key != HEARTBEAT_KEY)

    def first_appearances(self) -> list[str]:
        """Reasons in the order in which they came; what came again is dropped, as readers do."""
        self.more()
        events = [decode_envelope(record.value) for record in self._records]
        return list(dict.fromkeys(decode_event(each.type, each.body).reason for each in events))

    def sequences(self) -> set[int]:
        return {decode_envelope(record.value).sequence for record in self._records}


def commit_some(sales: Sales, committed: list[str], read: Reading | None = None) -> None:
    """Twenty events of one order; with `read`, waits until it has all so far."""
    for _ in range(20):
        committed.append(str(len(committed)))
        sales.cancel("4711", committed[-1])
    if read:
        until(lambda: read.first_appearances() == committed, "all is read", deadline_s=60)


def kill_broker(stack: LocalStack) -> None:
    os.kill(stack.supervisor.processes()["kafka"].pid, signal.SIGKILL)
