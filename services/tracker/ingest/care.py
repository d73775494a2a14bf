"""The partitions that the group gives us: which are read, which stand still, and why.

What is assigned stands still at first. It is loaded and sought outside of the group's callback,
which would keep this member silent for as long as it takes. A partition that stands still is
sought and paused: for one that is neither, aiokafka asks the group for an offset again and again,
fetches nothing else meanwhile, and raises that there is none.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from typing import Protocol

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from services.shared.errors import HandoffError
from services.shared.health import Health
from services.tracker.errors import KafkaSilent
from services.tracker.handlers import Partition
from services.tracker.ingest.gate import Held
from services.tracker.ingest.patience import Patience
from services.tracker.ingest.protecting import (
    Log,
    Stored,
    stops,
    torn_apart,
    why_stopped,
    wrong_partition_count,
)

LOOK_EVERY_S = 3.0

Logs = Mapping[str, Log]


class Keeper(Protocol):
    """Who keeps partitions; `open` takes one over and loads it, the others touch its document."""

    def open(self, number: int) -> Partition: ...

    def stored(self, number: int) -> Stored: ...

    def lose(self, stored: Stored, topics: Iterable[str]) -> None: ...


class Care:
    """`held` are those that are read; `busy` is taken by whoever works on them, and not for as long
    as another one loads.

    `ask` blocks, and raises KafkaSilent. `partitions` is how many each topic must have.
    """

    def __init__(  # noqa: PLR0913 - the parts that meet here
        self,
        topics: Iterable[str],
        partitions: int,
        keeper: Keeper,
        ask: Callable[[], Logs],
        *,
        patience: Patience,
        health: Health,
        log: structlog.typing.FilteringBoundLogger,
    ) -> None:
        self.held: dict[int, Held] = {}
        self.busy = asyncio.Lock()
        self._loading = asyncio.Lock()
        self._topics = frozenset(topics)
        self._partitions = partitions
        self._keeper = keeper
        self._ask = ask
        self._patience = patience
        self._health = health
        self._log = log
        self._assigned: dict[int, set[str]] = {}
        self._standing: dict[int, HandoffError | None] = {}
        self._assignments = 0
        self._called = asyncio.Event()

    async def take(self, consumer: AIOKafkaConsumer, assigned: Iterable[TopicPartition]) -> None:
        """These are ours from now on: they stand still until somebody has looked at them."""
        places = list(assigned)
        _hold(consumer, places)
        async with self._loading, self.busy:
            self.forget()
            ours = defaultdict(set)
            for place in places:
                ours[place.partition].add(place.topic)
            self._assigned = dict(ours)
            for number in sorted(ours):
                self._await(number)
        self._called.set()

    async def drop(self) -> None:
        """Forget everything: whoever gets the partitions next loads them from Mongo."""
        async with self._loading, self.busy:
            self.forget()

    def forget(self) -> None:
        """What another tracker has from now on is not our trouble."""
        self._assignments += 1
        for number in self._standing:
            self._health.report(_part(number), None)
        self.held.clear()
        self._standing.clear()
        self._assigned.clear()

    def refused(self, consumer: AIOKafkaConsumer, places: Iterable[TopicPartition]) -> None:
        """Kafka does not hold what comes next there; the next look finds out why."""
        for number in {place.partition for place in places}:
            if self.held.pop(number, None):
                self._await(number)
                self._pause(consumer, number)

    async def look_after(self, consumer: AIOKafkaConsumer) -> None:
        """Look at once where somebody called, and again every few seconds."""
        while True:
            self._called.clear()
            if self._assigned:
                await self.look(consumer)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._called.wait(), LOOK_EVERY_S)

    async def look(self, consumer: AIOKafkaConsumer) -> None:
        """Stop what must not be read any longer, and go on where the cause is gone.

        What is stored is read before Kafka is asked: a position is never ahead of the log then.
        """
        seen = self._assignments
        stored = {
            number: await self._patience(partial(self._keeper.stored, number))
            for number in list(self._standing)
        }
        try:
            logs = await asyncio.to_thread(self._ask)
        except KafkaSilent as error:
            self._tell_standing(error)
            return
        wrong = wrong_partition_count(logs, self._topics, self._partitions)
        read = set(self.held)
        for number in sorted(self._assigned):
            async with self._loading:
                if seen != self._assignments:
                    return
                async with self.busy:
                    self._check(consumer, number, logs, wrong)
                if number in stored and not wrong:
                    await self._examine(consumer, stored[number], logs)
        if self.held.keys() - read:
            self._log.info("partitions taken", partitions=sorted(self.held))

    def _await(self, number: int) -> None:
        """It stands still until the next look; who asks meanwhile hears that it is not read."""
        self._standing[number] = None
        self._health.report(_part(number), "It is not loaded yet.")

    def _tell_standing(self, error: KafkaSilent) -> None:
        """Those whose reason is not known yet; the others keep theirs."""
        for number, why in self._standing.items():
            if not why:
                self._health.report(_part(number), f"It is not loaded yet. {error}")

    def _check(
        self, consumer: AIOKafkaConsumer, number: int, logs: Logs, wrong: HandoffError | None
    ) -> None:
        """Stop it where something is wrong with all, or with the topics of one that is read.

        Of the latter only the topics' ids are compared: it moves while Kafka is asked.
        """
        if wrong:
            self._stand_still(consumer, number, wrong)
        elif held := self.held.get(number):
            here = Stored(
                number, positions=held.partition.positions, topic_ids=held.partition.topic_ids
            )
            anew = (stop for stop in stops(here, logs) if stop.made_anew)
            if stop := next(anew, None):
                self._stand_still(consumer, number, why_stopped(stop))

    async def _examine(self, consumer: AIOKafkaConsumer, stored: Stored, logs: Logs) -> None:
        """Load one that stands still, or say why it cannot be read."""
        number = stored.number
        if torn := torn_apart(number, self._assigned[number], self._topics):
            self._stand_still(consumer, number, torn)
            return
        stopped = list(stops(stored, logs))
        if lost := {stop.topic for stop in stopped if not stop.made_anew} - stored.lost:
            await self._patience(partial(self._keeper.lose, stored, lost))
        if stopped:
            self._stand_still(consumer, number, why_stopped(stopped[0]))
        else:
            await self._load(consumer, number, logs)

    async def _load(self, consumer: AIOKafkaConsumer, number: int, logs: Logs) -> None:
        """Take it over, then read all its topics from the stored positions."""
        partition = await self._patience(partial(self._keeper.open, number))
        async with self.busy:
            for topic in self._topics:
                place = TopicPartition(topic, number)
                start = partition.positions.setdefault(topic, logs[topic].starts[number])
                partition.topic_ids.setdefault(topic, logs[topic].id)
                consumer.seek(place, start)
                consumer.resume(place)
            self.held[number] = Held(partition)
            self._standing.pop(number, None)
            self._health.report(_part(number), None)

    def _stand_still(self, consumer: AIOKafkaConsumer, number: int, why: HandoffError) -> None:
        """Read nothing of it until a look finds that the cause is gone; log the cause once."""
        if type(self._standing.get(number)) is not type(why):
            self._log.error(str(why))
        self.held.pop(number, None)
        self._standing[number] = why
        self._health.report(_part(number), str(why))
        self._pause(consumer, number)

    def _pause(self, consumer: AIOKafkaConsumer, number: int) -> None:
        _hold(consumer, (TopicPartition(topic, number) for topic in self._assigned[number]))


def _hold(consumer: AIOKafkaConsumer, places: Iterable[TopicPartition]) -> None:
    for place in places:
        consumer.seek(place, 0)
        consumer.pause(place)


def _part(number: int) -> str:
    return f"partition {number}"
