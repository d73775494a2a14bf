"""Ten thousand deadlines within one second: what they cost Mongo, and whether events wait for them.

`mongo_round_trips_per_breach`: pymongo's listener in the tracker's process tells of each command;
`round_trips.py` says which of them are there for breaches. They are counted from the moment at
which the first of these promises can be broken until the outbox is empty again, without any load.

`burst_ingest_delay_s`: in a second burst, with a small load. Each 100 ms the age of the oldest
event that lies in Kafka and not yet in a committed position is taken; the figure is the greatest of
any partition while the verdicts are made, less the median before the burst.
"""

import asyncio
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from services.shared.clock import SECOND, Instant
from services.shared.outbox import WAITING
from services.tracker.core.promises import COMMIT_MARGIN
from tests.bench.promises.company import CLOCK, Appended
from tests.bench.promises.load import load
from tests.bench.promises.orders import OWED_WITHIN
from tests.bench.promises.round_trips import for_breaches
from tests.bench.promises.stage import Positions, Stage

BREACHES = 10_000
QUIET_S = 4.0
LEAD = 1 * SECOND
"""So long before the first promise is owed its record is made."""
SAMPLE_EVERY_S = 0.1
LOAD_EVENTS_S = 200
LOAD_S = 20.0
"""Longer than the quiet time and the burst."""


class Sample(NamedTuple):
    """Which offsets were committed at a moment."""

    at: Instant
    positions: Positions


async def round_trips(stage: Stage) -> float:
    """Round trips to Mongo a breach."""
    await _settle(stage)
    numbers, breakable_at = await _owe_at_once(stage)
    await stage.breaches.of(numbers, stage.alive)
    await _settle(stage)
    trips = for_breaches(stage.asked_of_mongo(), breakable_at, CLOCK.now())
    return len(trips) / BREACHES


async def ingest_delay(stage: Stage) -> float:
    """Seconds that events waited longer than before."""
    await _settle(stage)
    samples: list[Sample] = []
    sampling = asyncio.create_task(_sample(stage, samples))
    loading = asyncio.create_task(load(stage, LOAD_EVENTS_S, 0, LOAD_S))
    try:
        await asyncio.sleep(QUIET_S)
        quiet_until = CLOCK.now()
        numbers, breakable_at = await _owe_at_once(stage)
        seen = await stage.breaches.of(numbers, stage.alive)
        await loading
    finally:
        sampling.cancel()
        loading.cancel()
    over_at = max(each.appended_at for each in seen)
    before = [each for each in samples if each.at < quiet_until]
    during = [each for each in samples if breakable_at <= each.at <= over_at]
    appended = stage.company.appended
    return (max(oldest(during, appended)) - median(oldest(before, appended))) / SECOND


def oldest(samples: Sequence[Sample], appended: Sequence[Appended]) -> list[Instant]:
    """Of each sample, how long the event waits by then that waits longest; 0 where none does."""
    return [
        max(
            (
                sample.at - each.at
                for each in appended
                if each.at <= sample.at
                and each.end > sample.positions.get((each.topic, each.partition), 0)
            ),
            default=0,
        )
        for sample in samples
    ]


async def _settle(stage: Stage) -> None:
    """All is taken in, whatever is still open has its document, and nothing waits to be told."""
    await stage.committed()
    segments, outbox = stage.database["tracker.segments"], stage.database["tracker.outbox"]
    await stage.until("a document for each", lambda: not segments.count_documents({}))
    await stage.until("an empty outbox", lambda: not outbox.count_documents(WAITING))


async def _owe_at_once(stage: Stage) -> tuple[range, Instant]:
    """All within one second; gives also when the first of them can be broken."""
    numbers, start = stage.take(BREACHES), CLOCK.now() + LEAD
    stage.expect_breaches(numbers)
    told = [
        stage.orders.owe(number, start + place * SECOND // BREACHES)
        for place, number in enumerate(numbers)
    ]
    await _sleep_until(start + SECOND)
    await stage.company.tell(told)
    return numbers, start + OWED_WITHIN + COMMIT_MARGIN


async def _sample(stage: Stage, samples: list[Sample]) -> None:
    while True:
        positions = await asyncio.to_thread(stage.positions)
        samples.append(Sample(CLOCK.now(), positions))
        await asyncio.sleep(SAMPLE_EVERY_S)


async def _sleep_until(at: float) -> None:
    await asyncio.sleep(max(0.0, (at - CLOCK.now()) / SECOND))
