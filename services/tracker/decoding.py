"""From a record of Kafka to what the tracker's handlers are told, or the fault that it has."""

from collections.abc import Collection, Mapping
from functools import lru_cache

from services.shared.acceptance import accept, readable, teller
from services.shared.bus import Received
from services.shared.codec import BodyReader, body_reader, decode_event
from services.shared.errors import InvalidEvent
from services.shared.events.envelope import Envelope, Heartbeat
from services.shared.subjects import HEARTBEAT, Kind
from services.shared.telemetry import traceparent_of
from services.tracker.core.reading import Reading, Wanted, event_of, reading_of
from services.tracker.exchange import Told


def told_of(
    received: Received,
    party: str,
    own_types: Mapping[str, Kind],
    wanted: Wanted,
    *,
    simulated: bool,
    backfilling: Collection[tuple[str, str]] = (),
) -> Told:
    """What `party` said in this record. In a simulation an event arrives when it happens.

    `backfilling` are the sources, each with its party, that are declared to tell of the past.
    """
    try:
        envelope = accept(received.value, party, own_types)
        if envelope.type == HEARTBEAT:
            return _beat(received, party, envelope)
        reading, read = _reading(envelope.type, tuple(wanted(envelope.type)))
        said = read(envelope.body)
        if received.key != envelope.subject.encode():
            raise InvalidEvent(
                "wrong_key",
                f"The record's key is {received.key[:80]!r}, its subject {envelope.subject!r};"
                " the key has to be the subject.",
            )
    except InvalidEvent as fault:
        source, said_at = teller(readable(received.value), received.arrived_at)
        return Told(received, party, fault, "", source, said_at)
    arrived_at = envelope.occurred_at if simulated else received.arrived_at
    backfilled = (party, envelope.source) in backfilling
    traceparent = traceparent_of(received.headers)
    event = event_of(envelope, said, arrived_at, reading, traceparent, backfilled)
    return Told(received, party, event, envelope.subject, envelope.source, envelope.occurred_at)


def _beat(received: Received, party: str, envelope: Envelope) -> Told:
    body = decode_event(HEARTBEAT, envelope.body)
    assert isinstance(body, Heartbeat)
    return Told(received, party, body, "", envelope.source, envelope.occurred_at)


@lru_cache(maxsize=1_024)
def _reading(event_type: str, wanted: tuple[str, ...]) -> tuple[Reading, BodyReader]:
    """Found out once for each type and the fields that are wanted of it, as few as they are."""
    reading = reading_of(event_type, wanted)
    return reading, body_reader(event_type, reading.of_body)
