"""Commits on their way while folding goes on: one at a time, when it is time, and no other."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import cast

import pytest

from services.shared.health import Health
from services.shared.settings import Settings
from services.shared.telemetry import start
from services.tracker.errors import Fenced
from services.tracker.exchange import Commit, Ownership
from services.tracker.handlers import Partition
from services.tracker.ingest.committing import (
    CALM_COMMIT_EVERY_S,
    COMMIT_EVERY_S,
    COMMIT_RECORDS,
    IDLE_COMMIT_EVERY_S,
    Committing,
    is_time,
)
from services.tracker.ingest.gate import Held
from services.tracker.ingest.patience import Patience
from tests.alerting import MovedClock
from tests.polling import until
from tests.tracking import (
    HOUR,
    START,
    MemoryTrackerStore,
    a_partition,
    paid,
    pass_time,
    placed,
    tell,
)


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
        desk.held.waits_since_s = 0.0
        await desk.settle()
        await desk.settle()
        assert desk.store.partitions[0]["seq"] == 2

    at_desk(work)


@dataclass
class Folded:
    """What a partition has done since its last commit."""

    uncommitted: bool = False
    has_to_tell: bool = False

    def waits(self, waited_s: float, *, calm: bool, records: int = 0) -> bool:
        held = Held(cast("Partition", self), folded=records)
        return not is_time(held, calm=calm, waited_s=waited_s)


def test_a_partition_that_is_caught_up_commits_at_once_what_somebody_is_to_be_told() -> None:
    told = Folded(uncommitted=True, has_to_tell=True)
    assert not told.waits(0, calm=True, records=1)
    assert told.waits(0, calm=False, records=1)


@pytest.mark.parametrize(
    ("partition", "calm", "records", "wait_s"),
    [
        (Folded(uncommitted=True), True, 1, CALM_COMMIT_EVERY_S),
        (Folded(), True, 0, COMMIT_EVERY_S),
        (Folded(), False, 1, COMMIT_EVERY_S),
        (Folded(uncommitted=True, has_to_tell=True), False, 0, COMMIT_EVERY_S),
        (Folded(), False, 0, IDLE_COMMIT_EVERY_S),
    ],
)
def test_all_else_waits_for_its_time(
    partition: Folded, calm: bool, records: int, wait_s: float
) -> None:
    assert partition.waits(wait_s - 0.001, calm=calm, records=records)
    assert not partition.waits(wait_s, calm=calm, records=records)


@pytest.mark.parametrize("calm", [True, False])
def test_so_many_records_do_not_wait_for_the_second_to_pass(calm: bool) -> None:
    assert Folded(uncommitted=True).waits(0, calm=calm, records=COMMIT_RECORDS - 1)
    assert not Folded(uncommitted=True).waits(0, calm=calm, records=COMMIT_RECORDS)


def test_only_who_has_something_to_publish_wakes_the_relay() -> None:
    async def work(desk: Desk) -> None:
        tell(desk.partition, placed())
        await desk.committing.after(desk.held, 1)
        await desk.settle()
        assert desk.arrived == 0
        pass_time(desk.partition, START + 48 * HOUR)
        await desk.committing.after(desk.held, 1)
        await desk.settle()

    assert at_desk(work).arrived == 1


def test_what_was_concluded_waits_for_a_commit_no_longer_than_until_it_begins() -> None:
    async def work(desk: Desk) -> None:
        desk.store.open.clear()
        await desk.committing.after(desk.held, 1, 5)
        assert desk.held.concluded == 0
        await desk.committing.after(desk.held, 1, 7)
        await desk.committing.after(desk.held, 1, 1)
        assert desk.held.concluded == 8

    at_desk(work)


def test_partitions_commit_beside_each_other() -> None:
    async def work(desk: Desk) -> None:
        desk.store.open.clear()
        other = Held(a_partition(desk.store, number=1, partitions=2), caught_up_at=START)
        for held in (desk.held, other):
            await desk.committing.after(held, 1)
        await asyncio.to_thread(until, lambda: desk.store.waiting == 2, "both are on their way")

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
    assert (desk.store.fenced, desk.store.partitions[0]["seq"]) == (1, 1)
