"""What a department keeps, it keeps whole: one suite for the stores on Mongo and in memory."""

from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from pymongo import MongoClient
from pymongo.errors import AutoReconnect

from services.sales import domain as sales
from services.shared.codec import decode_envelope
from services.shared.department.commands import About
from services.shared.department.handling import Answer, Answered, Loaded, Store, Unit
from services.shared.department.storing import MongoStore, Voice
from services.shared.errors import InvalidEvent, RefusalCode, Refused
from services.shared.events.sales import OrderCancelled
from services.shared.mongo import Row
from services.shared.outbox import OutboxRow
from services.shared.settings import Settings
from services.shared.subjects import Kind
from services.support import domain as support
from tests.builders import a_context
from tests.contract.department_parts import FULL
from tests.departments import ALL, SALES, SUPPORT, Department, MemoryStore
from tests.waiting import waiting_rows

ABOUT = About(order="4711", customer="ada", case="c-1")
KEPT_FOR = timedelta(days=7)


@dataclass(frozen=True)
class Opened:
    """A store and what waits in its outbox."""

    store: Store
    waiting: Callable[[], Sequence[OutboxRow]]


Open = Callable[[Department], Opened]


@pytest.fixture(params=["memory", "mongo"])
def open_store(request: pytest.FixtureRequest) -> Open:
    fixture: Open = request.getfixturevalue(f"open_in_{request.param}")
    return fixture


@pytest.fixture
def open_in_memory() -> Open:
    def open_one(department: Department) -> Opened:
        store = MemoryStore(Voice(department.name, "test"))
        return Opened(store, store.take_rows)

    return open_one


@pytest.fixture
def open_in_mongo(client: "MongoClient[Row]", fresh_database: Settings) -> Open:
    def open_one(department: Department) -> Opened:
        voice = Voice(department.name, "test")
        store = MongoStore(client, fresh_database.mongo.database, voice, department.shapes)
        store.prepare()
        return Opened(store, lambda: waiting_rows(store.outbox))

    return open_one


@pytest.fixture
def opened(open_store: Open) -> Opened:
    return open_store(SALES)


def keep(store: Store, *parts: Hashable, about: About = ABOUT) -> dict[Kind, int]:
    kinds = {Kind.CASE if isinstance(part, support.Case) else Kind.ORDER: part for part in parts}
    return dict(store.transaction(lambda unit: unit.save(unit.load(about), kinds)))


def load(store: Store, about: About = ABOUT) -> Loaded:
    return store.transaction(lambda unit: unit.load(about))


@pytest.mark.parametrize(("department", "parts"), FULL)
def test_a_part_comes_back_as_it_went_in(
    open_store: Open, department: Department, parts: list[Hashable]
) -> None:
    store = open_store(department).store
    keep(store, *parts)
    assert set(load(store).parts.values()) == set(parts)


def test_what_is_not_there_is_not_loaded(opened: Opened) -> None:
    assert load(opened.store) == Loaded({}, {})


def test_each_change_is_one_version_on(opened: Opened) -> None:
    assert keep(opened.store, sales.Order("4711", "ada", version=1)) == {Kind.ORDER: 1}
    assert keep(opened.store, sales.Order("4711", "ada", version=2)) == {Kind.ORDER: 2}
    assert load(opened.store).versions == {Kind.ORDER: 2}


def test_only_what_is_saved_gets_a_new_version(open_store: Open) -> None:
    store = open_store(SUPPORT).store
    keep(store, support.Case("c-1", "ada"), support.Order("4711", "ada"))
    assert keep(store, support.Case("c-1", "ada", "4711")) == {Kind.CASE: 2, Kind.ORDER: 1}


def test_subjects_are_kept_apart(opened: Opened) -> None:
    other = About(order="4712")
    keep(opened.store, sales.Order("4711", "ada"))
    keep(opened.store, sales.Order("4712", "bob"), about=other)
    assert load(opened.store, other).parts == {Kind.ORDER: sales.Order("4712", "bob")}


def test_an_answer_is_remembered_by_its_key(opened: Opened) -> None:
    answer = Answer(b"content", (bytes(16), bytes([1] * 16)), version=7)
    opened.store.transaction(lambda unit: unit.remember("command/k-1", answer, KEPT_FOR))
    assert opened.store.answer_to("command/k-1") == answer
    assert opened.store.answer_to("command/k-2") is None


