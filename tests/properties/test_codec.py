"""Any event survives the wire, the protos say what the dataclasses say, and murmur2 is Kafka's."""

import dataclasses
import types
import typing
from collections.abc import Hashable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka.partitioner.default import murmur2
from msgspec import structs

from services.shared import codec
from services.shared.codec import (
    cloud_event_headers,
    decode_envelope,
    decode_event,
    encode_envelope,
    encode_event,
    message_class,
)
from services.shared.errors import InvalidEvent
from services.shared.events.common import OpenEnum
from services.shared.events.envelope import Envelope, Facts
from services.shared.subjects import EVENT_TYPES, partition_of

INT64 = 2**63
words = st.text(max_size=20)


def of(hint: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 - a type hint is any object
    """Every value that a field with this type may have."""
    if isinstance(hint, types.UnionType):
        (inner,) = (each for each in typing.get_args(hint) if each is not types.NoneType)
        return st.none() | of(inner)
    if typing.get_origin(hint) is tuple:
        return st.lists(of(typing.get_args(hint)[0]), max_size=3).map(tuple)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return st.sampled_from(list(hint)) | st.integers(100, 2**31 - 1).map(unknown(hint))
    if dataclasses.is_dataclass(hint):
        return events(typing.cast("type[Any]", hint))
    return PLAIN[hint]


def unknown(hint: type[StrEnum]) -> typing.Callable[[int], StrEnum]:
    """A word that a newer sender knows."""
    return lambda number: hint(f"UNKNOWN({number})")


PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: words,
    int: st.integers(-INT64, INT64 - 1),
    bytes: st.binary(max_size=20),
    datetime: st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)),
}
facts = st.builds(
    Facts,
    st.dictionaries(
        words,
        st.recursive(
            st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | words,
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
            max_leaves=5,
        ),
        max_size=3,
    ),
)


def events(event: type[Any]) -> st.SearchStrategy[Any]:
    if event is Facts:
        return facts
    hints = typing.get_type_hints(event)
    return st.builds(event, **{field.name: of(hints[field.name]) for field in fields_of(event)})


def fields_of(of: type[Any]) -> tuple[Any, ...]:
    return structs.fields(of) if of is Envelope else dataclasses.fields(of)


@given(st.data())
@pytest.mark.parametrize("event_type", sorted(EVENT_TYPES))
def test_an_event_comes_back_from_the_wire_as_it_went(event_type: str, data: st.DataObject) -> None:
    event = data.draw(events(EVENT_TYPES[event_type].event))
    assert decode_event(event_type, encode_event(event)) == event


@given(facts)
def test_an_event_that_no_class_knows_comes_back_as_facts(event: Facts) -> None:
    assert decode_event("carrier.TruckBroken", codec.encode_event(event)) == event


@given(
    st.builds(
        Envelope,
        id=st.binary(min_size=16, max_size=16),
        type=words,
        party=words,
        source=words,
        subject=words,
        occurred_at=PLAIN[int],
        sequence=st.integers(0, 2 * INT64 - 1),
        channel=words,
        order=words,
        customer=words,
        case=words,
        actor=words,
        cause=st.binary(max_size=16),
        body=st.binary(max_size=100),
    )
)
def test_an_envelope_comes_back_as_it_went(envelope: Envelope) -> None:
    assert decode_envelope(encode_envelope(envelope)) == envelope


@given(st.binary(max_size=200))
def test_whatever_comes_in_is_read_or_refused_with_a_reason(value: bytes) -> None:
    """Nothing from outside may end a reader with anything but InvalidEvent."""
    for decode in (decode_envelope, *(reader(event_type) for event_type in EVENT_TYPES)):
        assert reason_of_refusal(decode, value) in {None, "undecodable"}


def reason_of_refusal(decode: typing.Callable[[bytes], Any], value: bytes) -> str | None:
    try:
        decode(value)
    except InvalidEvent as refused:
        return refused.reason
    return None


def reader(event_type: str) -> typing.Callable[[bytes], Any]:
    return lambda body: decode_event(event_type, body)


def message_of(of: type[Any]) -> Any:  # noqa: ANN401 - any descriptor
    return message_class(typing.cast(Hashable, of)).DESCRIPTOR


def described() -> list[type[Any]]:
    """Every dataclass that a proto describes: envelope, events, and their parts."""
    found: dict[type[Any], None] = {Envelope: None}
    waiting = [row.event for row in EVENT_TYPES.values()]
    while waiting:
        event = waiting.pop()
        found[event] = None
        waiting += [part for part in parts_of(event) if part not in found]
    return list(found)


def parts_of(event: type[Any]) -> list[type[Any]]:
    hints = typing.get_type_hints(event).values()
    inner = [each for hint in hints for each in (hint, *typing.get_args(hint))]
    return [each for each in inner if isinstance(each, type) and dataclasses.is_dataclass(each)]


@pytest.mark.parametrize("of", described(), ids=lambda of: of.__name__)
def test_a_dataclass_and_its_message_have_the_same_fields(of: type[Any]) -> None:
    declared = [field.name for field in fields_of(of)]
    assert sorted(declared) == sorted(field.name for field in message_of(of).fields)


@pytest.mark.parametrize("of", described(), ids=lambda of: of.__name__)
def test_what_may_be_absent_is_so_in_both(of: type[Any]) -> None:
    """A None must be absent on the wire, or it would come back as something."""
    hints = typing.get_type_hints(of)
    for field in message_of(of).fields:
        if types.NoneType in typing.get_args(hints[field.name]):
            assert field.has_presence, f"{of.__name__}.{field.name}"


def test_every_message_of_the_parties_has_its_dataclass() -> None:
    """What a party may say is in the table; requests, answers and parts are not events."""
    known = {of.__name__ for of in described()} | {"CommandContext", "CommandResult", "Facts"}
    messages = {
        name for module in codec._MODULES for name in module.DESCRIPTOR.message_types_by_name
    }
    rest = {name for name in messages - known if not name.endswith(("Request", "Response"))}
    assert rest == set()


def test_words_of_an_enum_are_the_protos() -> None:
    for of in described():
        for name, hint in typing.get_type_hints(of).items():
            if isinstance(hint, type) and issubclass(hint, OpenEnum):
                field = message_of(of).fields_by_name[name]
                prefix = f"{hint.__name__.upper()}_"
                numbered = [value.name for value in field.enum_type.values if value.number]
                assert [prefix + word.name for word in hint] == numbered


@given(st.text(min_size=1), st.integers(1, 1024))
def test_the_partition_is_the_one_that_kafka_chooses(subject: str, partitions: int) -> None:
    key = subject.encode("utf-8", "surrogatepass")
    if key == subject.encode("utf-8", "ignore"):
        assert partition_of(subject, partitions) == (murmur2(key) & 0x7FFFFFFF) % partitions


@given(
    st.builds(
        Envelope,
        id=st.binary(min_size=16, max_size=16),
        type=words,
        party=words,
        source=words,
        subject=words,
        occurred_at=st.integers(0, 2**52),
    )
)
def test_the_headers_are_those_of_cloud_events_binary_mode(envelope: Envelope) -> None:
    headers = dict(cloud_event_headers(envelope))
    assert headers["ce_specversion"] == b"1.0"
    assert headers["ce_id"].decode() == envelope.id.hex()
    assert headers["ce_source"].decode() == f"/{envelope.party}/{envelope.source}"
    assert headers["ce_type"].decode() == envelope.type
    assert headers["ce_subject"].decode() == envelope.subject
    assert datetime.fromisoformat(headers["ce_time"].decode()).tzinfo is not None
