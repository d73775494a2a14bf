"""What stands around a handler of records, one small wrapper each, and the loop that feeds it.

Usual order, outermost first: traced, retried, dead_lettered, deduplicated, the handler.
"""

import random
import threading
from collections import OrderedDict
from collections.abc import Callable

from opentelemetry.trace import SpanKind

from services.shared import telemetry as names
from services.shared.bus import (
    Publisher,
    PublishError,
    Received,
    Record,
    SubscribeError,
    Subscriber,
)
from services.shared.clock import Clock, Instant, iso
from services.shared.errors import InvalidEvent
from services.shared.health import Health
from services.shared.subjects import DEAD_LETTERS_TOPIC
from services.shared.telemetry import Telemetry

Handler = Callable[[Received], None]

POLL_S = 0.5
TROUBLE_WAIT_S = 1.0
RETRY_WAIT_S = 0.2
RETRY_WAIT_LIMIT_S = 30.0
SEEN_LIMIT = 100_000
DEAD_LETTER_HEADERS = frozenset({"reason", "topic", "partition", "offset", "handler", "failed_at"})
PART = "consumer"


class Stopped(Exception):
    """The service stops before a record was handled; it comes again after the start."""


def run(subscriber: Subscriber, handler: Handler, stop: threading.Event, health: Health) -> None:
    """Feeds records to `handler` until stopped; a batch is committed when all of it is handled."""
    while not stop.is_set():
        try:
            for received in subscriber.poll(POLL_S):
                handler(received)
            subscriber.commit()
        except Stopped:
            return
        except (SubscribeError, PublishError) as error:
            health.report(PART, str(error))
            stop.wait(TROUBLE_WAIT_S)
        else:
            health.report(PART, None)


def traced(handler: Handler, telemetry: Telemetry) -> Handler:
    """A new trace a record, linked to its producer's: it may be handled days later."""

    def handle(received: Received) -> None:
        with telemetry.span(
            f"process {received.topic}",
            parent=(),
            links=[received.headers],
            kind=SpanKind.CONSUMER,
            attributes={
                names.MESSAGING_SYSTEM: "kafka",
                names.MESSAGING_OPERATION: "process",
                names.MESSAGING_DESTINATION: received.topic,
                names.MESSAGING_PARTITION: str(received.partition),
                names.MESSAGING_OFFSET: received.offset,
            },
        ):
            handler(received)

    return handle


def retried(
    handler: Handler,
    transient: tuple[type[Exception], ...],
    stop: threading.Event,
    health: Health,
) -> Handler:
    """Tries again while `transient` trouble lasts, with jitter; never gives a record up."""

    def handle(received: Received) -> None:
        wait = RETRY_WAIT_S
        while not stop.is_set():
            try:
                handler(received)
            except transient as error:
                health.report(PART, str(error))
                stop.wait(random.uniform(wait / 2, wait))
                wait = min(wait * 2, RETRY_WAIT_LIMIT_S)
            else:
                health.report(PART, None)
                return
        raise Stopped

    return handle


def dead_lettered(
    handler: Handler,
    publisher: Publisher,
    clock: Clock,
    name: str,
    transient: tuple[type[Exception], ...] = (),
) -> Handler:
    """What `handler` cannot handle goes to the dead letters with the reason; nothing waits for it.

    `transient` trouble is no fault of the record and passes through.
    """

    not_its_fault: tuple[type[Exception], ...] = (*transient, PublishError, Stopped)

    def handle(received: Received) -> None:
        try:
            handler(received)
        except not_its_fault:
            raise
        except Exception as error:
            letter = dead_letter(received, reason_of(error), name, clock.now())
            publisher.publish([letter])

    return handle


def reason_of(error: Exception) -> str:
    """The slug of an InvalidEvent, else the name of the exception."""
    return error.reason if isinstance(error, InvalidEvent) else type(error).__name__


def dead_letter(received: Received, reason: str, handler: str, now: Instant) -> Record:
    """The record as it came, with headers that say why, where it lay, and whose handler failed."""
    original = tuple(each for each in received.headers if each[0] not in DEAD_LETTER_HEADERS)
    why = {
        "reason": reason,
        "topic": received.topic,
        "partition": str(received.partition),
        "offset": str(received.offset),
        "handler": handler,
        "failed_at": iso(now),
    }
    headers = (*original, *((name, value.encode()) for name, value in why.items()))
    return Record(DEAD_LETTERS_TOPIC, received.key, received.value, headers)


class Seen:
    """The ids of the last records that were handled, in memory and bounded."""

    def __init__(self, limit: int = SEEN_LIMIT) -> None:
        self._limit = limit
        self._ids: OrderedDict[bytes, None] = OrderedDict()

    def __contains__(self, id: bytes) -> bool:
        return id in self._ids

    def add(self, id: bytes) -> None:
        self._ids[id] = None
        if len(self._ids) > self._limit:
            self._ids.popitem(last=False)


def deduplicated(handler: Handler, seen: Seen) -> Handler:
    """Handles one event a subject once; a record without an id is always handled."""

    def handle(received: Received) -> None:
        id = dict(received.headers).get("ce_id", b"")
        if id and id + received.key in seen:
            return
        handler(received)
        if id:
            seen.add(id + received.key)

    return handle
