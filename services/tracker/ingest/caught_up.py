"""Up to which moment the tracker knows all that Kafka holds: the caught-up time of each partition.

The question is asked by a client that never fetches: on the reading one it would wait behind the
long poll. The moment is taken before the question, so that what comes later is not claimed.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from services.shared.clock import Clock, Instant
from services.tracker.handlers import Partition

ASK_EVERY_S = 0.1


@dataclass(slots=True)
class Held:
    """A partition in our care, with what it has yet to reach to be caught up at `asked_at`."""

    partition: Partition
    caught_up_at: Instant = 0
    asked_at: Instant = 0
    ends: dict[str, int] | None = None
    committed_at: float = 0.0

    def caught_up(self) -> None:
        """Take over the moment of the question once everything that was there is folded."""
        if self.ends is not None and all(
            self.partition.positions.get(topic, 0) >= end for topic, end in self.ends.items()
        ):
            self.caught_up_at, self.ends = self.asked_at, None


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
            each.asked_at = asked_at
            each.ends = {
                place.topic: end for place, end in ends.items() if place.partition == number
            }
