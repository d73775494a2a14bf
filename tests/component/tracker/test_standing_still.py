"""What the ingest takes of what it is assigned: where Kafka does not fit, it stops and says so."""

import asyncio
from dataclasses import dataclass, field

import pytest
from aiokafka import TopicPartition

from services.shared.clock import WallClock
from services.shared.health import Health
from services.shared.settings import Settings
from services.shared.subjects import topic_of
from services.shared.telemetry import start
from services.tracker.ingest.membership import Membership
from services.tracker.ingest.reading import Ingest
from tests.tracking import MemoryTrackerStore, a_partition

PARTIES = ("sales", "finance")
SALES, FINANCE = TOPICS = tuple(topic_of(party) for party in PARTIES)
START, END = 10, 20


@dataclass
class FakeKafka:
    """Answers as a consumer does, and keeps where it was sought to."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TOPICS, 2))
    sought: dict[TopicPartition, int] = field(default_factory=dict)

    def partitions_for_topic(self, topic: str) -> set[int] | None:
        return set(range(self.counts[topic])) if topic in self.counts else None

    async def beginning_offsets(self, places: list[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(places, START)

    async def end_offsets(self, places: list[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(places, END)

    def seek(self, place: TopicPartition, position: int) -> None:
        self.sought[place] = position

    def take(self, ingest: Ingest) -> None:
        """Assign both partition numbers of all topics."""
        places = [
            TopicPartition(topic, number)
            for topic, count in self.counts.items()
            for number in range(count)
        ]
        asyncio.run(ingest.take(self, places))


@pytest.fixture
def health() -> Health:
    return Health()


@pytest.fixture
def positions() -> dict[str, int]:
    """Stored of partition 1; nothing is stored of partition 0."""
    return {SALES: END, FINANCE: START}


@pytest.fixture
def ingest(health: Health, positions: dict[str, int]) -> Ingest:
    def opened(number: int) -> object:
        partition = a_partition(MemoryTrackerStore(), number=number, partitions=2)
        partition.positions |= positions if number == 1 else {}
        return partition

    return Ingest(
        Membership("nowhere:1", PARTIES, 2, "tracker-1", 10.0),
        opened,  # type: ignore[arg-type]
        lambda *_: pytest.fail("nothing is decoded"),
        observe=lambda *_: None,
        clock=WallClock(),
        telemetry=start("tracker", Settings()),
        health=health,
    )


def numbers(ingest: Ingest) -> list[int]:
    return [partition.number for partition in ingest.partitions]


def test_partitions_that_fit_are_read_from_where_they_were_left(
    ingest: Ingest, health: Health
) -> None:
    kafka = FakeKafka()
    kafka.take(ingest)
    assert numbers(ingest) == [0, 1]
    assert kafka.sought == {
        TopicPartition(SALES, 0): START,
        TopicPartition(FINANCE, 0): START,
        TopicPartition(SALES, 1): END,
        TopicPartition(FINANCE, 1): START,
    }
    assert health.problems() == {}


@pytest.mark.parametrize("position", [START - 1, END + 1])
def test_a_lost_position_stops_its_partition_alone(
    ingest: Ingest, health: Health, positions: dict[str, int], position: int
) -> None:
    positions[FINANCE] = position
    kafka = FakeKafka()
    kafka.take(ingest)
    assert numbers(ingest) == [0]
    assert {place.partition for place in kafka.sought} == {0}
    assert list(health.problems()) == ["partition 1"]
    assert f"no offset {position} of {FINANCE} partition 1" in health.problems()["partition 1"]


@pytest.mark.parametrize("count", [1, 3])
def test_a_topic_with_another_number_of_partitions_stops_all(
    ingest: Ingest, health: Health, count: int
) -> None:
    kafka = FakeKafka({SALES: 2, FINANCE: count})
    kafka.take(ingest)
    assert (numbers(ingest), kafka.sought) == ([], {})
    assert list(health.problems()) == [f"partition {number}" for number in range(max(2, count))]
    assert f"{FINANCE} has {count} partitions" in health.problems()["partition 0"]


def test_a_missing_topic_stops_all(ingest: Ingest, health: Health) -> None:
    FakeKafka({SALES: 2}).take(ingest)
    assert numbers(ingest) == []
    assert f"{FINANCE} does not exist" in health.problems()["partition 1"]


def test_what_was_mended_is_read_at_the_next_assignment(ingest: Ingest, health: Health) -> None:
    FakeKafka({SALES: 2, FINANCE: 3}).take(ingest)
    FakeKafka().take(ingest)
    assert (numbers(ingest), health.problems()) == ([0, 1], {})


def test_what_another_tracker_has_now_is_not_our_trouble(ingest: Ingest, health: Health) -> None:
    FakeKafka({SALES: 2, FINANCE: 3}).take(ingest)
    asyncio.run(ingest.drop())
    assert health.problems() == {}
