"""Listens to a topic of verdicts without reading it: when the last one came, and then all of them.

Only what is committed counts. While a peer works nothing is fetched: reading would cost it the
processor that it is measured on.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from handoff.v1 import tracker_pb2
from kafka import KafkaConsumer, TopicPartition

from tests.bench.peers.workload import Told

ASK_EVERY_S = 0.1
STILL_S = 3.0
"""A peer commits each second: nothing new for so long, with enough there, is the end."""
STANDSTILL_LIMIT_S = 180.0
READ_WAIT_MS = 2_000
KINDS = {
    tracker_pb2.VERDICT_KIND_BREACHED: "breached",
    tracker_pb2.VERDICT_KIND_KEPT_LATE: "kept_late",
}


class Standstill(Exception):
    """A peer told nothing for too long, and not all that it had to."""


class Verdicts:
    """One topic of verdicts, as those see it who read what is committed."""

    def __init__(self, consumer: KafkaConsumer, topic: str) -> None:
        self._consumer = consumer
        self._places = [TopicPartition(topic, n) for n in consumer.partitions_for_topic(topic)]
        consumer.assign(self._places)
        consumer.pause(*self._places)

    def last_at(self, wanted: int, is_alive: Callable[[], object]) -> float:
        """Seconds since 1970 when the last of `wanted` verdicts was there; waits for it.

        `is_alive` raises where nothing can come any more. Markers of transactions are counted by
        Kafka as if they were records, so enough may be there too early: hence the stillness.
        """
        there, moved_at = 0, time.time()
        while True:
            is_alive()
            if (ends := self._count()) != there:
                there, moved_at = ends, time.time()
            still = time.time() - moved_at
            if there >= wanted and still > STILL_S:
                return moved_at
            if still > STANDSTILL_LIMIT_S:
                raise Standstill(f"{there} of {wanted} verdicts came, then none for {still:.0f} s")
            time.sleep(ASK_EVERY_S)

    def read(self) -> list[Told]:
        """Every verdict that is there."""
        self._consumer.resume(*self._places)
        self._consumer.seek_to_beginning(*self._places)
        try:
            return [told(tracker_pb2.Verdict.FromString(each.value)) for each in self._records()]
        finally:
            self._consumer.pause(*self._places)

    def _count(self) -> int:
        return sum(self._consumer.end_offsets(self._places).values())

    def _records(self) -> Iterator[Any]:
        while batches := self._consumer.poll(timeout_ms=READ_WAIT_MS):
            for batch in batches.values():
                yield from batch


@contextmanager
def verdicts_in(bootstrap: str, topic: str) -> Iterator[Verdicts]:
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        max_poll_records=10_000,
    )
    try:
        yield Verdicts(consumer, topic)
    finally:
        consumer.close()


def told(verdict: tracker_pb2.Verdict) -> Told:
    return Told(verdict.subject, verdict.agreement, KINDS.get(verdict.kind, f"kind {verdict.kind}"))
