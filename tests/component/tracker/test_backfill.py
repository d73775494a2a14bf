"""What a source that is declared to tell of the past does, and what any other does instead."""

import pytest
from msgspec import structs

from services.shared.bus import Received
from services.shared.clock import SECOND
from services.tracker.core.opening import AGE_LIMIT
from services.tracker.core.skew import SAMPLES_NEEDED
from services.tracker.core.verdicts import Kind
from tests.tracking import HOUR, START, MemoryTrackerStore, a_partition, pass_time, placed, tell

BACKFILLING = {("sales", "import")}
APPROVAL = "order/4711~approve-payment"


@pytest.fixture
def store() -> MemoryTrackerStore:
    return MemoryTrackerStore()


def an_order(source: str = "import", age: int = AGE_LIMIT + 1) -> Received:
    """An order of the past that the broker takes now."""
    return structs.replace(placed(START - age, source=source), arrived_at=START)


@pytest.mark.parametrize(
    ("source", "age", "opens"),
    [
        ("import", AGE_LIMIT + 1, True),
        ("shop", AGE_LIMIT + 1, False),
        ("shop", AGE_LIMIT, True),
    ],
)
def test_what_is_older_than_37_days_opens_only_from_a_source_that_is_declared(
    store: MemoryTrackerStore, source: str, age: int, opens: bool
) -> None:
    partition = a_partition(store)
    tell(partition, an_order(source, age), backfilling=BACKFILLING)
    assert (APPROVAL in partition.table.subjects["order/4711"].promises) is opens
    assert (("skipped", "approve-payment", "too_old") in partition.counts.take()) is not opens


def test_only_the_party_that_declared_it_has_such_a_source(store: MemoryTrackerStore) -> None:
    partition = a_partition(store)
    tell(partition, an_order(), backfilling={("finance", "import")})
    assert not partition.table.subjects["order/4711"].promises


@pytest.mark.parametrize(("backfilling", "told"), [(BACKFILLING, False), (set(), True)])
def test_nobody_is_told_of_what_was_due_before_it_was_imported(
    store: MemoryTrackerStore, backfilling: set[tuple[str, str]], told: bool
) -> None:
    partition = a_partition(store)
    tell(partition, an_order(age=4 * 24 * HOUR), backfilling=backfilling)
    pass_time(partition, START + 3 * SECOND)
    partition.commit()
    verdicts = [each for each in store.verdicts.values() if each.promise_id == APPROVAL]
    assert [each.kind for each in verdicts] == [Kind.OPENED, Kind.BREACHED]
    assert verdicts[-1].publish is told


def test_what_an_import_tells_says_nothing_of_its_clock(store: MemoryTrackerStore) -> None:
    partition = a_partition(store)
    orders = [
        structs.replace(placed(subject=f"order/{n}", source="import"), arrived_at=START + HOUR)
        for n in range(SAMPLES_NEEDED)
    ]
    tell(partition, *orders, backfilling=BACKFILLING)
    partition.commit()
    assert not partition.counts.skews
