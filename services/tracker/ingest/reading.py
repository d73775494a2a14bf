"""Kafka's side of the tracker: which partitions are ours, from where we read them, how far we are.

aiokafka reads in batches; a batch is folded and committed in a thread while the next one arrives.
Positions are those in Mongo: Kafka's own committed offsets are not used.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from functools import partial

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import (
    KafkaError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
)
from opentelemetry.trace import SpanKind
from pymongo.errors import PyMongoError

from services.shared import telemetry as names
from services.shared.bus import Received
from services.shared.clock import Clock
from services.shared.errors import HandoffError
from services.shared.health import Health
from services.shared.mongo import TransactionTooLong
from services.shared.subjects import HEARTBEAT_KEY, topic_of
from services.shared.telemetry import Telemetry
from services.tracker.exchange import Told
from services.tracker.handlers import Partition
from services.tracker.ingest.caught_up import watch
from services.tracker.ingest.gate import Held
from services.tracker.ingest.membership import (
    GROUP,
    Listener,
    Membership,
    by_topic,
    reader,
    received,
    watcher_of,
)
from services.tracker.ingest.protecting import lost, position_lost, wrong_partition_count

POLL_MS = 100
BATCH_RECORDS = 2_000
UNLOADED_WAIT_S = 0.02
IDLE_COMMIT_S = 1.0
TROUBLE_WAIT_S = 1.0
PART = "kafka"


class Ingest:
    """Reads every party's topic; `open_partition` loads one, `decode` makes sense of a record."""

    def __init__(  # noqa: PLR0913 - the parts that meet here
        self,
        membership: Membership,
        open_partition: Callable[[int], Partition],
        decode: Callable[[Received, str], Told],
        *,
        observe: Callable[[Partition], None],
        clock: Clock,
        telemetry: Telemetry,
        health: Health,
    ) -> None:
        self._membership = membership
        self._open_partition = open_partition
        self._decode = decode
        self._observe = observe
        self._clock = clock
        self._log = telemetry.log
        self._telemetry = telemetry
        self._health = health
        self._topics = {topic_of(party): party for party in membership.parties}
        self._held: dict[int, Held] = {}
        self._standing: set[int] = set()
        self._busy = asyncio.Lock()

    @property
    def partitions(self) -> list[Partition]:
        """Those in our care right now; other threads may ask."""
        return [held.partition for held in list(self._held.values())]

    async def run(self, stop: asyncio.Event) -> None:
        """Follow the topics until stopped. Raises Fenced when another tracker took our place."""
        while not stop.is_set():
            consumer, watcher = reader(self._membership), watcher_of(self._membership)
            try:
                await consumer.start()
                await watcher.start()
                consumer.subscribe(
                    list(self._topics), listener=Listener(partial(self.take, consumer), self.drop)
                )
                watching = asyncio.create_task(
                    watch(watcher, self._held, list(self._topics), self._clock)
                )
                try:
                    await self._follow(consumer, stop)
                finally:
                    watching.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await watching
            except (KafkaError, OSError) as error:
                problem = f"Cannot read Kafka at {self._membership.bootstrap}; still trying."
                self._health.report(PART, problem)
                self._log.warning(problem, error=repr(error))
                await asyncio.sleep(TROUBLE_WAIT_S)
            finally:
                self._held.clear()
                await watcher.stop()
                await consumer.stop()

    async def _follow(self, consumer: AIOKafkaConsumer, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                batches = await consumer.getmany(timeout_ms=POLL_MS, max_records=BATCH_RECORDS)
            except NoOffsetForPartitionError:
                await asyncio.sleep(UNLOADED_WAIT_S)  # assigned, but not loaded and sought yet
                continue
            except OffsetOutOfRangeError as error:
                for place, position in (error.args[0] if error.args else {}).items():
                    self._stand_still(place.partition, lost(place.partition, place.topic, position))
                continue
            self._health.report(PART, None)
            async with self._busy:
                told, ahead = await asyncio.to_thread(self._read, batches)
                for place, position in ahead.items():
                    consumer.seek(place, position)
                for number, held in list(self._held.items()):
                    await self._handle(held, told.get(number, []))

    def _read(
        self, batches: dict[TopicPartition, list[ConsumerRecord]]
    ) -> tuple[dict[int, list[Told]], dict[TopicPartition, int]]:
        """Decode what continues a stored position; gives also where to seek to instead of that."""
        told: dict[int, list[Told]] = defaultdict(list)
        ahead: dict[TopicPartition, int] = {}
        for place, records in batches.items():
            if not (held := self._held.get(place.partition)):
                continue
            continuing = held.continuing(place.topic, records)
            if continuing is None:
                ahead[place] = held.position(place.topic)
                continue
            party = self._topics[place.topic]
            told[place.partition] += [self._decode(received(each), party) for each in continuing]
        return told, ahead

    async def _handle(self, held: Held, batch: list[Told]) -> None:
        """Fold, let time pass and commit; trouble with Mongo is waited out, nothing is skipped."""
        partition = held.partition
        with self._span(partition, batch):
            await self._patiently(lambda: partition.fold(batch, self._clock.now()))
            held.caught_up()
            await asyncio.to_thread(partition.advance, self._clock.now(), held.caught_up_at)
            now = asyncio.get_running_loop().time()
            if partition.uncommitted or now - held.committed_at >= IDLE_COMMIT_S:
                await self._patiently(partition.commit)
                held.committed_at = now
        self._observe(partition)

    def _span(self, partition: Partition, batch: list[Told]) -> AbstractContextManager[object]:
        """A new trace a batch that says more than heartbeats, linked to all who said it."""
        links = [told.received.headers for told in batch if told.received.key != HEARTBEAT_KEY]
        if not links:
            return nullcontext()
        return self._telemetry.span(
            "fold",
            parent=(),
            links=links,
            kind=SpanKind.CONSUMER,
            attributes={
                names.MESSAGING_SYSTEM: "kafka",
                names.MESSAGING_OPERATION: "process",
                names.MESSAGING_GROUP: GROUP,
                names.MESSAGING_PARTITION: str(partition.number),
                names.MESSAGING_BATCH: len(batch),
                names.HANDOFF_EPOCH: partition.owner.epoch,
                names.HANDOFF_SEQ: partition.owner.seq,
            },
        )

    async def _patiently(self, work: Callable[[], object]) -> None:
        while True:
            try:
                await asyncio.to_thread(work)
            except (PyMongoError, TransactionTooLong) as error:
                problem = "Cannot store in Mongo; reading waits until it can."
                self._health.report("mongo", problem)
                self._log.warning(problem, error=repr(error))
                await asyncio.sleep(TROUBLE_WAIT_S)
            else:
                self._health.report("mongo", None)
                return

    async def take(self, consumer: AIOKafkaConsumer, assigned: Iterable[TopicPartition]) -> None:
        """Load each assigned partition, then read all its topics from the stored positions."""
        counts = {topic: len(consumer.partitions_for_topic(topic) or ()) for topic in self._topics}
        wrong = wrong_partition_count(counts, self._membership.partitions)
        numbers = defaultdict(set)
        for place in assigned:
            numbers[place.partition].add(place.topic)
        async with self._busy:
            self._forget()
            for number, topics in sorted(numbers.items()):
                if wrong:
                    self._stand_still(number, wrong)
                elif topics != set(self._topics):
                    self._log.error("partition torn apart", partition=number, topics=sorted(topics))
                else:
                    await self._load(consumer, number)
        self._log.info("partitions taken", partitions=sorted(self._held))

    async def _load(self, consumer: AIOKafkaConsumer, number: int) -> None:
        opened: list[Partition] = []
        await self._patiently(lambda: opened.append(self._open_partition(number)))
        partition = opened[-1]
        places = [TopicPartition(topic, number) for topic in self._topics]
        starts = by_topic(await consumer.beginning_offsets(places))
        ends = by_topic(await consumer.end_offsets(places))
        positions = partition.positions
        positions |= {topic: positions.get(topic, start) for topic, start in starts.items()}
        ours = {topic: positions[topic] for topic in self._topics}
        if why := position_lost(number, ours, starts, ends):
            self._stand_still(number, why)
            return
        for place in places:
            consumer.seek(place, positions[place.topic])
        self._held[number] = Held(partition)

    async def drop(self) -> None:
        """Forget everything: whoever gets the partitions next loads them from Mongo."""
        async with self._busy:
            self._forget()

    def _forget(self) -> None:
        self._held.clear()
        for number in self._standing:
            self._health.report(f"partition {number}", None)
        self._standing.clear()

    def _stand_still(self, number: int, why: HandoffError) -> None:
        """Read nothing of it until it is assigned anew; a person has to see to it."""
        self._held.pop(number, None)
        self._standing.add(number)
        self._health.report(f"partition {number}", str(why))
        self._log.error(str(why))
