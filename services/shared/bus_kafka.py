"""Real Kafka behind the bus's protocols, by kafka-python; no other module of `shared` imports it.

The classes of the bus connect when first used, and say which address they cannot reach.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.consumer.group import RangePartitionAssignor
from kafka.errors import KafkaError, UnknownTopicOrPartitionError

from services.shared.bus import PublishError, Received, Record, SubscribeError
from services.shared.clock import Instant
from services.shared.kafka_connection import connected
from services.shared.settings import KafkaSettings

MAX_BLOCK_MS = 5_000
REQUEST_TIMEOUT_MS = 5_000
DELIVERY_TIMEOUT_MS = 10_000
LINGER_MS = 1_000
"""Longer than it takes to hand records over: batches go when they are full, the last at `flush`."""
BATCH_BYTES = 196_608
"""Below the 262,144 bytes that a topic takes as one batch."""
REQUEST_BYTES = 1_048_576
SESSION_TIMEOUT_MS, HEARTBEAT_MS = 6_000, 2_000
"""The shortest that a broker allows by default: so long nobody reads what a killed member had."""
POLL_S = 0.5
SILENCE_S = 5.0
"""After this long without a record, ask whether the broker is still there."""
STUCK_S = 20.0
"""A member that cannot commit for this long joins anew: a lost answer is waited for 5 minutes."""
CLOSE_TIMEOUT_S = 5
MILLISECOND: Instant = 1_000


def administrator(kafka: KafkaSettings) -> KafkaAdminClient:
    """Asks about topics; whoever has it closes it. Raises KafkaError or OSError."""
    return connected(KafkaAdminClient, kafka, request_timeout_ms=REQUEST_TIMEOUT_MS)


class KafkaPublisher:
    """Sends records in order and waits for all of them; idempotent, so its retries add nothing.

    Threads may share one; they publish one after the other.
    """

    def __init__(self, kafka: KafkaSettings, client_id: str) -> None:
        self._kafka = kafka
        self._client_id = client_id
        self._producer: KafkaProducer | None = None
        self._one_at_a_time = threading.Lock()

    def publish(self, records: Sequence[Record]) -> None:
        if not records:
            return
        with self._one_at_a_time:
            try:
                self._publish(records)
            except (KafkaError, OSError, ValueError) as error:
                # Later records may still wait in the producer. They must not reach the broker
                # before the one that failed is sent again, so it goes, with all that it holds.
                self._discard()
                raise PublishError(_sentence("publish to", self._kafka, error)) from error

    def _publish(self, records: Sequence[Record]) -> None:
        producer = self._producer or self._connect()
        futures = [_send(producer, record) for record in records]
        producer.flush(timeout=DELIVERY_TIMEOUT_MS / 1_000)
        for future in futures:
            future.get(timeout=DELIVERY_TIMEOUT_MS / 1_000)

    def close(self) -> None:
        if self._producer:
            self._producer.close(timeout=CLOSE_TIMEOUT_S)
            self._producer = None

    def _connect(self) -> KafkaProducer:
        self._producer = connected(
            KafkaProducer,
            self._kafka,
            client_id=self._client_id,
            acks="all",
            enable_idempotence=True,
            batch_size=BATCH_BYTES,
            linger_ms=LINGER_MS,
            max_request_size=REQUEST_BYTES,
            max_block_ms=MAX_BLOCK_MS,
            request_timeout_ms=REQUEST_TIMEOUT_MS,
            delivery_timeout_ms=DELIVERY_TIMEOUT_MS,
            allow_auto_create_topics=False,
        )
        return self._producer

    def _discard(self) -> None:
        if self._producer:
            # `close` first waits for what is held; only the sender can be told to drop it.
            sender = self._producer._sender
            sender.force_close()
            sender.join(CLOSE_TIMEOUT_S)
            self._producer.close(timeout=CLOSE_TIMEOUT_S)
            self._producer = None


class KafkaSubscriber:
    """Reads topics as a member of `group`, or every partition of them alone where it is None."""

    def __init__(
        self,
        kafka: KafkaSettings,
        group: str | None,
        topics: Sequence[str],
        from_start: bool = True,
    ) -> None:
        self._kafka = kafka
        self._group = group
        self._topics = tuple(topics)
        self._from_start = from_start
        self._consumer: KafkaConsumer | None = None
        self._closed = False
        self._heard_at = self._committed_at = 0.0

    def poll(self, timeout_s: float) -> Sequence[Received]:
        with self._reading() as consumer:
            batches = consumer.poll(timeout_ms=int(timeout_s * 1_000))
            self._listen(consumer, bool(batches))
        return [_received(record) for records in batches.values() for record in records]

    def bounds(self) -> dict[tuple[str, int], tuple[int, int]]:
        """Of each topic and partition the first offset that Kafka holds, and the next to come.

        Raises SubscribeError.
        """
        with self._reading() as consumer:
            places = list(consumer.assignment())
            starts, ends = consumer.beginning_offsets(places), consumer.end_offsets(places)
        return {(at.topic, at.partition): (starts[at], ends[at]) for at in places}

    def newer_than(self, at: Instant) -> int:
        """How many records the topics hold that Kafka got since then. Raises SubscribeError."""
        with self._reading() as consumer:
            places = list(consumer.assignment())
            first = consumer.offsets_for_times(dict.fromkeys(places, at // MILLISECOND))
            ends = consumer.end_offsets(places)
        return sum(ends[place] - found.offset for place, found in first.items() if found)

    def read_to_end(self) -> Iterator[Received]:
        """All that the topics hold at this moment, then no more. Raises SubscribeError."""
        with self._reading() as consumer:
            ends = consumer.end_offsets(list(consumer.assignment()))
        while any(consumer.position(place) < end for place, end in ends.items() if end):
            yield from self.poll(POLL_S)

    def commit(self) -> None:
        if self._group is None or not self._consumer:
            return
        try:
            self._consumer.commit(timeout_ms=REQUEST_TIMEOUT_MS)
            self._committed_at = time.monotonic()
        except KafkaError as error:
            if time.monotonic() - self._committed_at > STUCK_S:
                self._disconnect()
            raise SubscribeError(_sentence("commit to", self._kafka, error)) from error

    def close(self) -> None:
        self._closed = True
        self._disconnect()

    @contextmanager
    def _reading(self) -> Iterator[KafkaConsumer]:
        """Connects where that is needed; what Kafka says against it is a SubscribeError."""
        try:
            yield self._consumer or self._connect()
        except (KafkaError, OSError) as error:
            raise SubscribeError(_sentence("read from", self._kafka, error)) from error

    def _disconnect(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer:
            _end(consumer)

    def _connect(self) -> KafkaConsumer:
        if self._closed:  # who reads on would open a consumer that nobody closes
            raise SubscribeError(f"This reader of {', '.join(self._topics)} is closed.")
        consumer = connected(
            KafkaConsumer,
            self._kafka,
            group_id=self._group,
            enable_auto_commit=False,
            auto_offset_reset="earliest" if self._from_start else "latest",
            isolation_level="read_committed",
            session_timeout_ms=SESSION_TIMEOUT_MS,
            heartbeat_interval_ms=HEARTBEAT_MS,
            partition_assignment_strategy=(RangePartitionAssignor,),
            allow_auto_create_topics=False,
        )
        try:
            partitions = _all_partitions(consumer, self._topics)
        except KafkaError:
            _end(consumer)
            raise
        if self._group is None:
            consumer.assign(partitions)
        else:
            consumer.subscribe(self._topics)
        self._consumer, self._committed_at = consumer, time.monotonic()
        return consumer

    def _listen(self, consumer: KafkaConsumer, heard: bool) -> None:
        """kafka-python waits for a broker that is gone as it waits for a quiet topic: ask it."""
        now = time.monotonic()
        if not heard and now - self._heard_at > SILENCE_S:
            consumer.end_offsets([TopicPartition(self._topics[0], 0)], timeout_ms=MAX_BLOCK_MS)
        if heard or now - self._heard_at > SILENCE_S:
            self._heard_at = now


def _end(consumer: KafkaConsumer) -> None:
    consumer.close(autocommit=False, timeout_ms=CLOSE_TIMEOUT_S * 1_000)


def _all_partitions(consumer: KafkaConsumer, topics: Sequence[str]) -> list[TopicPartition]:
    """Raises where a topic is missing: the client would wait minutes before it looks again."""
    numbers = {topic: sorted(consumer.partitions_for_topic(topic)) for topic in topics}
    if missing := [topic for topic in topics if not numbers[topic]]:
        raise UnknownTopicOrPartitionError(f"there is no topic {', '.join(missing)} yet")
    return [TopicPartition(topic, number) for topic in topics for number in numbers[topic]]


def _send(producer: KafkaProducer, record: Record) -> Any:  # noqa: ANN401 - kafka-python is untyped
    return producer.send(
        record.topic,
        key=record.key,
        value=record.value,
        headers=list(record.headers),
        partition=record.partition,
    )


def _received(record: Any) -> Received:  # noqa: ANN401 - kafka-python is untyped
    return Received(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key or b"",
        value=record.value or b"",
        headers=tuple((name, value or b"") for name, value in record.headers),
        arrived_at=record.timestamp * MILLISECOND,
    )


def _sentence(what: str, kafka: KafkaSettings, error: BaseException) -> str:
    return f"Cannot {what} Kafka at {kafka.bootstrap}: {type(error).__name__}: {error}"
