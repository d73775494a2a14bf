"""Events as dataclasses to protobuf and back, by field name, and the envelope around them.

One generic converter for all of them: what differs is the table of types in `subjects.py`. The
tracker reads envelopes here and leaves the bodies as bytes until an agreement asks for a field.
"""

import dataclasses
import types
import typing
from collections.abc import Callable, Hashable
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

from google.protobuf import json_format, timestamp_pb2
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

from services.shared.clock import SECOND, Instant, iso
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
_T = TypeVar("_T", bound=Hashable)


def encode_event(event: Hashable) -> bytes:
    """The body of an envelope for one of our event dataclasses."""
    return to_message(event, message_class(type(event))()).SerializeToString()


def decode_event(event_type: str, body: bytes) -> Any:  # noqa: ANN401 - any event dataclass
    """The dataclass of a body; `Facts` for a type that no class knows. Raises InvalidEvent."""
    row = EVENT_TYPES.get(event_type)
    event = row.event if row else Facts
    try:
        return from_message(event, message_class(event).FromString(body))
    except (DecodeError, ValueError) as error:
        raise InvalidEvent(
            "undecodable", f"The body of this {event_type} is not a {event.__name__}: {error}."
        ) from error


def encode_envelope(envelope: Envelope) -> bytes:
    fields = {name: getattr(envelope, name) for name in _ENVELOPE_FIELDS}
    return envelope_pb2.Envelope(**fields).SerializeToString()


def decode_envelope(value: bytes) -> Envelope:
    """Raises InvalidEvent where the bytes are no envelope."""
    try:
        message = envelope_pb2.Envelope.FromString(value)
    except DecodeError as error:
        raise InvalidEvent(
            "undecodable", f"These {len(value)} bytes are not an envelope: {error}."
        ) from error
    return Envelope(**{name: getattr(message, name) for name in _ENVELOPE_FIELDS})


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


@cache
def message_class(of: type[Any]) -> type[Message]:
    """The generated class that has the dataclass's name."""
    for module in _MODULES:
        if hasattr(module, of.__name__):
            return typing.cast(type[Message], getattr(module, of.__name__))
    raise LookupError(f"No proto describes {of.__name__}; add the message and run `make proto`.")


def to_message(value: Hashable, message: Message) -> Message:
    """Fill `message` with the fields of a dataclass; None leaves a field absent."""
    if isinstance(value, Facts):
        json_format.ParseDict(value.facts, getattr(message, "facts"))  # noqa: B009 - any message
        return message
    for name, write, _ in _converters(type(value)):
        content = getattr(value, name)
        if content is not None:
            write(message, name, content)
    return message


def from_message(of: type[_T], message: Message) -> _T:
    """The dataclass `of` with the fields that `message` has under the same names."""
    if of is Facts:
        facts = json_format.MessageToDict(getattr(message, "facts"))  # noqa: B009 - any message
        return typing.cast(_T, Facts(facts))
    return of(**{name: read(message, name) for name, _, read in _converters(of)})


_Write = Callable[[Message, str, Any], None]
_Read = Callable[[Message, str], Any]


@cache
def _converters(of: type[Any]) -> tuple[tuple[str, _Write, _Read], ...]:
    hints = typing.get_type_hints(of)
    return tuple((field.name, *_converter(hints[field.name])) for field in dataclasses.fields(of))


def _converter(hint: Any) -> tuple[_Write, _Read]:  # noqa: ANN401 - a type hint is any object
    if isinstance(hint, types.UnionType):
        (inner,) = (each for each in typing.get_args(hint) if each is not types.NoneType)
        write, read = _converter(inner)
        return write, lambda m, name: read(m, name) if m.HasField(name) else None
    if typing.get_origin(hint) is tuple:
        return _tuple_converter(typing.get_args(hint)[0])
    if hint is datetime:
        return _write_datetime, _read_datetime
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _enum_converter(hint)
    if dataclasses.is_dataclass(hint):
        return (
            _write_nested,
            lambda m, name: from_message(typing.cast(type, hint), getattr(m, name)),
        )
    return setattr, getattr


def _tuple_converter(hint: Any) -> tuple[_Write, _Read]:  # noqa: ANN401 - a type hint is any object
    if dataclasses.is_dataclass(hint):
        return (
            lambda m, name, values: _write_each(getattr(m, name), values),
            lambda m, name: tuple(
                from_message(typing.cast(type, hint), each) for each in getattr(m, name)
            ),
        )
    return (
        lambda m, name, values: getattr(m, name).extend(values),
        lambda m, name: tuple(getattr(m, name)),
    )


def _write_each(repeated: Any, values: tuple[Hashable, ...]) -> None:  # noqa: ANN401 - untyped in protobuf
    for value in values:
        to_message(value, repeated.add())


def _write_nested(message: Message, name: str, value: Hashable) -> None:
    nested = getattr(message, name)
    nested.SetInParent()
    to_message(value, nested)


def _write_datetime(message: Message, name: str, value: datetime) -> None:
    stamp: timestamp_pb2.Timestamp = getattr(message, name)
    stamp.FromDatetime(value)


def _read_datetime(message: Message, name: str) -> datetime:
    stamp: timestamp_pb2.Timestamp = getattr(message, name)
    return stamp.ToDatetime(tzinfo=UTC)


def _enum_converter(hint: type[StrEnum]) -> tuple[_Write, _Read]:
    """Words to the numbers of the proto enum of the same name; an unknown number is UNKNOWN(n)."""
    enum = getattr(common_pb2, hint.__name__)
    prefix = f"{hint.__name__.upper()}_"

    def write(message: Message, name: str, value: StrEnum) -> None:
        number = (
            int(value[8:-1]) if value.startswith("UNKNOWN(") else enum.Value(prefix + value.name)
        )
        setattr(message, name, number)

    def read(message: Message, name: str) -> StrEnum:
        number = getattr(message, name)
        if number in enum.values() and number != 0:
            return hint[enum.Name(number).removeprefix(prefix)]
        return hint(f"UNKNOWN({number})")

    return write, read


_ENVELOPE_FIELDS = tuple(field.name for field in dataclasses.fields(Envelope))
