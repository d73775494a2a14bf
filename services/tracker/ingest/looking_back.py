"""What the parties' topics hold of the last while, read beside the group and unknown to it.

Read by aiokafka: most of it are heartbeats, each a batch of its own, for which the client of
`bus_kafka` takes forty microseconds and this one three.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from services.shared.clock import Instant
from services.shared.kafka_access import client_arguments
from services.shared.settings import Settings
from services.shared.subjects import topic_of

REQUEST_TIMEOUT_MS = 10_000
WAIT_MS = 500
FETCH_BYTES = 8_388_608
"""Of one partition at a time: the usual megabyte is three thousand heartbeats."""

Places = Mapping[tuple[str, int], tuple[int, int]]
"""Of a topic and a partition, the first offset and the one after the last."""


@asynccontextmanager
async def looking_back(settings: Settings) -> AsyncIterator["LookingBack"]:
    """Raises KafkaError where Kafka does not answer."""
    consumer = AIOKafkaConsumer(
        **client_arguments(settings.kafka),
        enable_auto_commit=False,
        auto_offset_reset="none",
        isolation_level="read_uncommitted",
        request_timeout_ms=REQUEST_TIMEOUT_MS,
        max_partition_fetch_bytes=FETCH_BYTES,
    )
    try:
        await consumer.start()
        yield LookingBack(consumer, settings)
    finally:
        await consumer.stop()


@dataclass(frozen=True, slots=True)
class LookingBack:
    """One client; both questions raise KafkaError."""

    consumer: AIOKafkaConsumer
    settings: Settings

    async def since(self, at: Instant) -> Places:
        """Where, in each partition of the parties' topics, lies what Kafka got since then."""
        topics = [topic_of(party) for party in self.settings.parties]
        places = [TopicPartition(t, n) for t in topics for n in range(self.settings.partitions)]
        self.consumer.assign(places)
        first = await self.consumer.offsets_for_times(dict.fromkeys(places, at // 1_000))
        ends = await self.consumer.end_offsets(places)
        starts = {each: first[each].offset if first[each] else ends[each] for each in places}
        return {(each.topic, each.partition): (starts[each], ends[each]) for each in places}

    async def between(self, places: Places) -> AsyncIterator[Sequence[ConsumerRecord]]:
        """All that lies there, some at a time, each partition in its order."""
        ends = {TopicPartition(*at): end for at, (start, end) in places.items() if start < end}
        self.consumer.assign(list(ends))
        for place in ends:
            self.consumer.seek(place, places[place.topic, place.partition][0])
        while ends:
            found = await self.consumer.getmany(*ends, timeout_ms=WAIT_MS)
            for place, records in found.items():
                yield [each for each in records if each.offset < ends[place]]
            ends = {
                place: end
                for place, end in ends.items()
                if await self.consumer.position(place) < end
            }
