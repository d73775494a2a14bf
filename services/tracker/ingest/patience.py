"""Work that waits for Mongo, however long it takes: nothing is skipped meanwhile."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import structlog
from pymongo.errors import PyMongoError

from services.shared.errors import Refused
from services.shared.health import Health
from services.shared.mongo import PART, TransactionTooLong
from services.tracker.errors import BeingRebuilt, SetsUnreadable

TROUBLE_WAIT_S = 1.0
SETS_PART = "agreements"
REBUILD_PART = "rebuild"
OUTBOX_PART = "outbox"
"""It is full where verdicts come faster than Kafka takes them."""
_T = TypeVar("_T")


class Patience:
    """Does blocking work in a thread, again until it is done, and says in health what stops it."""

    def __init__(self, health: Health, log: structlog.typing.FilteringBoundLogger) -> None:
        self._health = health
        self._log = log

    async def __call__(self, work: Callable[[], _T]) -> _T:
        while True:
            try:
                done = await _in_a_thread(work)
            except (PyMongoError, TransactionTooLong) as error:
                self._wait(PART, "Cannot store in Mongo; reading waits until it can.", error)
            except BeingRebuilt as error:
                self._wait(REBUILD_PART, str(error), error)
            except Refused as error:
                self._wait(OUTBOX_PART, f"{error} Reading waits until then.", error)
            except SetsUnreadable as error:
                self._wait(SETS_PART, str(error), error.__cause__)
            else:
                self._health.report(PART, None)
                self._health.report(SETS_PART, None)
                self._health.report(OUTBOX_PART, None)
                self._health.report(REBUILD_PART, None)
                return done
            await asyncio.sleep(TROUBLE_WAIT_S)

    def _wait(self, part: str, problem: str, error: BaseException | None) -> None:
        self._health.report(part, problem)
        self._log.warning(problem, error=repr(error))


async def _in_a_thread(work: Callable[[], _T]) -> _T:
    """A thread cannot be stopped: who cancels this waits for its end, so that none is left over."""
    working = asyncio.create_task(asyncio.to_thread(work))
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        await asyncio.gather(working, return_exceptions=True)
        raise
