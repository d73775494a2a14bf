"""What a demonstration plays: everything up to a moment, and nothing that comes after it."""

import threading
from datetime import timedelta
from itertools import pairwise
from operator import attrgetter
from pathlib import Path

import pytest

from services.shared.bus_memory import MemoryBus
from services.shared.clock import SECOND, Instant, to_instant
from services.shared.codec import decode_envelope
from services.shared.errors import Refused
from services.shared.events.envelope import Envelope
from services.shared.subjects import DEPARTMENTS, topic_of
from services.simulator.acts import Command
from services.simulator.company import STARTS_AT
from services.simulator.departments import CALLS, NotDone
from services.simulator.importers import olist
from services.simulator.importers.errors import UnreadableData
from services.simulator.importers.history import History
from services.simulator.scenes import Company, Past, last_month
from tests.departments import ALL, Running
from tests.olist_files import ORDERS, write_joined

HOUR: Instant = 3_600 * SECOND
DAY: Instant = 24 * HOUR
START = to_instant(STARTS_AT)


class InOneProcess:
    """The four departments as desks and relays; each hears the others before the next command."""

    def __init__(self, bus: MemoryBus, refusing: str = "") -> None:
        self._running = {each.name: Running(each, bus) for each in ALL}
        self._refusing = refusing
        self._lock = threading.Lock()
        self.waits = 0

    def tell(self, command: Command) -> None:
        with self._lock:
            if type(command).__name__ == self._refusing:
                raise NotDone(f"{self._refusing} is refused.")
            for department in ALL:
                if department.hear:
                    self._running[department.name].hear()
            try:
                self._running[CALLS[type(command)].party].do(command)
            except Refused as error:
                raise NotDone(str(error)) from error

    def wait_until_empty(self) -> None:
        self.waits += 1


@pytest.fixture
def bus() -> MemoryBus:
    return MemoryBus(partitions=4)


def told(bus: MemoryBus) -> list[Envelope]:
    records = [record for party in DEPARTMENTS for record in bus.records(topic_of(party))]
    return sorted((decode_envelope(each.value) for each in records), key=attrgetter("occurred_at"))


def test_a_company_has_done_all_that_was_due_and_nothing_else(bus: MemoryBus) -> None:
    desks = InOneProcess(bus)
    company = Company(1, desks, desks)
    moments = [START + hours * HOUR for hours in range(0, 31, 5)]
    for before, until in pairwise(moments):
        known = len(told(bus))
        company.play(until)
        news = [each.occurred_at for each in told(bus)[known:]]
        assert news
        assert before < min(news)
        assert max(news) <= until
    assert not company.refused
    assert company.events == len(told(bus))
    assert company.subjects == {each.subject for each in told(bus)}
    assert desks.waits == len(moments) - 1


def test_a_refused_act_is_told_of_and_ends_its_order_only(bus: MemoryBus) -> None:
    desks = InOneProcess(bus, refusing="AcceptOrder")
    company = Company(1, desks, desks)
    company.play(START + 12 * HOUR)
    assert set(company.refused) == {"AcceptOrder is refused."}
    types = {each.type for each in told(bus)}
    assert {"sales.OrderPlaced", "finance.PaymentApproved"} <= types
    assert "operations.StockReserved" not in types


def the_past(folder: Path) -> History:
    return olist.history(write_joined(folder), lambda bad: pytest.fail(str(bad)))


def test_the_past_is_played_moment_by_moment(bus: MemoryBus, tmp_path: Path) -> None:
    history = the_past(tmp_path)
    past = Past(history, bus.publisher())
    events = [envelope for envelope, _ in history]
    for envelope in events:
        past.play(envelope.occurred_at)
        known = [each.id for each in told(bus)]
        assert known == [each.id for each in events if each.occurred_at <= envelope.occurred_at]
    assert past.events == len(events)
    assert past.subjects == {each.subject for each in events}
    past.play(past.starts_at + 1_000 * DAY)
    assert len(told(bus)) == len(events)


def test_of_a_past_the_last_month_is_shown_with_all_that_became_of_its_orders(
    tmp_path: Path,
) -> None:
    early = {**ORDERS[0], "order_id": "early", "purchased_at": "2017-10-01T10:00:00"}
    history = olist.history(write_joined(tmp_path, [early, *ORDERS]), lambda _bad: None)
    excerpt = last_month(history, 300)
    assert excerpt.orders == len(ORDERS)
    assert [told[0].id for told in excerpt.history] == [told[0].id for told in the_past(tmp_path)]


def test_of_many_orders_some_are_shown_evenly(tmp_path: Path) -> None:
    placed = [STARTS_AT + timedelta(hours=hour) for hour in range(100)]
    orders = [
        {**ORDERS[2], "order_id": f"o{n:03}", "purchased_at": f"{at:%Y-%m-%dT%H:%M:%S}"}
        for n, at in enumerate(placed)
    ]
    history = olist.history(write_joined(tmp_path, orders), lambda _bad: None)
    excerpt = last_month(history, 4)
    assert excerpt.orders == 4
    assert {each.order for each, _ in excerpt.history} == {"o000", "o025", "o050", "o075"}


def test_a_past_without_orders_is_refused_with_a_sentence() -> None:
    with pytest.raises(UnreadableData, match="no order"):
        last_month(History(()), 10)
