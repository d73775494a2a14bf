"""From a record of Kafka to what the tracker's handlers are told, or the fault that it has."""

from collections.abc import Collection, Mapping

from services.shared.acceptance import accept, readable, teller
from services.shared.bus import Received
from services.shared.clock import to_instant
from services.shared.codec import decode_event
from services.shared.errors import InvalidEvent
from services.shared.events.envelope import Heartbeat
from services.shared.subjects import HEARTBEAT, Kind
from services.shared.telemetry import TRACEPARENT, span_context
from services.tracker.core.reading import Wanted, event_of
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
        body = decode_event(envelope.type, envelope.body)
        if envelope.type == HEARTBEAT:
            assert isinstance(body, Heartbeat)
            complete_through = to_instant(body.complete_through)
            return Told(received, party, body, "", envelope.source, complete_through)
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
    event = event_of(envelope, body, arrived_at, wanted, _traceparent(received), backfilled)
    return Told(received, party, event, envelope.subject, envelope.source, envelope.occurred_at)


def _traceparent(received: Received) -> str:
    """The producer's trace context as text; empty where it is missing or malformed."""
    if span_context(received.headers) is None:
        return ""
    return dict(received.headers)[TRACEPARENT].decode()[:55]
