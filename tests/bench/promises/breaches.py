"""The verdicts in Kafka as they come, each with the moment at which the broker appended it."""

import asyncio
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from handoff.v1 import tracker_pb2
from kafka import KafkaConsumer, TopicPartition

from services.shared.clock import Instant
from services.shared.subjects import VERDICTS_TOPIC
from tests.bench.peers.listening import Standstill, told
from tests.bench.peers.workload import Told, subject_of

LOOK_EVERY_S = 0.1
LIMIT_S = 120.0
"""Longer than this nobody waits for a verdict."""


class Seen(NamedTuple):
    """One verdict, in which partition, and for which deadline."""

    told: Told
    partition: int
    due_by: Instant
    appended_at: Instant


class Breaches:
    """`seen` is every verdict that was read so far."""

    def __init__(self, consumer: KafkaConsumer) -> None:
        self.seen: list[Seen] = []
        self._consumer = consumer

    async def of(self, numbers: Collection[int], is_alive: Callable[[], object]) -> list[Seen]:
        """Those on these orders, once there is one on each. Raises Standstill where none comes."""
        subjects, give_up_at = (
            {subject_of(number) for number in numbers},
            time.monotonic() + LIMIT_S,
        )
        while missing := subjects - {each.told.subject for each in self.seen}:
            is_alive()
            if time.monotonic() > give_up_at:
                raise Standstill(f"{len(missing)} of {len(subjects)} verdicts did not come")
            await asyncio.to_thread(self._read)
            await asyncio.sleep(LOOK_EVERY_S)
        return [each for each in self.seen if each.told.subject in subjects]

    def _read(self) -> None:
        while batches := self._consumer.poll(timeout_ms=0):
            for records in batches.values():
                self.seen += [_seen(each.partition, each.timestamp, each.value) for each in records]


@contextmanager
def breaches_in(bootstrap: str) -> Iterator[Breaches]:
    """From the first verdict on."""
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_poll_records=10_000,
    )
    numbers = consumer.partitions_for_topic(VERDICTS_TOPIC)
    consumer.assign([TopicPartition(VERDICTS_TOPIC, number) for number in numbers])
    try:
        yield Breaches(consumer)
    finally:
        consumer.close()


def _seen(partition: int, timestamp_ms: int, value: bytes) -> Seen:
    verdict = tracker_pb2.Verdict.FromString(value)
    return Seen(told(verdict), partition, verdict.due_by.ToMicroseconds(), timestamp_ms * 1_000)
