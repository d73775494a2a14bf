"""What is read of that which the group assigns: where Kafka does not fit, it stops and says so."""

import asyncio
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import pytest
from aiokafka import TopicPartition

from services.shared.health import Health
from services.shared.settings import Settings
from services.shared.telemetry import start
from services.tracker.errors import KafkaSilent
from services.tracker.handlers import Partition
from services.tracker.ingest.care import Care
from services.tracker.ingest.patience import Patience
from services.tracker.ingest.protecting import Log, Stored
from tests.polling import until
from tests.tracking import MemoryTrackerStore, a_partition

SALES, FINANCE = TOPICS = ("handoff.sales.v1", "handoff.finance.v1")
START, END = 10, 20
LIMIT_S = 30.0


@dataclass
class FakeKafka:
    """Topics, and a consumer that keeps where it was sought to and what it must not fetch."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TOPICS, 2))
    made: dict[str, str] = field(default_factory=lambda: dict.fromkeys(TOPICS, "first"))
    answers: bool = True
    meanwhile: Callable[[], object] = lambda: None
    sought: dict[TopicPartition, int] = field(default_factory=dict)
    paused: set[TopicPartition] = field(default_factory=set)

    def logs(self) -> dict[str, Log]:
        if not self.answers:
            raise KafkaSilent("Cannot ask Kafka at nowhere:1.")
        logs = {
            topic: Log(
                self.made[topic],
                dict.fromkeys(range(count), START),
                dict.fromkeys(range(count), END),
            )
            for topic, count in self.counts.items()
        }
        self.meanwhile()
        return logs

    def seek(self, place: TopicPartition, position: int) -> None:
        self.sought[place] = position

    def pause(self, place: TopicPartition) -> None:
        self.paused.add(place)

    def resume(self, place: TopicPartition) -> None:
        self.paused.discard(place)

    def places(self, number: int | None = None) -> set[TopicPartition]:
        """Both partition numbers of all topics, or one."""
        return {
            TopicPartition(topic, each)
            for topic, count in self.counts.items()
            for each in range(count)
            if number in {None, each}
        }

    @property
    def fetched(self) -> dict[TopicPartition, int]:
        """What aiokafka fetches, and from where: that which is sought and not paused."""
        return {place: at for place, at in self.sought.items() if place not in self.paused}


class Documents:
    """The partition documents, and partitions that are opened from them."""

    def __init__(self) -> None:
        self.rows: dict[int, Stored] = {}
        self.opened: list[int] = []
        self.slow: dict[int, threading.Event] = {}

    def stored(self, number: int) -> Stored:
        return self.rows.get(number, Stored(number))

    def lose(self, stored: Stored, topics: Iterable[str]) -> None:
        self.put(stored.number, stored.positions, stored.topic_ids, stored.lost | set(topics))

    def open(self, number: int) -> Partition:
        self.opened.append(number)
        if number in self.slow:
            self.slow[number].wait(LIMIT_S)
        partition = a_partition(MemoryTrackerStore(), number=number, partitions=2)
        partition.positions |= self.stored(number).positions
        partition.topic_ids |= self.stored(number).topic_ids
        return partition

    def put(
        self,
        number: int,
        positions: Mapping[str, int],
        topic_ids: Mapping[str, str],
        lost: Iterable[str] = (),
    ) -> None:
        self.rows[number] = Stored(number, 1, 1, positions, topic_ids, frozenset(lost))


@pytest.fixture
def kafka() -> FakeKafka:
    return FakeKafka()


@pytest.fixture
def documents() -> Documents:
    """Of partition 1; nothing is stored of partition 0."""
    documents = Documents()
    documents.put(1, {SALES: END, FINANCE: START}, dict.fromkeys(TOPICS, "first"))
    return documents


@pytest.fixture
def health() -> Health:
    return Health()


@pytest.fixture
def care(kafka: FakeKafka, documents: Documents, health: Health) -> Care:
    log = start("tracker", Settings()).log
    return Care(
        TOPICS, 2, documents, kafka.logs, patience=Patience(health, log), health=health, log=log
    )


def take(care: Care, kafka: FakeKafka, *places: TopicPartition) -> None:
    """The group assigns these, or all that there are, and the tracker looks at them."""

    async def assigned() -> None:
        await care.take(kafka, places or kafka.places())
        await care.look(kafka)

    asyncio.run(assigned())


def look(care: Care, kafka: FakeKafka) -> None:
    asyncio.run(care.look(kafka))


def test_partitions_that_fit_are_read_from_where_they_were_left(
    care: Care, kafka: FakeKafka, health: Health
) -> None:
    take(care, kafka)
    assert list(care.held) == [0, 1]
    assert kafka.fetched == {
        TopicPartition(SALES, 0): START,
        TopicPartition(FINANCE, 0): START,
        TopicPartition(SALES, 1): END,
        TopicPartition(FINANCE, 1): START,
    }
    assert health.problems() == {}


def test_nothing_is_fetched_and_nothing_is_unsought_before_it_is_loaded(
    care: Care, kafka: FakeKafka
) -> None:
    asyncio.run(care.take(kafka, kafka.places()))
    assert kafka.sought.keys() == kafka.paused == kafka.places()


def test_what_is_loaded_is_worked_on_while_another_one_loads(
    care: Care, kafka: FakeKafka, documents: Documents
) -> None:
    async def assigned() -> None:
        await care.take(kafka, kafka.places())
        documents.slow[1] = threading.Event()
        looking = asyncio.create_task(care.look(kafka))
        try:
            await asyncio.to_thread(until, lambda: documents.opened == [0, 1], "the second loads")
            async with asyncio.timeout(LIMIT_S), care.busy:
                assert care.held.keys() == {0}
        finally:
            documents.slow[1].set()
        await looking
        assert care.held.keys() == {0, 1}

    asyncio.run(assigned())


def test_the_group_takes_nothing_away_while_it_loads(
    care: Care, kafka: FakeKafka, documents: Documents
) -> None:
    async def assigned() -> None:
        await care.take(kafka, kafka.places())
        documents.slow[0] = threading.Event()
        looking = asyncio.create_task(care.look(kafka))
        try:
            await asyncio.to_thread(until, lambda: documents.opened == [0], "the first loads")
            dropping = asyncio.create_task(care.drop())
            await asyncio.sleep(0)
            assert not dropping.done()
        finally:
            documents.slow[0].set()
        await asyncio.gather(looking, dropping)
        assert not care.held

    asyncio.run(assigned())


def test_the_ids_of_the_topics_are_those_that_are_there_first(care: Care, kafka: FakeKafka) -> None:
    take(care, kafka)
    assert care.held[0].partition.topic_ids == kafka.made


@pytest.mark.parametrize("position", [START - 1, END + 1])
def test_a_lost_position_stops_its_partition_alone(
    care: Care, kafka: FakeKafka, documents: Documents, health: Health, position: int
) -> None:
    documents.put(1, {SALES: END, FINANCE: position}, {})
    take(care, kafka)
    assert (list(care.held), documents.opened) == ([0], [0])
    assert kafka.fetched.keys() == kafka.places(0)
    assert kafka.paused == kafka.places(1)
    assert list(health.problems()) == ["partition 1"]
    assert f"no offset {position} of {FINANCE} partition 1" in health.problems()["partition 1"]


def test_a_position_that_kafka_refused_is_lost_even_if_its_log_grows_over_it(
    care: Care, kafka: FakeKafka, documents: Documents
) -> None:
    documents.put(1, {SALES: END, FINANCE: END + 1}, {})
    take(care, kafka)
    documents.put(1, {SALES: END, FINANCE: END}, {}, documents.rows[1].lost)
    look(care, kafka)
    assert list(care.held) == [0]


def test_a_stopped_partition_goes_on_once_somebody_has_decided(
    care: Care, kafka: FakeKafka, documents: Documents, health: Health
) -> None:
    documents.put(1, {SALES: END, FINANCE: START - 1}, {})
    take(care, kafka)
    documents.put(1, {SALES: END, FINANCE: START}, {})
    look(care, kafka)
    assert (list(care.held), documents.opened) == ([0, 1], [0, 1])
    assert kafka.fetched[TopicPartition(FINANCE, 1)] == START
    assert health.problems() == {}


@pytest.mark.parametrize("number", [0, 1])
def test_what_kafka_refuses_while_it_is_read_is_loaded_anew_or_stopped(
    care: Care, kafka: FakeKafka, documents: Documents, number: int
) -> None:
    take(care, kafka)
    documents.put(1, {SALES: END, FINANCE: START - 1}, {})
    care.refused(kafka, [TopicPartition(FINANCE, number)])
    assert kafka.paused == kafka.places(number)
    look(care, kafka)
    assert sorted(care.held) == ([0] if number else [0, 1])
    assert documents.opened == ([0, 1] if number else [0, 1, 0])


def test_a_topic_that_was_made_anew_stops_those_that_had_read_the_old_one(
    care: Care, kafka: FakeKafka, documents: Documents, health: Health
) -> None:
    documents.put(1, {SALES: END, FINANCE: START}, {SALES: "first", FINANCE: "older"})
    take(care, kafka)
    assert list(care.held) == [0]
    assert f"{FINANCE} was deleted and made anew" in health.problems()["partition 1"]


def test_a_topic_that_is_made_anew_while_it_is_read_stops_everything(
    care: Care, kafka: FakeKafka, documents: Documents, health: Health
) -> None:
    take(care, kafka)
    documents.put(0, {SALES: END, FINANCE: START}, dict.fromkeys(TOPICS, "first"))
    kafka.made[SALES] = "second"
    look(care, kafka)
    assert (list(care.held), kafka.fetched) == ([], {})
    assert list(health.problems()) == ["partition 0", "partition 1"]
    look(care, kafka)
    assert not care.held


@pytest.mark.parametrize("count", [1, 3])
def test_a_topic_with_another_number_of_partitions_stops_all(
    care: Care, kafka: FakeKafka, health: Health, count: int
) -> None:
    kafka.counts[FINANCE] = count
    take(care, kafka)
    assert (list(care.held), kafka.fetched) == ([], {})
    assert list(health.problems()) == [f"partition {number}" for number in range(max(2, count))]
    assert f"{FINANCE} has {count} partitions" in health.problems()["partition 0"]


def test_a_topic_that_gets_more_partitions_while_it_is_read_stops_all(
    care: Care, kafka: FakeKafka, health: Health
) -> None:
    take(care, kafka)
    kafka.counts[SALES] = 3
    look(care, kafka)
    assert (list(care.held), kafka.fetched) == ([], {})
    assert f"{SALES} has 3 partitions" in health.problems()["partition 1"]


def test_a_missing_topic_stops_all(care: Care, kafka: FakeKafka, health: Health) -> None:
    del kafka.counts[FINANCE]
    take(care, kafka)
    assert not care.held
    assert f"{FINANCE} does not exist" in health.problems()["partition 1"]


def test_a_partition_of_which_another_tracker_has_a_topic_stands_still(
    care: Care, kafka: FakeKafka, health: Health
) -> None:
    take(care, kafka, *kafka.places(0), TopicPartition(SALES, 1))
    assert list(care.held) == [0]
    assert kafka.paused == {TopicPartition(SALES, 1)}
    assert "Partition 1 is torn apart" in health.problems()["partition 1"]
    assert f"but not {FINANCE}" in health.problems()["partition 1"]


def test_what_was_mended_is_read_at_the_next_look(
    care: Care, kafka: FakeKafka, health: Health
) -> None:
    kafka.counts[FINANCE] = 1
    take(care, kafka, *(TopicPartition(topic, each) for topic in TOPICS for each in (0, 1)))
    kafka.counts[FINANCE] = 2
    look(care, kafka)
    assert (list(care.held), health.problems()) == ([0, 1], {})


def test_nothing_is_read_before_kafka_has_said_what_it_holds(
    care: Care, kafka: FakeKafka, health: Health
) -> None:
    kafka.answers = False
    take(care, kafka)
    assert (list(care.held), kafka.fetched) == ([], {})
    assert "Cannot ask Kafka" in health.problems()["partition 0"]
    kafka.answers = True
    look(care, kafka)
    assert (list(care.held), health.problems()) == ([0, 1], {})


def test_what_is_read_goes_on_while_kafka_does_not_say_what_it_holds(
    care: Care, kafka: FakeKafka
) -> None:
    take(care, kafka)
    kafka.answers = False
    look(care, kafka)
    assert list(care.held) == [0, 1]


def test_what_another_tracker_has_now_is_not_our_trouble(
    care: Care, kafka: FakeKafka, health: Health
) -> None:
    kafka.counts[FINANCE] = 3
    take(care, kafka)
    asyncio.run(care.drop())
    look(care, kafka)
    assert (health.problems(), list(care.held)) == ({}, [])


def test_a_position_that_moved_while_kafka_was_asked_is_not_held_against_it(
    care: Care, kafka: FakeKafka, documents: Documents
) -> None:
    kafka.meanwhile = lambda: documents.put(1, {SALES: END + 1, FINANCE: START}, {})
    take(care, kafka)
    assert kafka.fetched[TopicPartition(SALES, 1)] == END + 1


def test_what_is_assigned_anew_while_kafka_is_asked_is_looked_at_anew(
    care: Care, kafka: FakeKafka, documents: Documents
) -> None:
    async def assigned_anew() -> None:
        await care.drop()
        documents.put(1, {SALES: END, FINANCE: START - 1}, {})
        await care.take(kafka, kafka.places())

    async def looking() -> None:
        loop = asyncio.get_running_loop()
        await care.take(kafka, kafka.places())
        kafka.meanwhile = lambda: asyncio.run_coroutine_threadsafe(assigned_anew(), loop).result()
        await care.look(kafka)

    asyncio.run(looking())
    assert documents.opened == []
