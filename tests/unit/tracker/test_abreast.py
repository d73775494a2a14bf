"""Of each partition the topic that is furthest behind is read first."""

from dataclasses import dataclass
from typing import cast

from aiokafka import ConsumerRecord, TopicPartition

from services.tracker.exchange import Ownership
from services.tracker.handlers import Partition
from services.tracker.ingest.abreast import Abreast
from services.tracker.ingest.gate import Held

SALES, FINANCE = (TopicPartition(f"handoff.{party}.v1", 0) for party in ("sales", "finance"))
TOPICS = (SALES.topic, FINANCE.topic)


@dataclass
class _At:
    """A partition that has come so far."""

    positions: dict[str, int]
    owner: Ownership | None = None


def held(**positions: int) -> dict[int, Held]:
    at = {f"handoff.{party}.v1": position for party, position in positions.items()}
    return {0: Held(cast("Partition", _At(at)))}


def read(abreast: Abreast, place: TopicPartition, timestamp: int) -> None:
    record = ConsumerRecord(*place, 0, timestamp, 1, b"", b"", None, 0, 0, ())
    abreast.note({place: [record]})


def behind(abreast: Abreast, held: dict[int, Held], **ends: int | None) -> list[TopicPartition]:
    return [*abreast.behind(held, lambda place: ends[place.topic.split(".")[1]])]


def test_what_was_read_up_to_the_earlier_moment_comes_first() -> None:
    abreast = Abreast(TOPICS)
    read(abreast, SALES, 2_000)
    read(abreast, FINANCE, 1_000)
    assert behind(abreast, held(sales=5, finance=5), sales=9, finance=9) == [FINANCE]
    read(abreast, FINANCE, 3_000)
    assert behind(abreast, held(sales=5, finance=5), sales=9, finance=9) == [SALES]


def test_a_topic_that_has_nothing_more_holds_up_no_other() -> None:
    abreast = Abreast(TOPICS)
    read(abreast, SALES, 2_000)
    read(abreast, FINANCE, 1_000)
    assert behind(abreast, held(sales=5, finance=9), sales=6, finance=9) == [SALES]
    assert behind(abreast, held(sales=6, finance=9), sales=6, finance=9) == []


def test_a_topic_of_which_the_broker_has_said_nothing_yet_is_asked_for_first() -> None:
    abreast = Abreast(TOPICS)
    read(abreast, SALES, 2_000)
    assert behind(abreast, held(sales=5, finance=0), sales=9, finance=None) == [FINANCE]


def test_each_partition_has_one_of_its_own() -> None:
    both = held(sales=0, finance=0) | {1: held(sales=0, finance=0)[0]}
    assert [each.partition for each in behind(Abreast(TOPICS), both, sales=1, finance=1)] == [0, 1]
