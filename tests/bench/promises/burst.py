"""Ten thousand deadlines within one second: what they cost Mongo, and whether events wait for them.

`mongo_round_trips_per_breach`: the requests that mongod received (`network.numRequests` of its
serverStatus) from a second before the first of these promises can be broken until a second after
the last verdict is in Kafka, less as many as in a like time of silence before the burst; our own
questions are the same few in both. All of the tracker's and its relay's are in it, and no load.

`burst_ingest_delay_s`: in a second burst, with a small load. Each 100 ms the age of the oldest
event that lies in Kafka and not yet in a committed position is taken; the figure is the greatest of
any partition while the verdicts are made, less the median before the burst.
"""

import asyncio
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from services.shared.clock import SECOND, Instant
from services.tracker.core.promises import COMMIT_MARGIN
from tests.bench.promises.company import Appended, now_us
from tests.bench.promises.load import load
from tests.bench.promises.orders import OWED_WITHIN
from tests.bench.promises.stage import Positions, Stage

BREACHES = 10_000
QUIET_S = 4.0
LEAD = 1 * SECOND
"""So long before the first promise is owed its record is made."""
AROUND_S = 1.0
SAMPLE_EVERY_S = 0.1
LOAD_EVENTS_S = 200
LOAD_S = 20.0
"""Longer than the quiet time and the burst."""


class Sample(NamedTuple):
    """Which offsets were committed at a moment."""

    at: Instant
    positions: Positions


async def round_trips(stage: Stage) -> float:
    """Requests to mongod a breach."""
    await _settle(stage)
    before = _requests(stage)
    await asyncio.sleep(QUIET_S)
    quiet_a_second = (_requests(stage) - before) / QUIET_S
    numbers, breakable_at = await _owe_at_once(stage)
    await _sleep_until(breakable_at - AROUND_S * SECOND)
    began, before = now_us(), _requests(stage)
    await stage.breaches.of(numbers, stage.alive)
    await asyncio.sleep(AROUND_S)
    asked = _requests(stage) - before
    lasted_s = (now_us() - began) / SECOND
    print(quiet_a_second, asked, lasted_s, stage.database.command("serverStatus")["metrics"]["commands"]["find"])
    return (asked - quiet_a_second * lasted_s) / BREACHES


async def ingest_delay(stage: Stage) -> float:
    """Seconds that events waited longer than before."""
    await _settle(stage)
    samples: list[Sample] = []
    sampling = asyncio.create_task(_sample(stage, samples))
    loading = asyncio.create_task(load(stage, LOAD_EVENTS_S, 0, LOAD_S))
    try:
        await asyncio.sleep(QUIET_S)
        quiet_until = now_us()
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
    print("before", sorted(oldest(before, appended))[-5:], "during", oldest(during, appended))
    print([(each.at-breakable_at)/SECOND for each in during])
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
    """All is taken in, and whatever is still open has its document."""
    await stage.committed()
    segments, outbox = stage.database["tracker.segments"], stage.database["tracker.outbox"]
    await stage.until("rest", lambda: not (segments.count_documents({}) or outbox.count_documents({"written_at": {"$exists": True}})))


async def _owe_at_once(stage: Stage) -> tuple[range, Instant]:
    """All within one second; gives also when the first of them can be broken."""
    numbers, start = stage.take(BREACHES), now_us() + LEAD
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
        samples.append(Sample(now_us(), positions))
        await asyncio.sleep(SAMPLE_EVERY_S)


async def _sleep_until(at: float) -> None:
    await asyncio.sleep(max(0.0, (at - now_us()) / SECOND))


def _requests(stage: Stage) -> int:
    status = stage.database.command("serverStatus")
    requests: int = status["network"]["numRequests"]
    return requests
