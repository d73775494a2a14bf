"""What every bus must do; the one in memory and real Kafka pass the same tests."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TypeVar
from uuid import uuid4

import pytest

from services.shared.bus import (
    Publisher,
    PublishError,
    Received,
    Record,
    SubscribeError,
    Subscriber,
)
from services.shared.bus_kafka import KafkaPublisher, KafkaSubscriber
from services.shared.bus_memory import MemoryBus
from services.shared.clock import SECOND, WallClock
from services.shared.settings import Settings
from services.shared.subjects import partition_of
from tests.polling import until

SALES, FINANCE = "handoff.sales.v1", "handoff.finance.v1"
PARTITIONS = Settings().partitions
Port = TypeVar("Port", Publisher, Subscriber)


@dataclass(frozen=True)
class Bus:
    """A bus under test: everything that it opened is closed after the test."""

    publisher: Callable[[], Publisher]
    subscriber: Callable[[str | None, Sequence[str], bool], Subscriber]

    def reader(self, group: str | None, *topics: str, from_start: bool = True) -> Subscriber:
        return self.subscriber(group, topics or (SALES,), from_start)


@pytest.fixture(params=["memory", "kafka"])
def bus(request: pytest.FixtureRequest) -> Iterator[Bus]:
    with ExitStack() as opened:
        if request.param == "memory":
            yield memory_bus(opened)
        else:
            yield kafka_bus(opened, request.getfixturevalue("fresh_topics"))


def memory_bus(opened: ExitStack) -> Bus:
    memory = MemoryBus(PARTITIONS)
    return Bus(
        lambda: closed(opened, memory.publisher()),
        lambda group, topics, start: closed(opened, memory.subscriber(group, topics, start)),
    )


def kafka_bus(opened: ExitStack, settings: Settings) -> Bus:
    kafka = settings.kafka
    return Bus(
        lambda: closed(opened, KafkaPublisher(kafka, "test")),
        lambda group, topics, start: closed(opened, KafkaSubscriber(kafka, group, topics, start)),
    )


def closed(opened: ExitStack, port: Port) -> Port:
    opened.callback(port.close)
    return port


def a_record(value: str, key: str = "order/4711", topic: str = SALES) -> Record:
    return Record(topic, key.encode(), value.encode())


def a_group() -> str:
    return f"test-{uuid4().hex}"


def read(subscriber: Subscriber, count: int) -> list[Received]:
    """The next `count` records, and no more than those."""
    found: list[Received] = []

    def enough() -> bool:
        found.extend(subscriber.poll(0.1))
        return len(found) >= count

    until(enough, f"{count} records arrive")
    assert len(found) == count
    return found


def values(records: Sequence[Received]) -> list[str]:
    return [record.value.decode() for record in records]


def test_a_record_arrives_as_it_was_sent(bus: Bus) -> None:
    headers = (("ce_id", b"1"), ("traceparent", b"00-x"), ("twice", b"a"), ("twice", b"b"))
    sent = Record(SALES, b"order/4711", b"\x00\xffvalue", headers)
    before = WallClock().now()
    bus.publisher().publish([sent])
    (received,) = read(bus.reader(a_group()), 1)
    assert (received.topic, received.key, received.value) == (SALES, sent.key, sent.value)
    assert received.headers == headers
    assert received.offset == 0
    assert before - SECOND <= received.arrived_at <= WallClock().now() + SECOND


def test_a_subjects_records_keep_their_order_in_its_partition(bus: Bus) -> None:
    publisher = bus.publisher()
    keys = [f"order/{number}" for number in range(20)]
    for round_number in range(5):
        publisher.publish([a_record(str(round_number), key) for key in keys])
    found = read(bus.reader(a_group()), 100)
    for key in keys:
        of_key = [record for record in found if record.key == key.encode()]
        assert values(of_key) == ["0", "1", "2", "3", "4"]
        assert {record.partition for record in of_key} == {partition_of(key, PARTITIONS)}


def test_an_explicit_partition_outweighs_the_key(bus: Bus) -> None:
    every = [Record(SALES, b"heartbeat", b"", partition=number) for number in range(PARTITIONS)]
    bus.publisher().publish(every)
    found = read(bus.reader(a_group()), PARTITIONS)
    assert sorted(record.partition for record in found) == list(range(PARTITIONS))


def test_a_group_goes_on_where_it_committed(bus: Bus) -> None:
    publisher, group = bus.publisher(), a_group()
    publisher.publish([a_record("first")])
    reader = bus.reader(group)
    assert values(read(reader, 1)) == ["first"]
    reader.commit()
    reader.close()
    publisher.publish([a_record("second")])
    assert values(read(bus.reader(group), 1)) == ["second"]


def test_what_was_not_committed_comes_again(bus: Bus) -> None:
    bus.publisher().publish([a_record("first"), a_record("second")])
    group = a_group()
    reader = bus.reader(group)
    read(reader, 2)
    reader.close()
    assert values(read(bus.reader(group), 2)) == ["first", "second"]


def test_a_closed_reader_reads_no_more_and_leaves_no_thread(bus: Bus) -> None:
    bus.publisher().publish([a_record("first")])
    before = set(threading.enumerate())
    reader = bus.reader(a_group())
    read(reader, 1)
    reader.close()
    with pytest.raises(SubscribeError, match="is closed"):
        reader.poll(0.1)
    until(lambda: set(threading.enumerate()) <= before, "every thread of the reader has ended")


def test_two_groups_each_get_everything(bus: Bus) -> None:
    bus.publisher().publish([a_record("first"), a_record("second")])
    for _ in range(2):
        assert values(read(bus.reader(a_group()), 2)) == ["first", "second"]


def test_a_reader_of_two_topics_gets_both(bus: Bus) -> None:
    bus.publisher().publish([a_record("sold"), a_record("paid", topic=FINANCE)])
    found = read(bus.reader(a_group(), SALES, FINANCE), 2)
    assert sorted(values(found)) == ["paid", "sold"]
    assert {record.partition for record in found} == {partition_of("order/4711", PARTITIONS)}


def test_two_members_of_a_group_share_its_records(bus: Bus) -> None:
    publisher, group = bus.publisher(), a_group()
    members = [bus.reader(group), bus.reader(group)]
    poll_until_all_have_read(publisher, members)
    sent = [a_record(f"shared {number}", f"order/{number}") for number in range(50)]
    publisher.publish(sent)
    counted: Counter[str] = Counter()

    def all_read() -> bool:
        for member in members:
            found = values(member.poll(0.1))
            counted.update(value for value in found if value.startswith("shared"))
        return len(counted) == len(sent)

    until(all_read, "every record was read by one of the members")
    assert set(counted.values()) == {1}


def poll_until_all_have_read(publisher: Publisher, members: Sequence[Subscriber]) -> None:
    """Members that have all read something share the partitions; nobody has to join any more."""

    def all_have_read() -> bool:
        publisher.publish([a_record("warm up", f"order/{number}") for number in range(20)])
        found = [bool(member.poll(0.2)) for member in members]
        return all(found)

    until(all_have_read, "each member reads a part")
    for member in members:
        member.commit()


def test_without_a_group_a_reader_gets_everything_from_the_start(bus: Bus) -> None:
    bus.publisher().publish([a_record("first"), a_record("second")])
    for _ in range(2):
        reader = bus.reader(None)
        assert values(read(reader, 2)) == ["first", "second"]
        reader.commit()


def test_a_reader_from_the_end_gets_only_what_comes(bus: Bus) -> None:
    publisher = bus.publisher()
    publisher.publish([a_record("old")])
    reader = bus.reader(a_group(), from_start=False)
    found: list[Received] = []

    def something_new() -> bool:
        found.extend(reader.poll(0.2))
        publisher.publish([a_record("new")])
        return bool(found)

    until(something_new, "something new arrives")
    assert set(values(found)) == {"new"}


def test_a_quiet_topic_is_no_trouble(bus: Bus) -> None:
    assert list(bus.reader(a_group()).poll(0.05)) == []


def test_the_biggest_event_passes(bus: Bus) -> None:
    bus.publisher().publish([a_record("x" * 65_536)])
    (received,) = read(bus.reader(a_group()), 1)
    assert len(received.value) == 65_536


def test_what_cannot_be_published_is_an_error_and_the_next_goes_through(bus: Bus) -> None:
    publisher = bus.publisher()
    with pytest.raises(PublishError):
        publisher.publish([Record(SALES, b"order/1", b"lost", partition=99)])
    publisher.publish([a_record("kept")])
    assert values(read(bus.reader(a_group()), 1)) == ["kept"]


def test_threads_may_share_a_publisher(bus: Bus) -> None:
    publisher = bus.publisher()

    def publish(thread: int) -> None:
        for number in range(10):
            publisher.publish([a_record(f"{thread} {number}")])

    threads = [threading.Thread(target=publish, args=(thread,)) for thread in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = values(read(bus.reader(a_group()), 40))
    for number in range(4):
        mine = [value for value in found if value.startswith(f"{number} ")]
        assert mine == [f"{number} {each}" for each in range(10)]


def test_nothing_to_publish_is_fine(bus: Bus) -> None:
    bus.publisher().publish([])


def test_kafka_says_how_much_came_since_a_moment(fresh_topics: Settings) -> None:
    with ExitStack() as opened:
        bus = kafka_bus(opened, fresh_topics)
        subscriber = KafkaSubscriber(fresh_topics.kafka, None, (SALES,))
        opened.callback(subscriber.close)
        publisher = bus.publisher()
        publisher.publish([Record(SALES, b"order/1", b"old"), Record(SALES, b"order/2", b"old")])
        until(lambda: subscriber.newer_than(0) == 2, "both are there")
        old = until(lambda: subscriber.poll(1), "they are read")
        since = max(each.arrived_at for each in old) + SECOND // 1_000
        until(lambda: WallClock().now() > since, "a later millisecond")
        publisher.publish([Record(SALES, b"order/1", b"new")])
        until(lambda: subscriber.newer_than(since) == 1, "only the new one counts")
        assert subscriber.newer_than(WallClock().now() + 60 * SECOND) == 0
