"""Operations whole, in memory: it hears sales and finance, each record twice, and ships once."""

import pytest
from msgspec import structs

from services.operations.domain import AcceptOrder, ConfirmDelivery, HandOverParcel, StartPick
from services.shared.bus import Received, Record
from services.shared.bus_memory import MemoryBus
from services.shared.department.commands import About
from services.shared.errors import RefusalCode
from services.shared.events.finance import PaymentApproved
from services.shared.events.operations import (
    OrderAccepted,
    ParcelDelivered,
    ParcelHandedOver,
    PickStarted,
)
from services.shared.events.sales import OrderCancelled
from services.shared.subjects import DEAD_LETTERS_TOPIC, Kind, topic_of
from tests.builders import a_context, a_line, an_address, an_order, at, eur
from tests.departments import OPERATIONS, Running, said, tell
from tests.refusals import refused

ABOUT = About(order="4711", customer="ada")
TUESDAY = at("17:00", days=1)
CHAIR = (a_line("chair", 1),)


@pytest.fixture
def bus() -> MemoryBus:
    return MemoryBus(4)


@pytest.fixture
def operations(bus: MemoryBus) -> Running:
    return Running(OPERATIONS, bus)


def paid(minor: int = 5_000, payment_id: str = "pay-1") -> PaymentApproved:
    return PaymentApproved(payment_id, eur(minor), None, "standard", "in_limit", 1)


def pick() -> StartPick:
    return StartPick(a_context(), "4711", "berlin")


def letters(bus: MemoryBus) -> list[Received]:
    return bus.records(DEAD_LETTERS_TOPIC)


def test_an_order_that_was_placed_and_paid_goes_to_the_customer(
    operations: Running, bus: MemoryBus
) -> None:
    tell(bus, an_order(), ABOUT)
    tell(bus, paid(), ABOUT)
    operations.hear()
    operations.do(AcceptOrder(a_context(), "4711", TUESDAY))
    operations.do(pick())
    operations.do(HandOverParcel(a_context(), "4711", "p-1", "dhl", CHAIR, an_address()))
    operations.do(ConfirmDelivery(a_context(), "4711", "p-1", "dhl"))
    assert said(bus, "operations") == [
        OrderAccepted(TUESDAY),
        PickStarted("berlin"),
        ParcelHandedOver("p-1", "dhl", CHAIR, an_address()),
        ParcelDelivered("p-1", "dhl"),
    ]
    assert not letters(bus)


def test_a_command_before_its_fact_is_refused_and_succeeds_when_the_fact_has_come(
    operations: Running, bus: MemoryBus
) -> None:
    command = pick()
    with refused(RefusalCode.CONFLICT, "order", "4711", retryable=True):
        operations.do(command)
    tell(bus, paid(), ABOUT)
    operations.hear()
    with refused(RefusalCode.CONFLICT, "order", "4711", retryable=True):
        operations.do(command)
    tell(bus, an_order(), ABOUT)
    operations.hear()
    assert not operations.do(command).repeated
    assert operations.do(command).repeated
    assert said(bus, "operations") == [PickStarted("berlin")]


def test_a_cancellation_that_was_heard_stops_the_parcel(
    operations: Running, bus: MemoryBus
) -> None:
    for event in (an_order(), paid(), OrderCancelled("changed their mind")):
        tell(bus, event, ABOUT)
    operations.hear()
    with refused(RefusalCode.CONFLICT, "order", "cancelled"):
        operations.do(pick())


def test_a_fact_that_comes_twice_changes_the_state_once(
    operations: Running, bus: MemoryBus
) -> None:
    tell(bus, an_order(), ABOUT)
    operations.hear()
    once = operations.store.part(Kind.ORDER, "4711")
    bus.append([_again(record) for record in bus.records(topic_of("sales"))])
    operations.hear()
    assert operations.store.part(Kind.ORDER, "4711") is once


def _again(received: Received) -> Record:
    return Record(received.topic, received.key, received.value, received.headers)


def test_who_speaks_for_another_is_put_aside_with_the_reason(
    operations: Running, bus: MemoryBus
) -> None:
    tell(bus, an_order(), ABOUT)
    tell(bus, paid(), ABOUT, party="support")
    operations.hear()
    assert {dict(each.headers)["reason"] for each in letters(bus)} == {b"wrong_party"}
    assert {dict(each.headers)["handler"] for each in letters(bus)} == {b"operations.hear"}
    with refused(RefusalCode.CONFLICT, "order", "0 of the 5000", retryable=True):
        operations.do(pick())


def test_a_fact_whose_body_is_broken_is_put_aside_and_the_next_one_is_heard(
    operations: Running, bus: MemoryBus
) -> None:
    tell(bus, an_order(), ABOUT)
    (received,) = bus.records(topic_of("sales"))
    broken = structs.replace(_again(received), value=received.value[:-3])
    other = MemoryBus(4)
    listening = Running(OPERATIONS, other)
    other.append([broken, _again(received)])
    listening.hear()
    assert {dict(each.headers)["reason"] for each in letters(other)} == {b"undecodable"}
    assert listening.store.part(Kind.ORDER, "4711")


def test_what_is_not_for_operations_is_left_alone(operations: Running, bus: MemoryBus) -> None:
    noise = Record(topic_of("sales"), b"order/4711", b"\xff\xff")
    bus.append([noise])
    operations.hear()
    assert not letters(bus)
