"""Writes a workload into topics, once for all peers that read them.

aiokafka's batches are filled here by hand: a record costs a tenth of what the departments' relays
pay for one, and lies in Kafka just as theirs do, uncompressed and in batches of the same limit.
"""

import asyncio
import gc
from asyncio import Future
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

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


class Batch(NamedTuple):
    """So many records on their way into a partition; `sent` will be aiokafka's metadata of them."""

    topic: str
    partition: int
    records: int
    sent: "Future[Any]"


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


@asynccontextmanager
async def producing(bootstrap: str) -> AsyncIterator[AIOKafkaProducer]:
    """As durable as the relays' producer."""
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        enable_idempotence=True,
        max_batch_size=BATCH_BYTES,
    )
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def batches(
    producer: AIOKafkaProducer, topics: Mapping[str, str], placed: Iterable[Placed]
) -> AsyncIterator[Batch]:
    """Send them, in as few batches as they fit into; gives each batch as it goes."""
    filling: dict[tuple[str, int], Any] = {}
    for each in placed:
        place = topics[each.party], each.partition
        batch = filling.get(place)
        if batch is None or not _append(batch, each):
            if batch is not None:
                yield await _sent(producer, place, batch)
            batch = filling[place] = producer.create_batch()
            assert _append(batch, each), "an empty batch takes any of our records"
    for place, batch in filling.items():
        yield await _sent(producer, place, batch)


async def _send_all(bootstrap: str, topics: Mapping[str, str], placed: Iterable[Placed]) -> None:
    async with producing(bootstrap) as producer:
        async for _ in batches(producer, topics, placed):
            pass
        await producer.flush()


async def _sent(producer: AIOKafkaProducer, place: tuple[str, int], batch: Any) -> Batch:  # noqa: ANN401 - aiokafka has no types
    topic, partition = place
    count = batch.record_count()
    return Batch(
        topic, partition, count, await producer.send_batch(batch, topic, partition=partition)
    )


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
