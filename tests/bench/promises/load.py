"""A load of parcels that are owed and soon handed over, and some among them that are not."""

import asyncio
import time
from collections import deque
from collections.abc import Iterator

from tests.bench.peers.records import Placed
from tests.bench.promises.company import CLOCK
from tests.bench.promises.stage import Stage

TICK_S = 0.05
KEPT_AFTER_TICKS = 20


async def load(
    stage: Stage, events_s: int, breaches_s: int, seconds: float, breaches: int = 0
) -> list[int]:
    """`events_s` a second for so long; gives the `breaches` orders whose parcel nobody hands over.

    They are owed at the beginning, `breaches_s` a second, beside the events that are counted.
    """
    waiting: deque[range] = deque()
    left = list(stage.take(breaches))
    owed, began = [*left], time.monotonic()
    stage.expect_breaches(owed)
    for tick in range(round(seconds / TICK_S)):
        await asyncio.sleep(max(0.0, began + tick * TICK_S - time.monotonic()))
        fresh = stage.take(round(events_s * TICK_S / 2))
        waiting.append(fresh)
        kept = waiting.popleft() if len(waiting) > KEPT_AFTER_TICKS else range(0)
        count = round((tick + 1) * breaches_s * TICK_S) - round(tick * breaches_s * TICK_S)
        broken, left = left[:count], left[count:]
        await stage.company.tell(_said(stage, [*fresh, *broken], kept))
    for kept in waiting:
        await stage.company.tell(_said(stage, [], kept))
    return owed


def _said(stage: Stage, owed: list[int], kept: range) -> Iterator[Placed]:
    now = CLOCK.now()
    yield from (stage.orders.owe(number, now) for number in owed)
    yield from (stage.orders.keep(number, now) for number in kept)
