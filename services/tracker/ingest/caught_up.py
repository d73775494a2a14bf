"""Up to which moment the tracker knows all that Kafka holds: the caught-up time of each partition.

The question is asked by a client that never fetches: on the reading one it would wait behind the
long poll. The moment is taken before the question, so that what comes later is not claimed.
"""

import asyncio
from collections.abc import Mapping, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from services.shared.clock import Clock
from services.tracker.ingest.gate import Held

ASK_EVERY_S = 0.1


async def watch(
    watcher: AIOKafkaConsumer, held: Mapping[int, Held], topics: Sequence[str], clock: Clock
) -> None:
    """Ask where the topics end, for each partition whose last question is answered."""
    while True:
        await asyncio.sleep(ASK_EVERY_S)
        asked = {number: each for number, each in held.items() if each.ends is None}
        places = [TopicPartition(topic, number) for number in asked for topic in topics]
        asked_at = clock.now()
        try:
            ends = await watcher.end_offsets(places) if places else {}
        except KafkaError:
            continue  # the reading client reports it
        for number, each in asked.items():
            theirs = {place.topic: end for place, end in ends.items() if place.partition == number}
            each.asked(asked_at, theirs)
