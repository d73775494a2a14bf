"""What people read of events that no agreement was there for, over restarts and days."""

from collections.abc import Mapping

import pytest
from msgspec import structs

from services.shared.clock import SECOND, Instant
from services.tracker.answers import progress_message
from services.tracker.core.parking import DAY, DAYS_KEPT
from services.tracker.handlers import Partition
from tests.promising import an_agreement, sets_of
from tests.tracking import START, MemoryTrackerStore, a_partition, pass_time, placed, tell

SETS = sets_of(an_agreement(opens_on="sales.OrderPlaced", effective_from=START + 30 * DAY))
TODAY = START - START % DAY


@pytest.fixture
def store() -> MemoryTrackerStore:
    return MemoryTrackerStore()


def taken_over(store: MemoryTrackerStore) -> Partition:
    return a_partition(store, sets=lambda: SETS)


def parked(store: MemoryTrackerStore) -> Mapping[tuple[str, Instant], int]:
    """By type and day, as people are told."""
    row = {"_id": 0, "open_promises": 0, "fenced": 0, **store.partitions[0]}
    told = progress_message(row).parked
    return {(each.type, each.since.ToMicroseconds()): each.events for each in told}


def test_a_restart_neither_loses_nor_doubles_what_was_parked(store: MemoryTrackerStore) -> None:
    first = taken_over(store)
    tell(first, one := placed())
    first.commit()
    tell(first, two := placed(subject="order/2"))
    second = taken_over(store)
    tell(second, one, two)
    second.commit()
    assert parked(store) == {("sales.OrderPlaced", TODAY): 2}


def test_each_day_has_its_own_count_for_a_week(store: MemoryTrackerStore) -> None:
    partition = taken_over(store)
    tell(partition, placed())
    tomorrow = START + DAY
    tell(partition, structs.replace(placed(tomorrow, subject="order/2"), arrived_at=tomorrow))
    partition.commit()
    today, next_day = ("sales.OrderPlaced", TODAY), ("sales.OrderPlaced", TODAY + DAY)
    assert parked(store) == {today: 1, next_day: 1}
    pass_time(partition, TODAY + DAYS_KEPT * DAY - SECOND)
    partition.commit()
    assert parked(store) == {today: 1, next_day: 1}
    pass_time(partition, TODAY + DAYS_KEPT * DAY)
    partition.commit()
    assert parked(store) == {next_day: 1}


def test_what_opens_a_promise_is_not_parked(store: MemoryTrackerStore) -> None:
    partition = a_partition(store)
    tell(partition, placed())
    partition.commit()
    assert parked(store) == {}
