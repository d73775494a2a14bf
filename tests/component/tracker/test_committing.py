"""Commits on their way while folding goes on: one at a time, when it is time, and no other."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from services.shared.clock import SECOND
from services.shared.health import Health
from services.shared.settings import Settings
from services.shared.telemetry import start
from services.tracker.errors import Fenced
from services.tracker.exchange import Commit, Ownership
from services.tracker.handlers import Partition
from services.tracker.ingest.committing import COMMIT_RECORDS, Committing
from services.tracker.ingest.gate import Held
from services.tracker.ingest.patience import Patience
from tests.alerting import MovedClock
from tests.polling import until
from tests.tracking import HOUR, START, MemoryTrackerStore, a_partition, paid, placed, tell


class SlowStore(MemoryTrackerStore):
    """A commit gets there when it is let through."""

    def __init__(self) -> None:
        super().__init__()
        self.open = threading.Event()
        self.open.set()
        self.waiting = 0

    def commit(self, owner: Ownership, commit: Commit) -> Ownership:
        self.waiting += 1
        self.open.wait()
        return super().commit(owner, commit)


@dataclass
class Desk:
    """A partition that is held, and what takes its commits away."""

    store: SlowStore = field(default_factory=SlowStore)
    clock: MovedClock = field(default_factory=lambda: MovedClock(START))
    arrived: int = 0

    def __post_init__(self) -> None:
        self.partition: Partition = a_partition(self.store)
        self.held = Held(self.partition, caught_up_at=START)
        patience = Patience(Health(), start("tracker", Settings()).log)
        self.committing = Committing(patience, self.clock, self._stored)

    def _stored(self) -> None:
        self.arrived += 1

    async def settle(self) -> None:
        if self.held.storing:
            await asyncio.wait([self.held.storing])
        await self.committing.after(self.held, 0)


def at_desk(work: Callable[[Desk], Awaitable[None]]) -> Desk:
    async def run() -> Desk:
        desk = Desk()
        try:
            await work(desk)
        finally:
            desk.store.open.set()
            await desk.committing.stop()
        return desk

    return asyncio.run(run())


def test_what_is_folded_while_a_commit_is_on_its_way_is_in_the_next_one() -> None:
    async def work(desk: Desk) -> None:
        desk.store.open.clear()
        tell(desk.partition, placed())
        await desk.committing.after(desk.held, 1)
        tell(desk.partition, paid(START + HOUR))
        await desk.committing.after(desk.held, 1)
        assert desk.store.partitions[0]["seq"] == 0
        desk.store.open.set()
        await desk.settle()
        assert desk.store.partitions[0]["seq"] == 1
        await desk.settle()
        assert desk.store.partitions[0]["seq"] == 2

    assert at_desk(work).arrived == 2


@pytest.mark.parametrize(("late", "commits"), [(SECOND - 1, True), (SECOND, False)])
def test_a_partition_that_lags_behind_does_not_commit_after_each_batch(
    late: int, commits: bool
) -> None:
    async def work(desk: Desk) -> None:
        await desk.committing.after(desk.held, 0)  # the first is due in any case
        await desk.settle()
        desk.clock.set(START + late)
        tell(desk.partition, placed())
        await desk.committing.after(desk.held, 1)
        assert bool(desk.held.storing) is commits

    at_desk(work)


@pytest.mark.parametrize(("folded", "commits"), [(0, False), (1, True)])
def test_a_partition_that_lags_behind_and_is_not_read_has_nothing_to_commit(
    folded: int, commits: bool
) -> None:
    async def work(desk: Desk) -> None:
        desk.clock.set(START + HOUR)
        await desk.committing.after(desk.held, folded)
        assert bool(desk.held.storing) is commits

    at_desk(work)


def test_partitions_commit_beside_each_other() -> None:
    async def work(desk: Desk) -> None:
        desk.store.open.clear()
        other = Held(a_partition(desk.store, number=1, partitions=2), caught_up_at=START)
        for held in (desk.held, other):
            await desk.committing.after(held, 1)
        await asyncio.to_thread(until, lambda: desk.store.waiting == 2, "both are on their way")

    at_desk(work)


@pytest.mark.parametrize("records", [COMMIT_RECORDS - 1, COMMIT_RECORDS])
def test_so_many_records_do_not_wait_for_the_second_to_pass(records: int) -> None:
    async def work(desk: Desk) -> None:
        await desk.committing.after(desk.held, 0)
        await desk.settle()
        desk.clock.set(START + HOUR)
        await desk.committing.after(desk.held, records)
        assert bool(desk.held.storing) is (records == COMMIT_RECORDS)

    at_desk(work)


def test_reading_waits_once_so_many_records_wait_for_the_commit_before_them() -> None:
    async def work(desk: Desk) -> None:
        desk.store.open.clear()
        await desk.committing.after(desk.held, 1)
        asyncio.get_running_loop().call_later(0, desk.store.open.set)
        await desk.committing.after(desk.held, COMMIT_RECORDS)
        assert desk.store.partitions[0]["seq"] >= 1

    at_desk(work)


def test_who_still_holds_the_partition_hears_that_another_took_it() -> None:
    async def work(desk: Desk) -> None:
        await desk.committing.after(desk.held, 0)
        a_partition(desk.store)
        await desk.settle()

    with pytest.raises(Fenced):
        at_desk(work)


def test_nobody_hears_of_a_commit_whose_partition_is_held_no_longer() -> None:
    async def work(desk: Desk) -> None:
        desk.store.open.clear()
        await desk.committing.after(desk.held, 0)
        desk.held = Held(a_partition(desk.store), caught_up_at=START)
        desk.store.open.set()
        await desk.committing.after(desk.held, 0)
        await desk.settle()

    desk = at_desk(work)
    assert (desk.store.fenced, desk.arrived >= 1) == (1, True)
