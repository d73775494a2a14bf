"""Records of a key one after the other, others beside them; acknowledged in order of reading."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from functools import partial

import pytest

from services.alerts.lanes import Lanes
from services.shared.bus import Received
from services.shared.consuming import Stopped


def a_record(key: bytes, offset: int) -> Received:
    return Received("handoff.verdicts.v1", 0, offset, key, b"", (), 0)


class Site:
    """A handler that waits until the test lets a record go, and what was acknowledged."""

    def __init__(self, *stopped: int) -> None:
        self.stopped = stopped
        self.begun: list[int] = []
        self.acknowledged: list[int] = []
        self._gates: dict[int, threading.Event] = {}

    def handle(self, record: Received) -> None:
        self.begun.append(record.offset)
        assert self.gate(record.offset).wait(10)
        if record.offset in self.stopped:
            raise Stopped

    def gate(self, offset: int) -> threading.Event:
        return self._gates.setdefault(offset, threading.Event())

    def run(self, keys: list[bytes], steps: Callable[["Site"], Awaitable[None]]) -> None:
        async def all_of_it() -> None:
            async with asyncio.TaskGroup() as tasks:
                lanes = Lanes(self.handle, tasks, at_once=3)
                for offset, key in enumerate(keys):
                    await lanes.take(
                        a_record(key, offset), partial(self.acknowledged.append, offset)
                    )
                await steps(self)

        asyncio.run(all_of_it())


async def until(question: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not question():
            await asyncio.sleep(0.001)


def test_keys_go_beside_each_other_and_are_acknowledged_in_the_order_of_reading() -> None:
    async def steps(site: Site) -> None:
        await until(lambda: len(site.begun) == 3)
        site.gate(2).set()
        site.gate(1).set()
        await asyncio.sleep(0)
        assert site.acknowledged == []
        site.gate(0).set()
        await until(lambda: site.acknowledged == [0, 1, 2])

    Site().run([b"a", b"b", b"c"], steps)


def test_a_later_record_of_a_key_waits_for_the_one_before_it() -> None:
    async def steps(site: Site) -> None:
        await until(lambda: sorted(site.begun) == [0, 2])
        site.gate(2).set()
        site.gate(1).set()
        assert site.begun.count(1) == 0
        site.gate(0).set()
        await until(lambda: site.acknowledged == [0, 1, 2])

    Site().run([b"a", b"a", b"b"], steps)


def test_what_is_stopped_and_what_came_after_it_is_read_again() -> None:
    async def steps(site: Site) -> None:
        for offset in range(3):
            site.gate(offset).set()
        await until(lambda: len(site.begun) == 3)

    site = Site(1)
    site.run([b"a", b"b", b"c"], steps)
    assert site.acknowledged == [0]


def test_no_more_are_begun_than_there_is_room_for() -> None:
    site = Site()

    async def all_of_it() -> None:
        async with asyncio.TaskGroup() as tasks:
            lanes = Lanes(site.handle, tasks, at_once=2)
            for offset in range(2):
                await lanes.take(a_record(bytes([offset]), offset), lambda: None)
            third = tasks.create_task(lanes.take(a_record(b"third", 2), lambda: None))
            await until(lambda: len(site.begun) == 2)
            assert not third.done()
            for offset in range(3):
                site.gate(offset).set()

    asyncio.run(all_of_it())
    assert sorted(site.begun) == [0, 1, 2]


def test_what_a_handler_raises_ends_all_of_it() -> None:
    def fail(_record: Received) -> None:
        raise ValueError("broken")

    async def all_of_it() -> None:
        async with asyncio.TaskGroup() as tasks:
            await Lanes(fail, tasks).take(a_record(b"a", 0), lambda: None)
            await asyncio.sleep(10)

    with pytest.raises(ExceptionGroup):
        asyncio.run(all_of_it())
