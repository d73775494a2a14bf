"""What it costs to decode a record for the tracker, beside a fixed reference loop.

    make bench          prints a table and writes build/bench/decode.json; QUICK=1: fewer rounds

From aiokafka's record to what a partition folds: the envelope's rules, the fields that agreements
name, the trace. The fold and the fetch are other parts' affair. Records come as relays write them:
a step of an order of each of the four departments in turn.
"""

import gc
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from aiokafka import ConsumerRecord

from services.shared.clock import SECOND, Instant
from services.shared.codec import cloud_event_headers, encode_envelope, encode_event
from services.shared.events.common import Address, Line, Money, Priority
from services.shared.events.envelope import Envelope
from services.shared.events.finance import PaymentApproved
from services.shared.events.operations import ParcelHandedOver
from services.shared.events.sales import OrderPlaced
from services.shared.events.support import CustomerInformed
from services.shared.subjects import TYPE_OF, topic_of
from services.shared.telemetry import TRACEPARENT
from services.tracker.agreement_files import load_folder, shipped
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Event
from services.tracker.decoding import told_of
from services.tracker.ingest.membership import received
from tests.bench.core import GOAL_LOOP_MS, QUICK, SLICES, Seconds, least, loop_s

RECORDS = 10_000
BATCH = 500
ROUNDS = 5 if QUICK else 60
GOAL_US = 4.0
"""Microseconds of CPU a record, on a machine whose reference loop takes `GOAL_LOOP_MS`."""
OUT = Path("build/bench/decode.json")
START: Instant = 1_800_000_000 * SECOND
AGREEMENTS = "olist"
"""The shipped folder whose agreements say which fields are read."""
_MOMENT = datetime(2027, 1, 16, 17, tzinfo=UTC)
_LINES = (Line("lamp", 1, Money(4_900, "EUR")),)
_HOME = Address("Hauptstr. 1", "10115", "Berlin", "DE")
_STEPS = tuple(
    (TYPE_OF[type(event)], encode_event(event))
    for event in (
        OrderPlaced(_LINES, Money(4_900, "EUR"), _MOMENT, Priority.NORMAL, _HOME),
        PaymentApproved("p1", Money(4_900, "EUR"), _MOMENT, "auto", "", 1),
        ParcelHandedOver("p1", "dhl", _LINES, _HOME),
        CustomerInformed("parcel", _MOMENT),
    )
)


def main() -> None:
    """Of each batch the least of all rounds counts: what is above it is the machine's doing."""
    batches = _batches()
    rounds = [_round(batches) for _ in range(ROUNDS)]
    decoding, loop = (least(each) for each in zip(*rounds, strict=True))
    record_us, loop_ms = decoding / RECORDS * 1e6, loop * 1e3
    goals_us = record_us * GOAL_LOOP_MS / loop_ms
    figures = {
        "record_us": record_us,
        "loop_ms": loop_ms,
        "us_at_goals_speed": goals_us,
        "goal_us": GOAL_US,
        "goal_loop_ms": GOAL_LOOP_MS,
        "rounds": ROUNDS,
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(figures, indent=2) + "\n")
    print(f"decodes a record     {record_us:6.2f} us of CPU")
    print(f"reference loop       {loop_ms:6.1f} ms; {GOAL_LOOP_MS:.1f} when the goal was set")
    print(f"at that speed        {goals_us:6.2f} us; the goal is {GOAL_US:.1f} us")
    print(f"{'met' if goals_us <= GOAL_US else 'NOT met'}; written to {OUT}")


def _batches() -> list[list[ConsumerRecord]]:
    records = list(_records())
    return [records[first : first + BATCH] for first in range(0, RECORDS, BATCH)]


def _records() -> Iterator[ConsumerRecord]:
    for number in range(RECORDS):
        yield _record(number, *_STEPS[number % len(_STEPS)])


def _record(number: int, type: str, body: bytes) -> ConsumerRecord:
    """A record of the topic of its type's party, with the headers that its relay gives it."""
    order, occurred_at = f"o-{number:07}", START + number
    envelope = Envelope(
        id=number.to_bytes(16, "big"),
        type=type,
        party=type.partition(".")[0],
        source="bench",
        subject=f"order/{order}",
        occurred_at=occurred_at,
        sequence=number,
        channel="shop",
        order=order,
        customer=f"c-{number % 1_000}",
        body=body,
    )
    traceparent = f"00-{number + 1:032x}-{number + 1:016x}-01".encode()
    key, value = envelope.subject.encode(), encode_envelope(envelope)
    return ConsumerRecord(
        topic_of(envelope.party),
        0,
        number,
        occurred_at // 1_000,
        1,
        key,
        value,
        None,
        len(key),
        len(value),
        (*cloud_event_headers(envelope), (TRACEPARENT, traceparent)),
    )


def _round(batches: list[list[ConsumerRecord]]) -> tuple[Seconds, Seconds]:
    sets = AgreementSets((load_folder(shipped(AGREEMENTS)).active(0),))
    gc.collect()
    gc.disable()
    try:
        decoded = [decode_batch(sets, each) for each in batches]
    finally:
        gc.enable()
    return decoded, [loop_s() for _ in range(SLICES)]


def decode_batch(sets: AgreementSets, batch: list[ConsumerRecord]) -> float:
    """CPU seconds of a batch. Each record has to be an event, or nothing is measured."""
    start = time.process_time()
    told = [
        told_of(received(record), record.topic.split(".")[1], {}, sets.fields_of, simulated=False)
        for record in batch
    ]
    spent = time.process_time() - start
    assert all(isinstance(each.said, Event) for each in told), "each record is an event"
    return spent


if __name__ == "__main__":
    main()
