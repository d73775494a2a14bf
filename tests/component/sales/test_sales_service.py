"""Sales whole, in memory: commands in, events out, and each command once."""

from dataclasses import replace

import pytest

from services.sales.domain import AmendOrder, CancelOrder, Order, PlaceOrder
from services.shared.bus_memory import MemoryBus
from services.shared.errors import RefusalCode, Refused
from services.shared.events.sales import OrderAmended, OrderCancelled
from services.shared.subjects import Kind, partition_of, topic_of
from tests.builders import a_context, a_line, an_order, eur
from tests.departments import SALES, Running, said
from tests.refusals import refused

PARTITIONS = 4
CONTENT = {name: getattr(an_order(), name) for name in an_order().__slots__}
TWO = CONTENT | {"lines": (a_line("chair", 2, eur(5_000)),), "total": eur(10_000)}


@pytest.fixture
def bus() -> MemoryBus:
    return MemoryBus(PARTITIONS)


@pytest.fixture
def sales(bus: MemoryBus) -> Running:
    return Running(SALES, bus)


def place(order: str = "4711", key: str = "k-1") -> PlaceOrder:
    return PlaceOrder(a_context(idempotency_key=key), order, customer="ada", **CONTENT)


def test_what_is_decided_is_told_in_the_partition_of_its_order(
    sales: Running, bus: MemoryBus
) -> None:
    sales.do(place())
    sales.do(AmendOrder(a_context(), "4711", **TWO))
    sales.do(CancelOrder(a_context(), "4711", "too late"))
    assert said(bus, "sales") == [an_order(), OrderAmended(2, **TWO), OrderCancelled("too late")]
    records = bus.records(topic_of("sales"))
    assert {each.partition for each in records} == {partition_of("order/4711", PARTITIONS)}
    assert {each.key for each in records} == {b"order/4711"}


def test_a_command_sent_twice_has_one_effect_and_one_answer(sales: Running, bus: MemoryBus) -> None:
    first, second = sales.do(place()), sales.do(place())
    assert second == replace(first, repeated=True)
    assert not first.repeated
    assert said(bus, "sales") == [an_order()]


def test_a_key_is_for_one_command_only(sales: Running, bus: MemoryBus) -> None:
    sales.do(place())
    with refused(RefusalCode.CONFLICT, "context.idempotency_key", "another command"):
        sales.do(place(order="4712"))
    assert said(bus, "sales") == [an_order()]


def test_a_refused_command_leaves_nothing_behind_and_may_come_again(
    sales: Running, bus: MemoryBus
) -> None:
    cancel = CancelOrder(a_context(), "4711", "too late")
    with pytest.raises(Refused):
        sales.do(cancel)
    assert said(bus, "sales") == []
    sales.do(place())
    assert not sales.do(cancel).repeated
    assert said(bus, "sales") == [an_order(), OrderCancelled("too late")]


def test_a_command_that_changes_nothing_says_nothing(sales: Running, bus: MemoryBus) -> None:
    placed = sales.do(place())
    answer = sales.do(AmendOrder(a_context(), "4711", **CONTENT))
    assert (answer.event_ids, answer.version) == ((), placed.version)
    assert said(bus, "sales") == [an_order()]


def test_a_command_without_a_key_is_refused(sales: Running) -> None:
    with refused(RefusalCode.INVALID, "context.idempotency_key", "1 to 200"):
        sales.do(place(key=""))


def test_the_state_is_what_the_events_say(sales: Running) -> None:
    sales.do(place())
    order = sales.store.part(Kind.ORDER, "4711")
    assert isinstance(order, Order)
    assert (order.version, order.customer) == (1, "ada")
