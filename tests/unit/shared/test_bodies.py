"""A body of which little is read is refused for the same faults as one that is read whole."""

from collections.abc import Callable

import pytest
from handoff.v1 import sales_pb2

from services.shared.clock import to_instant
from services.shared.codec import body_reader, decode_event, encode_event, message_class
from services.shared.errors import InvalidEvent
from services.shared.events.envelope import Facts
from services.shared.events.sales import OrderPlaced
from tests.builders import an_order

TYPE = "sales.OrderPlaced"


def broken(spoil: Callable[[sales_pb2.OrderPlaced], object]) -> bytes:
    message = message_class(OrderPlaced).FromString(encode_event(an_order()))
    assert isinstance(message, sales_pb2.OrderPlaced)
    spoil(message)
    return message.SerializeToString()


def no_priority(message: sales_pb2.OrderPlaced) -> None:
    message.priority = -1  # type: ignore[assignment]


def no_nanoseconds(message: sales_pb2.OrderPlaced) -> None:
    message.promised_by.nanos = 1_000_000_000


def after_the_last_year(message: sales_pb2.OrderPlaced) -> None:
    message.promised_by.seconds = 253_402_300_800


@pytest.mark.parametrize(
    "body",
    [
        b"\xff",
        broken(no_priority),
        broken(no_nanoseconds),
        broken(after_the_last_year),
    ],
)
@pytest.mark.parametrize("names", [(), ("total",), ("promised_by", "priority")])
def test_a_fault_in_a_field_that_nobody_asks_for_is_one(body: bytes, names: tuple[str]) -> None:
    with pytest.raises(InvalidEvent) as whole:
        decode_event(TYPE, body)
    with pytest.raises(InvalidEvent) as little:
        body_reader(TYPE, names)(body)
    assert (little.value.reason, str(little.value)) == ("undecodable", str(whole.value))


def test_fields_that_are_asked_for_are_those_of_the_dataclass_with_moments_as_instants() -> None:
    order = an_order()
    said = body_reader(TYPE, ("total", "promised_by"))(encode_event(order))
    assert (said["total"], said["promised_by"]) == (order.total, to_instant(order.promised_by))
    assert not {"lines", "ship_to"} & set(said)


def test_of_a_type_that_no_class_knows_all_facts_are_read() -> None:
    facts = {"weight": 2.0, "seal": "intact"}
    assert body_reader("carrier.Seen", ())(encode_event(Facts(facts))) == facts
