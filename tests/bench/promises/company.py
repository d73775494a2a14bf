"""The four departments as Kafka hears them: their events, and each second their heartbeats.

A heartbeat names a moment before everything that is sent after it was committed, as a relay's does.
When the broker appended a record is the broker's own time (LogAppendTime), in microseconds and
exact to a millisecond.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple

from aiokafka import AIOKafkaProducer

from services.shared.clock import Instant, WallClock
from services.shared.subjects import DEPARTMENTS, topic_of
from tests.bench.peers.filling import Batch, batches, producing
from tests.bench.peers.records import Placed, beats

BEAT_EVERY_S = 1.0
CLOCK = WallClock()
TOPICS = {party: topic_of(party) for party in DEPARTMENTS}


class Appended(NamedTuple):
    """Records of one place from offset `start` to before `end`, appended together."""

    topic: str
    partition: int
    start: int
    end: int
    at: Instant


class Beat(NamedTuple):
    """All that a topic's party committed before `complete_through` is in the partition."""

    topic: str
    partition: int
    complete_through: Instant
    appended_at: Instant


class Company:
    """`appended` are its events' batches in order of time, `beats` its heartbeats."""

    def __init__(self, producer: AIOKafkaProducer, partitions: int) -> None:
        self.appended: list[Appended] = []
        self.beats: list[Beat] = []
        self._producer = producer
        self._partitions = partitions

    async def tell(self, placed: Iterable[Placed]) -> None:
        """Comes back when the broker has all of them."""
        on_the_way = [batch async for batch in batches(self._producer, TOPICS, placed)]
        self.appended += [await _appended(batch) for batch in on_the_way]

    async def beat(self) -> None:
        """One heartbeat of each department into each partition."""
        now = CLOCK.now()
        placed = beats(now, self._partitions)
        on_the_way = [batch async for batch in batches(self._producer, TOPICS, placed)]
        for batch in on_the_way:
            lies = await _appended(batch)
            self.beats.append(Beat(lies.topic, lies.partition, now, lies.at))

    async def beat_on(self) -> None:
        """A heartbeat each second, until it is cancelled."""
        due = time.monotonic()
        while True:
            await self.beat()
            due += BEAT_EVERY_S
            await asyncio.sleep(max(0.0, due - time.monotonic()))


@asynccontextmanager
async def company(bootstrap: str, partitions: int) -> AsyncIterator[Company]:
    """Its hearts beat as long as the block lasts; raises at its end where they could not."""
    async with producing(bootstrap) as producer:
        telling = Company(producer, partitions)
        beating = asyncio.create_task(telling.beat_on())
        try:
            yield telling
        finally:
            beating.cancel()
            with suppress(asyncio.CancelledError):
                await beating


async def _appended(batch: Batch) -> Appended:
    lies = await batch.sent
    end = lies.offset + batch.records
    return Appended(batch.topic, batch.partition, lies.offset, end, lies.timestamp * 1_000)
