"""The rules that an event keeps at every door: its size, who speaks, about what, and when."""

from collections.abc import Mapping

from services.shared.clock import Instant
from services.shared.codec import decode_envelope
from services.shared.errors import InvalidEvent, UnknownEventType
from services.shared.events.envelope import EVENT_BYTES_LIMIT, Envelope
from services.shared.subjects import HEARTBEAT, Kind, check_id, kind_and_id, kind_of

ID_BYTES = 16
TEXT_LIMIT = 1_024
ID_LIMIT = 200
"""Characters of an order, a customer or a case: the tracker keeps them with every event."""
EARLIEST: Instant = 0
LATEST: Instant = 7_258_118_400_000_000
"""1970-01-01 to 2200-01-01: an event's own time outside is a unit mistaken, not a moment."""
ANYONE = "handoff"
_TEXTS = {
    **dict.fromkeys(("source", "channel", "actor"), TEXT_LIMIT),
    **dict.fromkeys(("order", "customer", "case"), ID_LIMIT),
}


def accept(value: bytes, party: str, own_types: Mapping[str, Kind]) -> Envelope:
    """The envelope of an event that `party` may say; raises InvalidEvent with the rule it breaks.

    `own_types` are the event types that parties declare in the settings.
    """
    if len(value) > EVENT_BYTES_LIMIT:
        raise InvalidEvent(
            "too_large", f"The event has {len(value)} bytes; the limit is {EVENT_BYTES_LIMIT}."
        )
    envelope = decode_envelope(value)
    _check_speaker(envelope, party)
    if envelope.type != HEARTBEAT:
        _check_subject(envelope, own_types)
    _check_fields(envelope)
    if len(value) - len(envelope.body) > ID_LIMIT:  # or no text of it is as long as the least limit
        _check_texts(envelope)
    return envelope


def readable(value: bytes) -> Envelope | None:
    """The envelope of a record, whether its event is accepted or not."""
    try:
        return decode_envelope(value)
    except InvalidEvent:
        return None


def teller(envelope: Envelope | None, arrived_at: Instant) -> tuple[str, Instant]:
    """The source of an event that may not be accepted, and the time that it gives.

    What cannot be read has no source; what has no possible time happened when it arrived.
    """
    if envelope is None:
        return "", arrived_at
    possible = EARLIEST < envelope.occurred_at < LATEST
    return envelope.source[:TEXT_LIMIT], envelope.occurred_at if possible else arrived_at


def _check_speaker(envelope: Envelope, party: str) -> None:
    speaker = envelope.type.partition(".")[0]
    if envelope.party != party or speaker not in (party, ANYONE):
        raise InvalidEvent(
            "wrong_party",
            f"{envelope.type} of party {envelope.party!r} came through {party}'s door;"
            " a party speaks only for itself.",
        )


def _check_subject(envelope: Envelope, own_types: Mapping[str, Kind]) -> None:
    try:
        expected = kind_of(envelope.type, own_types)
    except UnknownEventType as error:
        raise InvalidEvent("unknown_type", str(error)) from error
    kind, id = kind_and_id(envelope.subject)
    check_id(kind, id)
    if expected is not None and expected != kind:
        raise InvalidEvent(
            "wrong_kind",
            f"{envelope.type} is about a subject of kind {expected}, not {envelope.subject!r}.",
        )


def _check_fields(envelope: Envelope) -> None:
    if len(envelope.id) != ID_BYTES:
        raise InvalidEvent(
            "bad_id", f"The event's id has {len(envelope.id)} bytes; give a UUID of {ID_BYTES}."
        )
    if not EARLIEST < envelope.occurred_at < LATEST:
        raise InvalidEvent(
            "bad_time",
            f"occurred_at is {envelope.occurred_at}; give microseconds since 1970-01-01 UTC.",
        )


def _check_texts(envelope: Envelope) -> None:
    for name, limit in _TEXTS.items():
        if len(text := getattr(envelope, name)) > limit:
            raise InvalidEvent(
                "too_long", f"{name} has {len(text)} characters; the limit is {limit}."
            )
