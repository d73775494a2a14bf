"""Dataclasses to protobuf messages and back, by field name: one converter for all of them.

How a field is written and read follows from its type hint and is found out once a class.
"""

import dataclasses
import types
import typing
from collections.abc import Callable, Collection, Hashable
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

from google.protobuf import json_format, timestamp_pb2
from google.protobuf.message import Message
from handoff.v1 import common_pb2

from services.shared.clock import SECOND, Instant, to_datetime, to_instant
from services.shared.events.envelope import Facts

_T = TypeVar("_T", bound=Hashable)
_LAST_SECOND = 253_402_300_799
"""The end of the year 9999, after which no datetime is."""
_NANOS = 1_000_000_000
"""A second has so many nanoseconds."""

_Write = Callable[[Message, Any], None]
Read = Callable[[Any], Any]
"""The value of one field of a message, as its dataclass has it."""


def to_message(value: Hashable, message: Message) -> Message:
    """Fill `message` with the fields of a dataclass; None leaves a field absent."""
    if isinstance(value, Facts):
        json_format.ParseDict(value.facts, getattr(message, "facts"))  # noqa: B009 - any message
        return message
    for field in _fields(type(value)):
        content = getattr(value, field.name)
        if content is not None:
            field.write(message, content)
    return message


def from_message(of: type[_T], message: Message) -> _T:
    """The dataclass `of` with the fields that `message` has under the same names.

    Raises ValueError where one of them says what the dataclass cannot hold.
    """
    if of is Facts:
        facts = json_format.MessageToDict(getattr(message, "facts"))  # noqa: B009 - any message
        return typing.cast(_T, Facts(facts))
    return of(*[field.read(message) for field in _fields(of)])


def reads_of(of: type[Hashable], names: Collection[str]) -> tuple[tuple[str, Read], ...]:
    """How fields of these names are read, and every other one that `from_message` may refuse.

    A moment is an Instant here: a datetime takes longer to make than all else of a field.
    """
    wanted = (each for each in _fields(of) if each.name in names or each.fails)
    return tuple((each.name, each.read_instant or each.read) for each in wanted)


class _Field(NamedTuple):
    """`fails` says that there are messages whose field `read` refuses with ValueError."""

    name: str
    write: _Write
    read: Read
    fails: bool = False
    read_instant: Read | None = None


@cache
def _fields(of: type[Any]) -> tuple[_Field, ...]:
    hints = typing.get_type_hints(of)
    return tuple(_field(field.name, hints[field.name]) for field in dataclasses.fields(of))


def _field(name: str, hint: Any) -> _Field:  # noqa: ANN401 - a type hint is any object
    if isinstance(hint, types.UnionType):
        (inner,) = (each for each in typing.get_args(hint) if each is not types.NoneType)
        field = _field(name, inner)
        instant = field.read_instant and _if_present(name, field.read_instant)
        return field._replace(read=_if_present(name, field.read), read_instant=instant)
    if typing.get_origin(hint) is tuple:
        return _tuple_field(name, typing.get_args(hint)[0])
    if hint is datetime:
        return _datetime_field(name)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _enum_field(name, hint)
    part = attrgetter(name)
    if dataclasses.is_dataclass(hint):
        return _Field(
            name,
            lambda m, value: _write_nested(part(m), value),
            lambda m: from_message(typing.cast(type, hint), part(m)),
            _may_fail(hint),
        )
    return _Field(name, lambda m, value: setattr(m, name, value), part)


def _if_present(name: str, read: Read) -> Read:
    return lambda m: read(m) if m.HasField(name) else None


def _may_fail(of: Any) -> bool:  # noqa: ANN401 - any dataclass
    return any(field.fails for field in _fields(of))


def _write_nested(nested: Message, value: Hashable) -> None:
    nested.SetInParent()
    to_message(value, nested)


def _tuple_field(name: str, hint: Any) -> _Field:  # noqa: ANN401 - a type hint is any object
    part = attrgetter(name)
    if dataclasses.is_dataclass(hint):
        of = typing.cast(type[Any], hint)
        return _Field(
            name,
            lambda m, values: _write_each(part(m), values),
            lambda m: tuple([from_message(of, each) for each in part(m)]),
            _may_fail(of),
        )
    return _Field(name, lambda m, values: part(m).extend(values), lambda m: tuple(part(m)))


def _write_each(repeated: Any, values: tuple[Hashable, ...]) -> None:  # noqa: ANN401 - untyped in protobuf
    for value in values:
        to_message(value, repeated.add())


def _datetime_field(name: str) -> _Field:
    part = attrgetter(name)

    def read_instant(message: Message) -> Instant:
        """As protobuf does, which takes ten times as long, and is left to refuse what is none."""
        stamp: timestamp_pb2.Timestamp = part(message)
        seconds, nanos = stamp.seconds, stamp.nanos
        if 0 <= seconds <= _LAST_SECOND and 0 <= nanos < _NANOS:
            return seconds * SECOND + nanos // 1_000
        return to_instant(stamp.ToDatetime(tzinfo=UTC))

    return _Field(
        name,
        lambda m, value: part(m).FromDatetime(value),
        lambda m: to_datetime(read_instant(m)),
        fails=True,
        read_instant=read_instant,
    )


def _enum_field(name: str, hint: type[StrEnum]) -> _Field:
    """Words to the numbers of the proto enum of the same name; an unknown number is UNKNOWN(n)."""
    enum, part = getattr(common_pb2, hint.__name__), attrgetter(name)
    prefix = f"{hint.__name__.upper()}_"
    words = {number: hint[full.removeprefix(prefix)] for full, number in enum.items() if number}

    def write(message: Message, value: StrEnum) -> None:
        number = (
            int(value[8:-1]) if value.startswith("UNKNOWN(") else enum.Value(prefix + value.name)
        )
        setattr(message, name, number)

    def read(message: Message) -> StrEnum:
        number = part(message)
        return words.get(number) or hint(f"UNKNOWN({number})")

    return _Field(name, write, read, fails=True)
