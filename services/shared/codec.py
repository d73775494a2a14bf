"""Events and their envelope as bytes, both ways.

The tracker reads envelopes here and leaves of a body unread what nobody asks for.
"""

import typing
from collections.abc import Callable, Collection, Hashable, Mapping
from functools import cache
from typing import Any

from google.protobuf import timestamp_pb2
from google.protobuf.message import DecodeError, Message
from handoff.v1 import (
    common_pb2,
    envelope_pb2,
    finance_pb2,
    oncall_pb2,
    operations_pb2,
    sales_pb2,
    support_pb2,
)
from msgspec import structs

from services.shared.clock import SECOND, Instant, iso
from services.shared.converting import from_message, reads_of, to_message
from services.shared.errors import InvalidEvent
from services.shared.events.envelope import Envelope, Facts
from services.shared.subjects import EVENT_TYPES

_MODULES = (
    common_pb2,
    envelope_pb2,
    sales_pb2,
    operations_pb2,
    finance_pb2,
    support_pb2,
    oncall_pb2,
)

BodyReader = Callable[[bytes], Mapping[str, Any]]
"""Some fields of a body, by name."""


def encode_event(event: Hashable) -> bytes:
    """The body of an envelope for one of our event dataclasses."""
    return to_message(event, message_class(type(event))()).SerializeToString()


def decode_event(event_type: str, body: bytes) -> Any:  # noqa: ANN401 - any event dataclass
    """The dataclass of a body; `Facts` for a type that no class knows. Raises InvalidEvent."""
    event = _class_of(event_type)
    try:
        return from_message(event, message_class(event).FromString(body))
    except (DecodeError, ValueError) as error:
        raise _undecodable(event_type, error) from error


def body_reader(event_type: str, names: Collection[str]) -> BodyReader:
    """Reads no more of the bodies of a type than fields of these names, or all of `Facts`.

    Values are those of the dataclass, but a moment is an Instant.
    What it makes raises InvalidEvent for the same bodies as `decode_event`.
    """
    event = _class_of(event_type)
    if event is Facts:
        return lambda body: decode_event(event_type, body).facts
    parse, reads = message_class(event).FromString, reads_of(event, names)

    def read(body: bytes) -> Mapping[str, Any]:
        try:
            message = parse(body)
            return {name: read_field(message) for name, read_field in reads}
        except (DecodeError, ValueError) as error:
            raise _undecodable(event_type, error) from error

    return read


def _class_of(event_type: str) -> type[Hashable]:
    row = EVENT_TYPES.get(event_type)
    return row.event if row else Facts


def _undecodable(event_type: str, error: Exception) -> InvalidEvent:
    name = _class_of(event_type).__name__
    return InvalidEvent("undecodable", f"The body of this {event_type} is not a {name}: {error}.")


def encode_envelope(envelope: Envelope) -> bytes:
    return envelope_pb2.Envelope(**structs.asdict(envelope)).SerializeToString()


def decode_envelope(value: bytes) -> Envelope:
    """Raises InvalidEvent where the bytes are no envelope."""
    try:
        said = _parse_envelope(value)
    except DecodeError as error:
        raise InvalidEvent(
            "undecodable", f"These {len(value)} bytes are not an envelope: {error}."
        ) from error
    return Envelope(
        said.id,
        said.type,
        said.party,
        said.source,
        said.subject,
        said.occurred_at,
        said.sequence,
        said.channel,
        said.order,
        said.customer,
        said.case,
        said.actor,
        said.cause,
        said.body,
    )


def cloud_event_headers(envelope: Envelope) -> tuple[tuple[str, bytes], ...]:
    """The headers of CloudEvents' binary mode on Kafka; the producer adds the trace context."""
    return (
        ("content-type", b"application/protobuf"),
        ("ce_specversion", b"1.0"),
        ("ce_id", envelope.id.hex().encode()),
        ("ce_source", f"/{envelope.party}/{envelope.source}".encode()),
        ("ce_type", envelope.type.encode()),
        ("ce_subject", envelope.subject.encode()),
        ("ce_time", iso(envelope.occurred_at).encode()),
    )


def stamp(instant: Instant | None) -> timestamp_pb2.Timestamp | None:
    """A protobuf timestamp; None stays an absent field."""
    return None if instant is None else stamp_of(instant)


def stamp_of(instant: Instant) -> timestamp_pb2.Timestamp:
    seconds, micros = divmod(instant, SECOND)
    return timestamp_pb2.Timestamp(seconds=seconds, nanos=micros * 1_000)


def put(into: timestamp_pb2.Timestamp, instant: Instant | None) -> None:
    """Fill a timestamp inside a message; None leaves it absent."""
    if instant is not None:
        into.seconds, micros = divmod(instant, SECOND)
        into.nanos = micros * 1_000
        into.SetInParent()


_parse_envelope = envelope_pb2.Envelope.FromString


@cache
def message_class(of: type[Any]) -> type[Message]:
    """The generated class that has the dataclass's name."""
    for module in _MODULES:
        if hasattr(module, of.__name__):
            return typing.cast(type[Message], getattr(module, of.__name__))
    raise LookupError(f"No proto describes {of.__name__}; add the message and run `make proto`.")
