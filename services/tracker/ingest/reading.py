"""Kafka's side of the tracker: read what is in our care, fold it, let time pass, commit.

aiokafka reads in batches; a batch is folded in a thread while the next one arrives and the one
before it is committed.
Positions are those in Mongo: Kafka's own committed offsets are not used.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from itertools import islice

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import (
    KafkaError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
)
from opentelemetry.trace import SpanKind

from services.shared import telemetry as names
from services.shared.bus import Received
from services.shared.clock import Clock
from services.shared.health import Health
from services.shared.subjects import HEARTBEAT_KEY, topic_of
from services.shared.telemetry import Telemetry
from services.tracker.exchange import Told
from services.tracker.handlers import Partition
from services.tracker.ingest.abreast import Abreast
from services.tracker.ingest.care import Care, Keeper
from services.tracker.ingest.caught_up import watch
from services.tracker.ingest.committing import Committing
from services.tracker.ingest.gate import Held
from services.tracker.ingest.logs import ask_logs
from services.tracker.ingest.membership import (
    GROUP,
    Listener,
    Membership,
    reader,
    received,
    watcher_of,
)
from services.tracker.ingest.patience import Patience
from services.tracker.ingest.turns import Turns

POLL_MS = 100
BUSY_POLL_MS = 10
"""While a commit is on its way and others wait for it."""
BATCH_RECORDS = 2_000
PLACE_RECORDS = 500
"""Of a topic that is behind, before the next look which one is."""
UNSOUGHT_WAIT_S = 0.02
TROUBLE_WAIT_S = 1.0
PART = "kafka"

Batches = dict[TopicPartition, list[ConsumerRecord]]


class Ingest:
    """Reads every party's topic; `keeper` opens partitions, `decode` makes sense of a record."""

    def __init__(  # noqa: PLR0913 - the parts that meet here
        self,
        membership: Membership,
        keeper: Keeper,
        decode: Callable[[Received, str], Told],
        *,
        observe: Callable[[Partition], None],
        stored: Callable[[], None],
        clock: Clock,
        telemetry: Telemetry,
        health: Health,
    ) -> None:
        self._membership = membership
        self._decode = decode
        self._observe = observe
        self._clock = clock
        self._log = telemetry.log
        self._telemetry = telemetry
        self._health = health
        self._topics = {topic_of(party): party for party in membership.parties}
        self._patiently = Patience(health, telemetry.log)
        self._abreast = Abreast(self._topics)
        self._turns = Turns()
        self._committing = Committing(self._patiently, clock, stored)
        self._care = Care(
            self._topics,
            membership.partitions,
            keeper,
            partial(ask_logs, membership.kafka, self._topics),
            patience=self._patiently,
            health=health,
            log=telemetry.log,
        )

    @property
    def partitions(self) -> list[Partition]:
        """Those that are read right now; other threads may ask."""
        return [held.partition for held in list(self._care.held.values())]

    async def run(self, stop: asyncio.Event) -> None:
        """Follow the topics until stopped. Raises Fenced when another tracker took our place."""
        care = self._care
        while not stop.is_set():
            consumer, watcher = reader(self._membership), watcher_of(self._membership)
            try:
                await consumer.start()
                await watcher.start()
                consumer.subscribe(
                    list(self._topics), listener=Listener(partial(care.take, consumer), care.drop)
                )
                await _until_one_ends(
                    self._follow(consumer, stop),
                    watch(watcher, care.held, list(self._topics), self._clock),
                    care.look_after(consumer),
                )
            except (KafkaError, OSError) as error:
                problem = f"Cannot read Kafka at {self._membership.kafka.bootstrap}; still trying."
                self._health.report(PART, problem)
                self._log.warning(problem, error=repr(error))
                await asyncio.sleep(TROUBLE_WAIT_S)
            finally:
                care.forget()
                await self._committing.stop()
                await watcher.stop()
                await consumer.stop()

    async def _follow(self, consumer: AIOKafkaConsumer, stop: asyncio.Event) -> None:
        care = self._care
        while not stop.is_set():
            try:
                batches = await self._next(consumer)
            except NoOffsetForPartitionError:
                await asyncio.sleep(UNSOUGHT_WAIT_S)  # assigned a moment ago
                continue
            except OffsetOutOfRangeError as error:
                async with care.busy:
                    care.refused(consumer, error.args[0])
                continue
            self._health.report(PART, None)
            async with care.busy:
                told, ahead = await asyncio.to_thread(self._read, batches)
                for place, position in ahead.items():
                    consumer.seek(place, position)
                for number, held in list(care.held.items()):
                    await self._handle(held, told.get(number, []))

    async def _next(self, consumer: AIOKafkaConsumer) -> Batches:
        """What is there of the topics that are behind; else whatever comes first."""
        held, running_s = self._care.held, asyncio.get_running_loop().time()
        behind = [*self._abreast.behind(held, partial(_end, consumer))]
        waiting = self._turns.waiting(behind, held, self._clock.now(), running_s)
        behind = [place for place in behind if place.partition not in waiting]
        batches: Batches = {}
        for place in behind:
            batches |= await consumer.getmany(place, max_records=PLACE_RECORDS)
        if behind and not batches:
            wait_ms = POLL_MS if waiting else BUSY_POLL_MS
            batches = await consumer.getmany(*behind, timeout_ms=wait_ms, max_records=PLACE_RECORDS)
        if not batches:
            rest = (place for place in consumer.assignment() if place.partition not in waiting)
            batches = await consumer.getmany(
                *rest, timeout_ms=self._wait_ms(), max_records=BATCH_RECORDS
            )
        self._abreast.note(batches)
        return batches

    def _wait_ms(self) -> int:
        """How long there is nothing to do but to wait for records."""
        held = self._care.held.values()
        if any(each.partition.more_is_due and each.room for each in held):
            return 0
        next_waits = any(each.storing and (each.folded or each.concluded) for each in held)
        return BUSY_POLL_MS if next_waits else POLL_MS

    def _read(self, batches: Batches) -> tuple[dict[int, list[Told]], dict[TopicPartition, int]]:
        """Decode what continues a stored position; gives also where to seek to instead of that."""
        told: dict[int, list[Told]] = defaultdict(list)
        ahead: dict[TopicPartition, int] = {}
        for place, records in batches.items():
            if not (held := self._care.held.get(place.partition)):
                continue
            continuing = held.continuing(place.topic, records)
            if continuing is None:
                ahead[place] = held.position(place.topic)
                continue
            party = self._topics[place.topic]
            told[place.partition] += [self._decode(received(each), party) for each in continuing]
        return told, ahead

    async def _handle(self, held: Held, batch: list[Told]) -> None:
        """Fold and let time pass; trouble with Mongo is waited out, nothing is skipped."""
        partition = held.partition
        with self._span(partition, batch):
            await self._patiently(lambda: partition.fold(batch, self._clock.now()))
            held.caught_up()
            now, concluded = self._clock.now(), 0
            if held.room:
                concluded = await asyncio.to_thread(
                    partition.advance, now, held.caught_up_at, held.room
                )
        await self._committing.after(held, len(batch), concluded)
        self._observe(partition)

    def _span(self, partition: Partition, batch: list[Told]) -> AbstractContextManager[object]:
        """A new trace a batch that says more than heartbeats, linked to all who said it."""
        said = (told.received.headers for told in batch if told.received.key != HEARTBEAT_KEY)
        links = list(islice(said, names.LINKS_LIMIT))
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


def _end(consumer: AIOKafkaConsumer, place: TopicPartition) -> int | None:
    """Where the last answer of the broker says that it ends; None also while it is not ours."""
    end: int | None = consumer.highwater(place) if place in consumer.assignment() else None
    return end


async def _until_one_ends(*tasks: Coroutine[None, None, None]) -> None:
    """Run them beside each other; the first that ends, or raises, ends the others."""
    running = [asyncio.create_task(task) for task in tasks]
    try:
        done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    for task in done:
        task.result()
