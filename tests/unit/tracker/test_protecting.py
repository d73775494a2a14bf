"""When a partition must stand still: on both sides of each boundary, and what is said then."""

import pytest

from services.tracker.ingest.protecting import lost, position_lost, wrong_partition_count

SALES, FINANCE = "handoff.sales.v1", "handoff.finance.v1"
STARTS, ENDS = {SALES: 10, FINANCE: 0}, {SALES: 20, FINANCE: 0}


@pytest.mark.parametrize("position", [10, 11, 19, 20])
def test_a_position_from_the_first_offset_to_the_end_is_read_on_from(position: int) -> None:
    assert position_lost(3, {SALES: position, FINANCE: 0}, STARTS, ENDS) is None


@pytest.mark.parametrize("position", [9, 21])
def test_a_position_just_outside_of_what_kafka_holds_is_lost(position: int) -> None:
    why = str(position_lost(3, {FINANCE: 0, SALES: position}, STARTS, ENDS))
    assert f"no offset {position} of {SALES} partition 3, only those from 10 to before 20" in why
    assert "positions of document 3 in tracker.partitions" in why


def test_a_single_lost_topic_of_several_is_enough() -> None:
    assert FINANCE in str(position_lost(3, {SALES: 15, FINANCE: 1}, STARTS, ENDS))


def test_what_kafka_refuses_while_reading_is_named_too() -> None:
    assert str(lost(3, SALES, 9)).startswith(f"Kafka holds no offset 9 of {SALES} partition 3: ")


def test_topics_with_as_many_partitions_as_configured_are_read() -> None:
    assert wrong_partition_count({SALES: 4, FINANCE: 4}, 4) is None


@pytest.mark.parametrize("wanted", [3, 5])
def test_another_setting_than_all_topics_have_is_the_one_to_mend(wanted: int) -> None:
    why = str(wrong_partition_count({SALES: 4, FINANCE: 4}, wanted))
    for topic in (SALES, FINANCE):
        assert f"Topic {topic} has 4 partitions and HANDOFF_PARTITIONS is {wanted}." in why
    assert "set HANDOFF_PARTITIONS=4 for all" in why


@pytest.mark.parametrize("count", [3, 5])
def test_one_topic_that_differs_from_the_others_is_named_alone(count: int) -> None:
    why = str(wrong_partition_count({SALES: 4, FINANCE: count}, 4))
    assert f"Topic {FINANCE} has {count} partitions and HANDOFF_PARTITIONS is 4." in why
    assert SALES not in why
    assert "made anew by `handoff topics`" in why
    assert "set HANDOFF_PARTITIONS" not in why


def test_topics_that_differ_among_each_other_are_refused_whatever_is_configured() -> None:
    for wanted in (4, 5):
        assert wrong_partition_count({SALES: 4, FINANCE: 5}, wanted)


@pytest.mark.parametrize("counts", [{SALES: 0}, {SALES: 0, FINANCE: 4}])
def test_a_missing_topic_can_be_made(counts: dict[str, int]) -> None:
    why = str(wrong_partition_count(counts, 4))
    assert f"Topic {SALES} does not exist; it should have 4 partitions." in why
    assert "`handoff topics`" in why
