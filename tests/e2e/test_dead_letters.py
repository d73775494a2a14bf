"""Records that nobody can handle, on a real Kafka: nothing waits behind them, and none is lost."""

import itertools
import json
import os
import subprocess
from contextlib import closing
from typing import Any

import grpc
import pytest
from handoff.v1 import tracker_pb2, tracker_pb2_grpc

from services.local.stack import LocalStack
from services.shared.bus import Record
from services.shared.bus_kafka import KafkaPublisher
from services.shared.clock import WallClock
from services.shared.rpc import sync_channel
from services.shared.subjects import partition_of
from tests.commands import HANDOFF
from tests.polling import until
from tests.tracking import placed

DEADLINE_S = 60.0
GOOD, ASTRAY = "order/good", "order/astray"


class Tracked:
    """A tracker on a stack, what a test publishes to it, and `handoff dlq`."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        endpoint = stack.settings.endpoints.tracker
        self._address = endpoint.grpc_address
        self._earlier = {letter["id"] for letter in self.dlq("list")}

    def publish(self, *records: Record) -> None:
        with closing(KafkaPublisher(self.stack.settings.kafka, "test")) as publisher:
            publisher.publish(records)

    def events_of(self, subject: str) -> int:
        """How many events the tracker counted; 0 for a subject that it does not know."""
        with sync_channel(self._address) as channel:
            tracker = tracker_pb2_grpc.TrackerServiceStub(channel)
            try:
                answer = tracker.GetSubject(tracker_pb2.GetSubjectRequest(subject=subject))
            except grpc.RpcError:
                return 0
            return len(answer.events)

    def dlq(self, *arguments: str) -> Any:  # noqa: ANN401 - JSON
        """What `handoff dlq ... --json` prints."""
        done = subprocess.run(
            [*HANDOFF, "dlq", *arguments, "--json"],
            env={**os.environ, **self.stack.environment},
            capture_output=True,
            check=True,
            text=True,
        )
        return json.loads(done.stdout)

    def letters(self) -> list[dict[str, str]]:
        """Those of this test."""
        return [letter for letter in self.dlq("list") if letter["id"] not in self._earlier]

    def reasons(self) -> list[str]:
        return sorted(letter["reason"] for letter in self.letters())


@pytest.fixture
def tracked(tracked_stack: LocalStack) -> Tracked:
    return Tracked(tracked_stack)


def a_record(subject: str, *, topic: str = "handoff.sales.v1", padding: int = 0) -> Record:
    """An order that is placed now, in the partition where a Java client would put it."""
    now = WallClock().now()
    read = placed(now, subject=subject, actor="a" * padding)
    return Record(topic, read.key, read.value, read.headers)


def test_poison_goes_to_the_dead_letters_and_what_is_behind_it_goes_on(tracked: Tracked) -> None:
    place = partition_of(GOOD, tracked.stack.settings.partitions)
    poison = Record("handoff.sales.v1", b"order/x", b"\xff\xfe\xfd", (), place)
    tracked.publish(
        poison,
        a_record("order/too-large", padding=70_000),
        a_record("order/other", topic="handoff.finance.v1"),
        a_record(GOOD),
    )
    until(lambda: tracked.events_of(GOOD) == 1, "the good one is counted", DEADLINE_S)
    expected = ["too_large", "undecodable", "wrong_party"]
    until(lambda: tracked.reasons() == expected, "the others are dead letters", DEADLINE_S)


def test_redriving_a_letter_mends_its_partition_and_twice_counts_once(tracked: Tracked) -> None:
    right = partition_of(ASTRAY, tracked.stack.settings.partitions)
    record = a_record(ASTRAY)
    wrong = (right + 1) % tracked.stack.settings.partitions
    tracked.publish(Record(record.topic, record.key, record.value, record.headers, wrong))
    until(lambda: tracked.reasons() == ["wrong_partition"], "it is a dead letter", DEADLINE_S)
    (letter,) = tracked.letters()
    assert tracked.dlq("show", letter["id"])["event"]["subject"] == ASTRAY
    for _ in range(2):
        assert tracked.dlq("redrive", letter["id"]) == {"redriven": [letter["id"]]}
    behind = _neighbour(ASTRAY, tracked.stack.settings.partitions)
    tracked.publish(a_record(behind))
    until(lambda: tracked.events_of(behind) == 1, "what is behind it is counted", DEADLINE_S)
    assert tracked.events_of(ASTRAY) == 1
    assert tracked.reasons() == ["wrong_partition"]


def _neighbour(subject: str, partitions: int) -> str:
    """Another order of the same partition."""
    place = partition_of(subject, partitions)
    orders = (f"order/behind-{number}" for number in itertools.count())
    return next(order for order in orders if partition_of(order, partitions) == place)
