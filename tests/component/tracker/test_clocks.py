"""Clocks of sources that are off, from records to progress, counts and metrics."""

from typing import Any

import pytest
from msgspec import structs
from prometheus_client import CollectorRegistry

from services.shared.bus import Received
from services.shared.clock import SECOND, Instant, WallClock
from services.tracker.answers import progress_message
from services.tracker.core.reading import FUTURE_LIMIT
from services.tracker.core.skew import SAMPLES_NEEDED, SKEW_LIMIT
from services.tracker.handlers import Partition
from services.tracker.metrics import Metrics
from tests.tracking import START, MemoryTrackerStore, a_partition, heartbeats, placed, tell


@pytest.fixture
def store() -> MemoryTrackerStore:
    return MemoryTrackerStore()


def late(record: Received, by: int) -> Received:
    """The broker took it so much after its own time."""
    return structs.replace(record, arrived_at=record.arrived_at + by)


def beat(partition: Partition, by: int, times: int = SAMPLES_NEEDED, since: Instant = 0) -> None:
    """Sales says so often how far it has come, by a clock that is behind."""
    for number in range(times):
        (record,) = heartbeats(START + since + number * SECOND, parties=["sales"])
        tell(partition, late(record, by))


def skews(store: MemoryTrackerStore) -> list[tuple[str, float, int]]:
    row: dict[str, Any] = {"_id": 0, "open_promises": 0, "fenced": 0, **store.partitions[0]}
    told = progress_message(row).skews
    return [(each.party, each.skew_s, each.samples) for each in told]


def test_progress_tells_how_far_the_clock_of_a_source_is_off(store: MemoryTrackerStore) -> None:
    partition = a_partition(store)
    beat(partition, 5 * SECOND, SAMPLES_NEEDED - 1)
    partition.commit()
    assert skews(store) == []
    tell(partition, late(placed(), 5 * SECOND))
    partition.commit()
    assert skews(store) == [("sales", 5.0, SAMPLES_NEEDED)]


def test_a_clock_that_is_found_to_be_off_is_counted_once(store: MemoryTrackerStore) -> None:
    partition = a_partition(store)
    beat(partition, SKEW_LIMIT)
    partition.commit()
    assert ("skewed", "sales") not in partition.counts.take()
    beat(partition, SKEW_LIMIT + 1, 2 * SAMPLES_NEEDED, since=60 * SECOND)
    partition.commit()
    partition.commit()
    assert partition.counts.take()[("skewed", "sales")] == 1


def test_in_a_simulation_no_clock_is_off(store: MemoryTrackerStore) -> None:
    partition = a_partition(store, simulated=True)
    beat(partition, 60 * SECOND)
    partition.commit()
    assert skews(store) == []


def test_the_same_event_again_tells_nothing_of_a_clock(store: MemoryTrackerStore) -> None:
    partition = a_partition(store)
    for _ in range(SAMPLES_NEEDED):
        tell(partition, placed(id=b"\x01" * 16))
    partition.commit()
    assert skews(store) == []


def test_a_moment_too_far_ahead_is_clamped_and_counted(store: MemoryTrackerStore) -> None:
    partition = a_partition(store)
    tell(partition, late(placed(), -FUTURE_LIMIT))
    assert ("clamped", "sales") not in partition.counts.take()
    tell(partition, late(placed(), -FUTURE_LIMIT - 1))
    assert partition.counts.take()[("clamped", "sales")] == 1


def test_the_gauge_of_a_party_is_its_worst_source_of_all_partitions_in_care(
    store: MemoryTrackerStore,
) -> None:
    first, second = a_partition(store), a_partition(MemoryTrackerStore())
    beat(first, 2 * SECOND)
    beat(second, -3 * SECOND)
    first.commit()
    second.commit()
    registry, held = CollectorRegistry(), [first, second]
    Metrics(registry, WallClock()).watch(["sales", "finance"], lambda: held)

    def skew(party: str) -> float | None:
        return registry.get_sample_value("handoff_source_skew_seconds", {"party": party})

    assert (skew("sales"), skew("finance")) == (-3.0, 0.0)
    held.remove(second)
    assert skew("sales") == 2.0


def test_metrics_count_what_happened_in_a_partition(store: MemoryTrackerStore) -> None:
    registry = CollectorRegistry()
    partition = a_partition(store)
    tell(partition, late(placed(), -FUTURE_LIMIT - 1), placed(key=b"order/1"))
    Metrics(registry, WallClock()).observe(partition)
    clamped = registry.get_sample_value("handoff_events_clamped_total", {"party": "sales"})
    letters = registry.get_sample_value("handoff_dlq_messages_total", {"reason": "wrong_key"})
    assert (clamped, letters) == (1.0, 1.0)
