"""Publishes what waits in an outbox, in order, and tells each partition how far it has come.

A heartbeat says that all that was committed before a moment lies in the partition already; its
absence is what makes a silent party visible.
"""

import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field

from msgspec import structs
from opentelemetry.trace import SpanKind
from prometheus_client import Counter, Gauge
from pymongo.errors import PyMongoError

from services.shared import telemetry as names
from services.shared.allowance import Allowance
from services.shared.bus import Publisher, PublishError, Record
from services.shared.clock import Clock, Instant, to_datetime
from services.shared.codec import (
    cloud_event_headers,
    decode_envelope,
    encode_envelope,
    encode_event,
)
from services.shared.events.envelope import Envelope, Heartbeat
from services.shared.health import Health
from services.shared.mongo import sentence
from services.shared.outbox import Outbox, OutboxRow, Pack, new_event_id
from services.shared.settings import Settings
from services.shared.subjects import HEARTBEAT, HEARTBEAT_KEY, topic_of
from services.shared.telemetry import Telemetry, trace_headers
from services.shared.turn import TurnLost

BATCH_ROWS = 1_000
POLL_S = 0.25
"""What this process commits is looked for at once; this is for what a replica of it commits."""
HEARTBEAT_S = 1.0
TURN_RENEWAL_S = 1.0
COUNT_S = 1.0
TROUBLE_WAIT_S = 0.5
SPANS_A_SECOND = 100
"""Records that have a span of their own: of a flood nobody looks at each. The others go on in the
trace that they were written in."""
PART = "relay"


