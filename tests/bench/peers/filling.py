"""Writes a workload into topics, once for all peers that read them.

aiokafka's batches are filled here by hand: a record costs a tenth of what the departments' relays
pay for one, and lies in Kafka just as theirs do, uncompressed and in batches of the same limit.
"""

import asyncio
import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaProducer
from kafka import KafkaAdminClient

from services.local.topics import CONFIG
from services.shared.bus_kafka import BATCH_BYTES
from services.shared.clock import SECOND, Instant
from services.shared.subjects import DEPARTMENTS, HEARTBEAT_KEY
from tests.bench.peers.records import Placed, records
from tests.bench.peers.workload import Workload

BEFORE_NOW = 10 * SECOND
"""The last heartbeat speaks of a moment that is over: the tracker believes no other."""


@dataclass(frozen=True, slots=True)
class Filled:
    """The topics of the departments, in their order, with all of a workload in them.

    `mark` is the number of records, heartbeats among them, with the last event of the warm-up.
    """

    workload: Workload
    topics: tuple[str, ...]
    partitions: int
    events: int
    mark: int


def fill(bootstrap: str, prefix: str, workload: Workload, partitions: int, now: Instant) -> Filled:
    """The events end right before `now`; the topics have to exist, and be empty."""
    start = now - workload.lasts - BEFORE_NOW
    topics = {party: f"{prefix}.{party}.v1" for party in DEPARTMENTS}
    with _no_garbage():
        placed = records(workload, start, partitions)
        count = _Count(workload.warm_up)
        asyncio.run(_send_all(bootstrap, topics, map(count, placed)))
    return Filled(workload, tuple(topics.values()), partitions, count.events, count.mark)


def make_topics(kafka: KafkaAdminClient, names: Iterable[str], partitions: int) -> None:
    """As the project's own: the broker's time, no compression, the same limit of a batch."""
    wanted = {
        name: {"num_partitions": partitions, "replication_factor": -1, "configs": dict(CONFIG)}
        for name in names
    }
    kafka.create_topics(wanted)
    kafka.wait_for_topics(list(wanted))


class _Count:
    """Counts what goes by: records, and those that are events."""

    def __init__(self, warm_up: int) -> None:
        self._warm_up, self._records = warm_up, 0
        self.events = self.mark = 0

    def __call__(self, placed: Placed) -> Placed:
        self._records += 1
        if placed.key != HEARTBEAT_KEY:
            self.events += 1
            if self.events == self._warm_up:
                self.mark = self._records
        return placed


async def _send_all(bootstrap: str, topics: dict[str, str], placed: Iterable[Placed]) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        enable_idempotence=True,
        max_batch_size=BATCH_BYTES,
    )
    await producer.start()
    try:
        open_batches: dict[tuple[str, int], Any] = {}
        for each in placed:
            place = topics[each.party], each.partition
            batch = open_batches.get(place)
            if batch is None or not _append(batch, each):
                if batch is not None:
                    await producer.send_batch(batch, place[0], partition=place[1])
                batch = open_batches[place] = producer.create_batch()
                assert _append(batch, each), "an empty batch takes any of our records"
        for place, batch in open_batches.items():
            await producer.send_batch(batch, place[0], partition=place[1])
        await producer.flush()
    finally:
        await producer.stop()


def _append(batch: Any, each: Placed) -> bool:  # noqa: ANN401 - aiokafka has no types
    """False where the batch is full."""
    appended = batch.append(
        timestamp=None, key=each.key, value=each.value, headers=list(each.headers)
    )
    return appended is not None


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Nothing in a record refers to another one."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
