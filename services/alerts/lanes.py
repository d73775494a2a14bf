"""Several records at once: those of a key one after the other, each acknowledged when it and all
that were read before it are handled.

A verdict waits for Mongo most of its time; of a thousand that come at once nobody may hear the last
one a minute later.
"""

import asyncio
from collections.abc import Callable
from functools import partial

from services.shared.bus import Received
from services.shared.consuming import Handler, Stopped

AT_ONCE = 4
"""Fewer than the threads that there are for all: who asks over gRPC must not wait behind them."""


class Lanes:
    """Handles in threads; whatever a handler raises ends the `tasks` that it is one of."""

    def __init__(self, handle: Handler, tasks: asyncio.TaskGroup, at_once: int = AT_ONCE) -> None:
        self._handle = handle
        self._tasks = tasks
        self._room = asyncio.Semaphore(at_once)
        self._ends: dict[bytes, asyncio.Task[bool]] = {}
        self._last: asyncio.Task[bool] | None = None

    async def take(self, record: Received, acknowledge: Callable[[], object]) -> None:
        """Begins with it as soon as there is room; what was stopped amid is not acknowledged, and
        neither is what came after it.
        """
        await self._room.acquire()
        work = self._go(record, acknowledge, self._ends.get(record.key), self._last)
        self._last = self._ends[record.key] = task = self._tasks.create_task(work)
        task.add_done_callback(partial(self._over, record.key))

    async def _go(
        self,
        record: Received,
        acknowledge: Callable[[], object],
        same: asyncio.Task[bool] | None,
        before: asyncio.Task[bool] | None,
    ) -> bool:
        """Whether it was acknowledged; `same` is the one before it of its key."""
        try:
            if same:
                await same
            await asyncio.to_thread(self._handle, record)
        except Stopped:
            return False
        finally:
            self._room.release()
        if before and not await before:
            return False
        acknowledge()
        return True

    def _over(self, key: bytes, task: asyncio.Task[bool]) -> None:
        if self._ends.get(key) is task:
            del self._ends[key]