@dataclass
class Relay:
    """One source's way from Mongo to Kafka. With `party` None it sends no heartbeats."""

    outbox: Outbox
    publisher: Publisher
    settings: Settings
    party: str | None
    source: str
    clock: Clock
    telemetry: Telemetry
    health: Health
    _spans: Allowance = field(default_factory=lambda: Allowance(SPANS_A_SECOND), init=False)
    _renew_at: float = field(default=0.0, init=False)
    _beat_at: float = field(default=0.0, init=False)
    _count_at: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        registry = self.telemetry.registry
        self._published = Counter(
            "handoff_relay_published", "events that the broker has", registry=registry
        )
        self._failures = Counter(
            "handoff_relay_failures", "rounds that failed and are tried again", registry=registry
        )
        self._waiting = Gauge(
            "handoff_outbox_rows", "events that wait to be published", registry=registry
        )

    def run(self, stop: threading.Event) -> None:
        """Publishes until stopped; trouble with Mongo or Kafka is reported and waited out."""
        while not stop.is_set():
            self.outbox.news.clear()
            try:
                published = self._round(self._heartbeat_is_due()) if self._my_turn() else 0
            except TurnLost:
                self._renew_at, published = 0.0, 0
            except Exception as error:
                self._report(error)
                stop.wait(TROUBLE_WAIT_S)
                continue
            self.health.report(PART, None)
            if published < BATCH_ROWS:
                self.outbox.news.wait(self._until_next())
        self._release()

    def publish_once(self) -> int:
        """One round without a heartbeat: how many rows the broker took."""
        return self._round(beat=False) if self._my_turn() else 0

    def _round(self, beat: bool) -> int:
        # Read before the rows are: what was committed earlier is among them or published already.
        started_at = self.clock.now()
        packs = self.outbox.unpublished(BATCH_ROWS)
        if not packs and not beat:
            return 0
        wanted = {pack.key: count for pack in packs if (count := pack.sequenced)}
        numbers = self.outbox.turn.number(wanted)
        self._renew_at = time.monotonic() + TURN_RENEWAL_S
        published = self._publish(packs, numbers)
        if beat and published < BATCH_ROWS:
            self.publisher.publish(list(self._heartbeats(started_at)))
            self._beat_at = time.monotonic() + HEARTBEAT_S
        return published

    def _heartbeat_is_due(self) -> bool:
        beats = self.party is not None and self.settings.clock == "wall"
        return beats and time.monotonic() >= self._beat_at

    def _until_next(self) -> float:
        """Seconds until it looks again where there is no news: not past the next heartbeat."""
        to_heartbeat = self._beat_at - time.monotonic()
        return min(POLL_S, to_heartbeat) if to_heartbeat > 0 else POLL_S

    def _my_turn(self) -> bool:
        now = time.monotonic()
        if now >= self._count_at:
            self._waiting.set(self.outbox.count())
            self._count_at = now + COUNT_S
        if now >= self._renew_at:
            if not self.outbox.turn.take():
                return False
            self._renew_at = now + TURN_RENEWAL_S
        return True

    def _publish(self, packs: Sequence[Pack], numbers: Mapping[bytes, range]) -> int:
        with ExitStack() as spans:
            records = [self._produced(row, n, spans) for row, n in _numbered_rows(packs, numbers)]
            self.publisher.publish(records)
        self.outbox.mark_published(packs)
        self._published.inc(len(records))
        return len(records)

    def _produced(self, row: OutboxRow, number: int | None, spans: ExitStack) -> Record:
        """The record with its number, in a span of its own that readers link to."""
        record = row.record
        if number is not None:
            record = structs.replace(record, value=_numbered(record.value, number))
        if not self._spans.take(self.clock.now()):
            return record
        spans.enter_context(self._span(row))
        headers = tuple(each for each in record.headers if each[0] != names.TRACEPARENT)
        return structs.replace(record, headers=(*headers, *trace_headers()))

    def _span(self, row: OutboxRow) -> AbstractContextManager[object]:
        record = row.record
        return self.telemetry.span(
            f"publish {record.topic}",
            parent=record.headers,
            kind=SpanKind.PRODUCER,
            attributes={
                names.MESSAGING_SYSTEM: "kafka",
                names.MESSAGING_OPERATION: "publish",
                names.MESSAGING_DESTINATION: record.topic,
                names.HANDOFF_SUBJECT: record.key.decode(errors="replace"),
                names.HANDOFF_EVENT_ID: row.id.hex(),
                names.HANDOFF_SOURCE: self.source,
            },
        )

    def _heartbeats(self, complete_through: Instant) -> Iterator[Record]:
        for partition in range(self.settings.partitions):
            yield heartbeat(self.party or "", self.source, complete_through, partition)

    def _report(self, error: Exception) -> None:
        self._failures.inc()
        self._renew_at = 0.0
        expected = isinstance(error, PublishError | PyMongoError)
        problem = sentence(error) if isinstance(error, PyMongoError) else str(error)
        self.health.report(PART, problem or type(error).__name__)
        self.telemetry.log.warning(
            "relay waits", problem=problem, exc_info=None if expected else error
        )

    def _release(self) -> None:
        try:
            self.outbox.turn.release()
        except PyMongoError as error:
            self.telemetry.log.warning("turn not released", problem=sentence(error))


def heartbeat(
    party: str,
    source: str,
    complete_through: Instant,
    partition: int,
    said_at: Instant | None = None,
) -> Record:
    """All that `party` committed before `complete_through` is already in `partition`.

    It is said then, unless time has passed since in which the party told nothing.
    """
    said_at = complete_through if said_at is None else said_at
    envelope = Envelope(
        id=new_event_id(said_at),
        type=HEARTBEAT,
        party=party,
        source=source,
        subject="",
        occurred_at=said_at,
        body=encode_event(Heartbeat(to_datetime(complete_through))),
    )
    return Record(
        topic=topic_of(party),
        key=HEARTBEAT_KEY,
        value=encode_envelope(envelope),
        headers=cloud_event_headers(envelope),
        partition=partition,
    )


def _numbered_rows(
    packs: Iterable[Pack], numbers: Mapping[bytes, range]
) -> Iterator[tuple[OutboxRow, int | None]]:
    """The rows in order, each with its number if it wants one."""
    for pack in packs:
        following = iter(numbers.get(pack.key, ()))
        for row in pack.rows:
            yield row, next(following) if row.sequenced else None


def _numbered(value: bytes, number: int) -> bytes:
    return encode_envelope(structs.replace(decode_envelope(value), sequence=number))