def test_events_wait_in_the_order_in_which_they_were_told(opened: Opened) -> None:
    context = a_context(cause=bytes(16))

    def tell(*events: OrderCancelled) -> tuple[bytes, ...]:
        return opened.store.transaction(lambda unit: unit.tell(events, ABOUT, context))

    told = [*tell(OrderCancelled("a"), OrderCancelled("b")), *tell(OrderCancelled("c"))]
    envelopes = [decode_envelope(row.record.value) for row in opened.waiting()]
    assert [envelope.id for envelope in envelopes] == told
    first = envelopes[0]
    assert (first.type, first.subject, first.party, first.source) == (
        "sales.OrderCancelled",
        "order/4711",
        "sales",
        "test",
    )
    assert (first.order, first.customer, first.case) == ("4711", "ada", "c-1")
    assert (first.actor, first.channel, first.cause) == ("ada", "shop", bytes(16))


def test_nothing_of_a_transaction_that_fails_is_kept(opened: Opened) -> None:
    def work(unit: Unit) -> None:
        unit.save(unit.load(ABOUT), {Kind.ORDER: sales.Order("4711", "ada")})
        unit.tell([OrderCancelled("never")], ABOUT, a_context())
        unit.remember("command/k-1", Answer(b""), KEPT_FOR)
        raise Refused(RefusalCode.INVALID, "order", "No.")

    with pytest.raises(Refused):
        opened.store.transaction(work)
    assert load(opened.store).parts == {}
    assert not opened.waiting()
    assert opened.store.answer_to("command/k-1") is None


def test_an_event_that_is_too_big_is_refused_and_nothing_is_kept(opened: Opened) -> None:
    def work(unit: Unit) -> None:
        unit.save(unit.load(ABOUT), {Kind.ORDER: sales.Order("4711", "ada")})
        unit.tell([OrderCancelled("x" * 65_536)], ABOUT, a_context())

    with pytest.raises(InvalidEvent, match="65"):
        opened.store.transaction(work)
    assert load(opened.store).parts == {}


@pytest.mark.parametrize("there", [True, False])
def test_changes_at_the_same_time_come_one_after_the_other(opened: Opened, there: bool) -> None:
    if there:
        keep(opened.store, sales.Order("4711", "ada", version=0))

    def change(unit: Unit) -> None:
        loaded = unit.load(ABOUT)
        order = loaded.parts.get(Kind.ORDER, sales.Order("4711", "ada"))
        assert isinstance(order, sales.Order)
        unit.save(loaded, {Kind.ORDER: replace(order, version=order.version + 1)})

    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(opened.store.transaction, change) for _ in range(12)]:
            done.result()
    assert load(opened.store).parts == {Kind.ORDER: sales.Order("4711", "ada", version=12)}


def test_one_key_at_the_same_time_has_one_answer_and_one_effect(opened: Opened) -> None:
    def answer(number: int) -> Answer | None:
        mine = Answer(bytes([number]))

        def work(unit: Unit) -> Answer:
            unit.save(unit.load(ABOUT), {Kind.ORDER: sales.Order("4711", f"{number}")})
            unit.remember("command/k-1", mine, KEPT_FOR)
            return mine

        try:
            return opened.store.transaction(work)
        except Answered:
            return None

    with ThreadPoolExecutor(4) as threads:
        (given,) = (each for each in threads.map(answer, range(12)) if each)
    assert opened.store.answer_to("command/k-1") == given
    order = sales.Order("4711", f"{given.content[0]}")
    assert load(opened.store) == Loaded({Kind.ORDER: order}, {Kind.ORDER: 1})


def test_what_was_committed_is_news_to_the_relay(
    client: "MongoClient[Row]", fresh_database: Settings
) -> None:
    database = fresh_database.mongo.database
    store = MongoStore(client, database, Voice("sales", "test"), SALES.shapes)
    store.prepare()
    assert not store.outbox.news.is_set()
    store.transaction(lambda unit: unit.tell([OrderCancelled("a")], ABOUT, a_context()))
    assert store.outbox.news.is_set()


def test_mongo_forgets_answers_by_itself(
    client: "MongoClient[Row]", fresh_database: Settings, open_in_mongo: Open
) -> None:
    open_in_mongo(SALES)
    indexes = client[fresh_database.mongo.database]["sales.answers"].index_information()
    assert indexes["forget_at_1"]["expireAfterSeconds"] == 0


def test_a_store_that_did_not_reach_mongo_yet_says_so(
    client: "MongoClient[Row]", fresh_database: Settings
) -> None:
    store = MongoStore(client, fresh_database.mongo.database, Voice("sales", "test"), SALES.shapes)
    with pytest.raises(AutoReconnect, match="not reached"):
        load(store)


def test_a_store_may_be_prepared_again_after_a_restart(open_in_mongo: Open) -> None:
    for department in ALL:
        keep(open_in_mongo(department).store)
        open_in_mongo(department)
