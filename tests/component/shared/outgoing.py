"""A department's way to the bus, for tests of what carries its events there."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pymongo import MongoClient

from services.shared.bus import Publisher, Received
from services.shared.bus_memory import MemoryBus
from services.shared.clock import Clock, WallClock
from services.shared.codec import decode_envelope
from services.shared.events.envelope import Envelope
from services.shared.events.sales import OrderCancelled
from services.shared.health import Health
from services.shared.mongo import Row, in_transaction
from services.shared.outbox import Outbox, OutboxRow, seal
from services.shared.relay import Relay
from services.shared.settings import Settings
from services.shared.subjects import HEARTBEAT_KEY
from services.shared.telemetry import start

TOPIC = "handoff.sales.v1"


@dataclass
class Sales:
    """A department's way to the bus: what it commits, and the relays that publish it."""

    client: "MongoClient[Row]"
    settings: Settings
    bus: MemoryBus

    def __post_init__(self) -> None:
        self.spans = InMemorySpanExporter()
        self.health = Health("relay")
        self.outbox = self.new_outbox()
        self.outbox.prepare()

    def new_outbox(self) -> Outbox:
        return Outbox(self.client, self.settings.mongo.database, "sales")

    def relay(
        self,
        party: str | None = "sales",
        publisher: Publisher | None = None,
        outbox: Outbox | None = None,
        clock: Clock | None = None,
    ) -> Relay:
        return Relay(
            outbox or self.new_outbox(),
            publisher or self.bus.publisher(),
            self.settings,
            party,
            "shop",
            clock or WallClock(),
            start("sales", self.settings, self.spans),
            self.health,
        )

    def commit(self, *rows: OutboxRow) -> None:
        in_transaction(self.client, lambda session: self.outbox.add(rows, session))

    def cancel(self, order: str, reason: str = "changed") -> OutboxRow:
        row = a_row(order, reason)
        self.commit(row)
        return row

    def published(self) -> list[Envelope]:
        """Every event on the bus, partition by partition, heartbeats left out."""
        return [decode_envelope(r.value) for r in self.records() if r.key != HEARTBEAT_KEY]

    def heartbeats(self) -> list[Received]:
        return [record for record in self.records() if record.key == HEARTBEAT_KEY]

    def records(self) -> list[Received]:
        return self.bus.records(TOPIC)


def a_row(order: str, reason: str = "changed") -> OutboxRow:
    return seal(
        OrderCancelled(reason),
        party="sales",
        source="shop",
        subject=f"order/{order}",
        occurred_at=WallClock().now(),
    )


@contextmanager
def running(relay: Relay) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=relay.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
