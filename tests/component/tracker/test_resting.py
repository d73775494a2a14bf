"""Subjects that nothing happens to are kept packed, and are there when they are told of or due."""

import pytest

from services.shared.clock import SECOND, Instant
from services.tracker.handlers import Partition
from services.tracker.memory import WAKES_LIMIT
from tests.promising import an_agreement, sets_of
from tests.tracking import (
    HOUR,
    ORDER,
    START,
    MemoryTrackerStore,
    a_partition,
    heartbeats,
    paid,
    pass_time,
    placed,
    tell,
)

LONG = 60 * SECOND
"""Nothing rests before it was left alone for so long."""
SETS = sets_of(an_agreement("50%", opens_on="sales.OrderPlaced", within=10 * HOUR))


@pytest.fixture
def store() -> MemoryTrackerStore:
    return MemoryTrackerStore()


def resting(store: MemoryTrackerStore) -> Partition:
    """A partition whose only order was not touched for long."""
    partition = a_partition(store, rests_after=LONG)
    tell(partition, placed())
    partition.commit()
    commit_at(partition, START + LONG)
    return partition


def commit_at(partition: Partition, at: Instant) -> None:
    partition.advance(at, START)
    partition.commit()


def test_a_subject_rests_once_it_was_not_touched_for_so_long(store: MemoryTrackerStore) -> None:
    partition = a_partition(store, rests_after=LONG)
    tell(partition, placed())
    partition.commit()
    commit_at(partition, START + LONG - 1)
    assert ORDER in partition.table.subjects
    commit_at(partition, START + LONG)
    assert ORDER not in partition.table.subjects


def test_one_that_is_told_of_again_counts_the_time_anew(store: MemoryTrackerStore) -> None:
    partition = a_partition(store, rests_after=LONG)
    tell(partition, placed())
    partition.commit()
    tell(partition, paid(START + LONG - 1))
    partition.commit()
    commit_at(partition, START + LONG)
    assert ORDER in partition.table.subjects


def test_a_resting_subject_is_told_of_as_if_it_had_never_rested(store: MemoryTrackerStore) -> None:
    partition = resting(store)
    order = placed(id=b"\x07" * 16)
    tell(partition, paid(START + HOUR), order)
    written = partition.commit()
    assert [row["_id"] for row in written.documents] == [ORDER]
    assert len(partition.table.subjects[ORDER].events) == 3


def test_nobody_keeps_what_lists_have_of_a_resting_subject(store: MemoryTrackerStore) -> None:
    partition = resting(store)
    tell(partition, placed(id=b"\x07" * 16))
    assert {row["_id"] for row in partition.commit().listed} == store.listed.keys() != set()
    tell(partition, placed(id=b"\x08" * 16))
    assert partition.commit().listed == []


def test_a_resting_subject_is_looked_at_when_it_is_due(store: MemoryTrackerStore) -> None:
    partition = resting(store)
    pass_time(partition, START + 48 * HOUR)
    kinds = {verdict.kind for verdict in partition.commit().verdicts}
    assert "breached" in kinds


def test_what_is_due_soon_does_not_rest(store: MemoryTrackerStore) -> None:
    for early, rests in ((0, False), (1, True)):
        look_at = START + 5 * HOUR
        partition = a_partition(MemoryTrackerStore(), sets=lambda: SETS, rests_after=LONG)
        tell(partition, placed())
        partition.commit()
        commit_at(partition, look_at - LONG - early)
        assert (ORDER not in partition.table.subjects) is rests


def test_a_new_owner_unpacks_only_what_is_due(store: MemoryTrackerStore) -> None:
    resting(store)
    partition = a_partition(store, now=START + LONG)
    partition.advance(START + LONG, START)
    assert not partition.table.subjects
    partition.advance(START + 48 * HOUR, START)
    assert partition.table.subjects.keys() == {ORDER}


def test_a_burst_is_unpacked_in_turns_and_each_deadline_is_told_once(
    store: MemoryTrackerStore,
) -> None:
    partition = a_partition(store, sets=lambda: SETS, rests_after=LONG)
    orders = [f"order/{number}" for number in range(WAKES_LIMIT + 1)]
    tell(partition, *(placed(subject=order) for order in orders))
    partition.commit()
    commit_at(partition, START + LONG)
    tell(partition, *heartbeats(START + 11 * HOUR))
    breached: list[str] = []
    for more in (True, False):
        partition.advance(START + 11 * HOUR, START + 11 * HOUR)
        assert partition.more_is_due is more
        verdicts = partition.commit().verdicts
        breached += [each.promise_id for each in verdicts if each.kind == "breached"]
    assert len(breached) == len({*breached}) == len(orders)
