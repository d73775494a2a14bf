"""A workload's events as records of Kafka: our envelope with the headers that a relay gives it."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from services.shared.bus import Headers
from services.shared.clock import Instant
from services.shared.codec import cloud_event_headers, encode_envelope, encode_event
from services.shared.events.common import Address, Line, Money, Priority
from services.shared.events.envelope import Envelope
from services.shared.events.finance import InvoiceDrafted, PaymentApproved
from services.shared.events.operations import ParcelHandedOver, StockMissing
from services.shared.events.sales import DeliveryPromised, OrderPlaced
from services.shared.events.support import CustomerInformed, RefundRequested
from services.shared.relay import heartbeat
from services.shared.subjects import DEPARTMENTS, partition_of
from services.shared.telemetry import TRACEPARENT
from tests.bench.peers.steps import STEPS, USUAL
from tests.bench.peers.workload import Beat, Happening, Workload, subject_of

SOURCE = "bench"
_MOMENT = datetime(2027, 1, 1, tzinfo=UTC)
_PRICE = Money(4_900, "EUR")
_LINES = (Line("lamp", 1, _PRICE),)
_HOME = Address("Hauptstr. 1", "10115", "Berlin", "DE")
_BODIES = tuple(
    encode_event(event)
    for event in (
        OrderPlaced(_LINES, _PRICE, _MOMENT, Priority.NORMAL, _HOME),
        PaymentApproved("p1", _PRICE, _MOMENT, "auto", "", 1),
        ParcelHandedOver("p1", "dhl", _LINES, _HOME),
        CustomerInformed("parcel", _MOMENT),
        DeliveryPromised(1, _MOMENT),
        InvoiceDrafted("i1", _LINES, Money(782, "EUR"), _PRICE),
        StockMissing("s1", _LINES, _MOMENT),
        RefundRequested("r1", _PRICE, "damaged", _MOMENT),
    )
)
"""One for each step that is told. No peer reads into them; a key counts only within its order."""


class Placed(NamedTuple):
    """One record and where it goes."""

    party: str
    partition: int
    key: bytes
    value: bytes
    headers: Headers


def records(workload: Workload, start: Instant, partitions: int) -> Iterator[Placed]:
    """Everything that the departments tell, from `start` on, in the order of their commits."""
    chance, homes = random.Random(workload.seed), dict[int, int]()
    for number, told in enumerate(workload.happenings()):
        if isinstance(told, Beat):
            yield from beats(start + told.at, partitions)
            continue
        if (home := homes.get(told.order)) is None:
            home = partition_of(subject_of(told.order), partitions)
            if told.step in USUAL:
                homes[told.order] = home
        yield _record(told, start, number, chance.getrandbits(128), home)


def record(envelope: Envelope, lot: int, partition: int) -> Placed:
    """As a relay writes it, in a trace of its own that `lot` decides."""
    traceparent = f"00-{lot:032x}-{lot & 0xFFFF_FFFF_FFFF_FFFF:016x}-01".encode()
    headers = (*cloud_event_headers(envelope), (TRACEPARENT, traceparent))
    key, value = envelope.subject.encode(), encode_envelope(envelope)
    return Placed(envelope.party, partition, key, value, headers)


def uuid7(at: Instant, lot: int) -> bytes:
    """Time, version and variant where a UUIDv7 has them; the rest from `lot`."""
    random_bits = (lot & ~(0xF << 76) & ~(0x3 << 62)) | 0x7 << 76 | 0x2 << 62
    return ((at // 1_000) << 80 | random_bits & ((1 << 80) - 1)).to_bytes(16, "big")


def beats(at: Instant, partitions: int) -> Iterator[Placed]:
    """Each department has told every partition all that was committed before `at`."""
    for party in DEPARTMENTS:
        beat = heartbeat(party, SOURCE, at, 0)
        for partition in range(partitions):
            yield Placed(party, partition, beat.key, beat.value, beat.headers)


def _record(event: Happening, start: Instant, sequence: int, lot: int, partition: int) -> Placed:
    type, occurred_at = STEPS[event.step].type, start + event.occurred_at
    subject = subject_of(event.order)
    envelope = Envelope(
        id=uuid7(occurred_at, lot),
        type=type,
        party=type.partition(".")[0],
        source=SOURCE,
        subject=subject,
        occurred_at=occurred_at,
        sequence=sequence,
        channel="shop",
        order=subject.partition("/")[2],
        customer=f"c-{event.order % 10_000}",
        body=_BODIES[event.step],
    )
    return record(envelope, lot, partition)
