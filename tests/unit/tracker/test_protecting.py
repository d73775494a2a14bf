"""When a partition must stand still: on both sides of each boundary, and what is said then."""

from dataclasses import replace

import pytest

from services.tracker.errors import PositionLost, TopicMadeAnew
from services.tracker.ingest.protecting import (
    Log,
    Stored,
    stops,
    torn_apart,
    why_stopped,
    wrong_partition_count,
)

SALES, FINANCE = TOPICS = ("handoff.sales.v1", "handoff.finance.v1")
LOGS = {
    SALES: Log("s1", dict.fromkeys(range(4), 10), dict.fromkeys(range(4), 20)),
    FINANCE: Log("f1", dict.fromkeys(range(4), 0), dict.fromkeys(range(4), 0)),
}


def stored(position: int = 15, **changes: object) -> Stored:
    """Partition 3, which is to be read on from this offset of sales' topic."""
    known = Stored(3, 1, 1, {SALES: position, FINANCE: 0}, {SALES: "s1", FINANCE: "f1"})
    return replace(known, **changes)  # type: ignore[arg-type]


def counted(sales: int, finance: int) -> dict[str, Log]:
    """The topics with so many partitions; without any they do not exist."""
    counts = {SALES: sales, FINANCE: finance}
    return {
        topic: Log(topic, dict.fromkeys(range(count), 0), dict.fromkeys(range(count), 0))
        for topic, count in counts.items()
        if count
    }


def why(stored: Stored) -> str:
    (stop,) = stops(stored, LOGS)
    return str(why_stopped(stop))


@pytest.mark.parametrize("position", [10, 11, 19, 20])
def test_a_position_from_the_first_offset_to_the_end_is_read_on_from(position: int) -> None:
    assert not list(stops(stored(position), LOGS))


@pytest.mark.parametrize("position", [9, 21])
def test_a_position_just_outside_of_what_kafka_holds_is_lost(position: int) -> None:
    (stop,) = stops(stored(position), LOGS)
    assert (stop.topic, stop.position, stop.start, stop.end) == (SALES, position, 10, 20)
    assert isinstance(why_stopped(stop), PositionLost)
    says = str(why_stopped(stop))
    assert f"no offset {position} of {SALES} partition 3" in says
    assert "it holds the offsets from 10 to before 20" in says
    assert "`handoff tracker resume --partition 3 --from earliest` goes on from offset 10" in says
    assert "--from stored" not in says


def test_each_topic_that_is_lost_is_a_stop_of_its_own() -> None:
    positions = {SALES: 9, FINANCE: 1}
    assert [stop.topic for stop in stops(stored(positions=positions), LOGS)] == [FINANCE, SALES]


def test_a_position_that_was_refused_stays_lost_when_the_log_has_grown_over_it() -> None:
    says = why(stored(15, lost=frozenset({SALES})))
    assert "held no offset 15" in says
    assert "--from stored` from offset 15" in says


@pytest.mark.parametrize("position", [9, 15, 21])
def test_an_offset_of_a_topic_that_was_made_anew_says_nothing(position: int) -> None:
    (stop,) = stops(stored(position, topic_ids={SALES: "s0", FINANCE: "f1"}), LOGS)
    assert isinstance(why_stopped(stop), TopicMadeAnew)
    says = str(why_stopped(stop))
    assert f"Topic {SALES} was deleted and made anew. Partition 3" in says
    assert f"from offset {position} of the old one" in says
    assert ("--from stored" in says) is (position == 15)


def test_a_document_from_before_there_were_ids_takes_the_topics_that_are_there() -> None:
    assert not list(stops(stored(topic_ids={}), LOGS))


def test_nothing_is_stored_of_a_partition_that_was_never_taken() -> None:
    assert not list(stops(Stored(3), LOGS))


def test_a_topic_of_a_party_that_has_left_stops_nothing() -> None:
    assert not list(stops(stored(positions={SALES: 15, "handoff.carrier.v1": 7}), LOGS))


def test_a_partition_with_all_its_topics_is_whole() -> None:
    assert torn_apart(3, {SALES, FINANCE}, TOPICS) is None


def test_a_torn_partition_is_named_with_the_topics_that_another_tracker_has() -> None:
    says = str(torn_apart(3, {SALES}, TOPICS))
    assert f"Partition 3 is torn apart: the group gave this tracker {SALES}" in says
    assert f"but not {FINANCE}" in says
    assert "other HANDOFF_PARTIES or another version" in says


def test_topics_with_as_many_partitions_as_configured_are_read() -> None:
    assert wrong_partition_count(counted(4, 4), TOPICS, 4) is None


@pytest.mark.parametrize("wanted", [3, 5])
def test_another_setting_than_all_topics_have_is_the_one_to_mend(wanted: int) -> None:
    says = str(wrong_partition_count(counted(4, 4), TOPICS, wanted))
    for topic in TOPICS:
        assert f"Topic {topic} has 4 partitions and HANDOFF_PARTITIONS is {wanted}." in says
    assert "set HANDOFF_PARTITIONS=4 for all" in says


@pytest.mark.parametrize("count", [3, 5])
def test_one_topic_that_differs_from_the_others_is_named_alone(count: int) -> None:
    says = str(wrong_partition_count(counted(4, count), TOPICS, 4))
    assert f"Topic {FINANCE} has {count} partitions and HANDOFF_PARTITIONS is 4." in says
    assert SALES not in says
    assert "made anew by `handoff topics`" in says
    assert "`handoff tracker resume --from earliest`" in says
    assert "set HANDOFF_PARTITIONS" not in says


def test_topics_that_differ_among_each_other_are_refused_whatever_is_configured() -> None:
    for wanted in (4, 5):
        assert wrong_partition_count(counted(4, 5), TOPICS, wanted)


@pytest.mark.parametrize("finance", [0, 4])
def test_a_missing_topic_can_be_made(finance: int) -> None:
    says = str(wrong_partition_count(counted(0, finance), TOPICS, 4))
    assert f"Topic {SALES} does not exist; it should have 4 partitions." in says
    assert "`handoff topics`" in says
