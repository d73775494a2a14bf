"""Commits on their way to Mongo while the next batches are folded, one of a partition at a time.

A calm partition commits at once where somebody is to be told, else a few times a second. One that
lags behind commits once a second: a subject that is settled by then is written only once.
"""

import asyncio
from collections.abc import Callable

from services.shared.clock import SECOND, Clock
from services.tracker.ingest.gate import Held
from services.tracker.ingest.patience import Patience

COMMIT_RECORDS = 60_000
"""So many records are folded into a commit at most; then reading waits for the one before it."""

COMMIT_EVERY_S = 1.0
"""Of a partition that lags behind, or of which nothing but the position has changed."""

CALM_COMMIT_EVERY_S = 0.25
"""Of one that is caught up, where nobody is to be told: so old are the answers that people get."""

IDLE_COMMIT_EVERY_S = 5.0
"""Of one that lags behind while others are read: an owner that was replaced hears of it thus."""

STOP_WAIT_S = 5.0


class Committing:
    """`stored` is called whenever a commit is in Mongo that has something to publish.

    A partition that is no longer held may still have a commit on its way: it gets there, or is
    fenced by whoever took the partition over, and nobody has to hear of either.
    """

    def __init__(self, patience: Patience, clock: Clock, stored: Callable[[], None]) -> None:
        self._patience = patience
        self._clock = clock
        self._stored = stored
        self._on_the_way: set[asyncio.Task[None]] = set()

    async def after(self, held: Held, records: int, concluded: int = 0) -> None:
        """End the commit that has got there, and begin the next where it is time.

        `records` were folded and so much was concluded since the last call. Raises Fenced where
        another tracker took over.
        """
        held.folded += records
        held.concluded += concluded
        if held.storing and (held.storing.done() or held.folded >= COMMIT_RECORDS):
            await held.storing
            held.storing = None
            await asyncio.to_thread(held.partition.end_commit)
        loop_s = asyncio.get_running_loop().time()
        calm = self._clock.now() - held.caught_up_at < COMMIT_EVERY_S * SECOND
        if held.storing is None and is_time(held, calm=calm, waited_s=loop_s - held.waits_since_s):
            await asyncio.to_thread(held.partition.begin_commit)
            held.folded, held.concluded, held.waits_since_s = 0, 0, loop_s
            held.storing = asyncio.create_task(self._store(held))
            self._on_the_way.add(held.storing)
            held.storing.add_done_callback(self._arrived)

    async def stop(self) -> None:
        """Give what is on its way a moment to get there."""
        tasks = [*self._on_the_way]
        if tasks:
            await asyncio.wait(tasks, timeout=STOP_WAIT_S)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _store(self, held: Held) -> None:
        tells = held.partition.tells
        await self._patience(held.partition.store)
        if tells:
            self._stored()

    def _arrived(self, task: asyncio.Task[None]) -> None:
        """Its failure, if any, is for whoever still holds the partition."""
        self._on_the_way.discard(task)
        if not task.cancelled():
            task.exception()


def is_time(held: Held, *, calm: bool, waited_s: float) -> bool:
    """Whether the next commit is to begin; a `calm` partition is caught up."""
    partition = held.partition
    if held.folded >= COMMIT_RECORDS or (calm and partition.has_to_tell):
        return True
    if calm and partition.uncommitted:
        return waited_s >= CALM_COMMIT_EVERY_S
    idle = not (calm or held.folded or partition.uncommitted)
    return waited_s >= (IDLE_COMMIT_EVERY_S if idle else COMMIT_EVERY_S)
