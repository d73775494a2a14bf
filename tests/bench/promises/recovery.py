"""`recovery_s`: from the start of a tracker after `kill -9` to its first verdict in Kafka.

Before, the orders are told through Kafka and taken in; each has three promises that are open for
days and lies in Mongo as a document. In every partition one parcel is owed whose deadline passes
while no tracker runs; heartbeats go on. The first verdict after the restart is on one of these; how
long it takes until there is one in each partition is told as well.
"""

import asyncio
from itertools import chain
from typing import NamedTuple

from services.shared.clock import SECOND
from services.shared.subjects import partition_of
from services.tracker.core.promises import COMMIT_MARGIN
from tests.bench.peers.comparing import Disagreement
from tests.bench.peers.workload import subject_of
from tests.bench.promises.company import CLOCK
from tests.bench.promises.orders import OWED_WITHIN, PROMISES_AN_ORDER
from tests.bench.promises.stage import PARTITIONS, Stage

TOLD_AT_ONCE = 500
"""Between so many orders the hearts may beat."""
BEATS_AFTER_S = 2.0
"""When a heartbeat has told every partition that the deadline and the margin are over."""


class Recovery(NamedTuple):
    """Seconds to the first verdict, and to the first of every partition."""

    first_s: float
    all_s: float


async def open_orders(stage: Stage, promises: int) -> None:
    """So many promises are open in Mongo when it comes back."""
    numbers = stage.take(-(-promises // PROMISES_AN_ORDER))
    for first in range(numbers.start, numbers.stop, TOLD_AT_ONCE):
        some, now = range(first, min(first + TOLD_AT_ONCE, numbers.stop)), CLOCK.now()
        told = chain.from_iterable(stage.orders.open(number, now) for number in some)
        await stage.company.tell(told)
        await asyncio.sleep(0)
    await stage.committed()
    subjects, listed = stage.database["tracker.subjects"], stage.database["tracker.promises"]
    wanted = len(numbers)
    await stage.until(
        "a document for each order", lambda: subjects.count_documents({"open": True}) >= wanted
    )
    if (there := listed.count_documents({"settled": False})) < promises:
        raise Disagreement(f"{there} promises are open in Mongo, and {promises} should be")


async def recovery(stage: Stage) -> Recovery:
    owed = _one_in_each_partition(stage)
    now = CLOCK.now()
    stage.expect_breaches(owed)
    await stage.company.tell(stage.orders.owe(number, now) for number in owed)
    await stage.committed()
    stage.kill()
    if CLOCK.now() >= now + OWED_WITHIN:
        raise Disagreement("the deadline passed before the tracker was killed")
    over_at = now + OWED_WITHIN + COMMIT_MARGIN
    await asyncio.sleep((over_at - CLOCK.now()) / SECOND + BEATS_AFTER_S)
    started_at = stage.start()
    seen = await stage.breaches.of(owed, stage.alive)
    seconds = [each.appended_at / SECOND - started_at for each in seen]
    if min(seconds) < 0:
        raise Disagreement("a verdict came before the tracker was started again")
    return Recovery(min(seconds), max(seconds))


def _one_in_each_partition(stage: Stage) -> list[int]:
    found: dict[int, int] = {}
    while len(found) < PARTITIONS:
        (number,) = stage.take(1)
        found.setdefault(partition_of(subject_of(number), PARTITIONS), number)
    return list(found.values())
