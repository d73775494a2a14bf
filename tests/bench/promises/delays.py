"""How long a verdict takes: from the deadline in a calm hour, from the watermark under load.

`due_to_verdict_p99_s`, calm: nothing but promises that nobody keeps, a few a second, and all
parties' heartbeats each second. From `due_by` to the moment at which the broker appended the
verdict. Of it 2 s are the margin for commits, and up to 1 s is the wait for the next heartbeat.

`watermark_to_verdict_p99_ms`, with a million open promises and a load of events: from the moment at
which the broker appended the last heartbeat that the verdict needs, to the one at which it appended
the verdict. The only evidence is of operations, so that is the first heartbeat of operations in the
verdict's partition which names a moment at or after `due_by` and the margin. The time up to which
the tracker has caught up has to pass that moment too: it asks each 100 ms where the topics end, so
a wait for its next question is in the figure. Both moments are LogAppendTime of one broker, which
is exact to a millisecond.
"""

import asyncio
import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence

from services.shared.clock import SECOND, Instant
from services.shared.subjects import topic_of
from services.tracker.core.promises import COMMIT_MARGIN
from tests.bench.peers.comparing import Disagreement
from tests.bench.promises.breaches import Seen
from tests.bench.promises.company import CLOCK, Beat
from tests.bench.promises.load import load
from tests.bench.promises.orders import OWED_WITHIN
from tests.bench.promises.stage import Stage

EVIDENCE_TOPIC = topic_of("operations")
CALM_EVERY_S = 0.05
EVENTS_S = 2_000
AFTER_S = OWED_WITHIN / SECOND + 5
"""The load goes on until the last of its verdicts is there."""


async def calm(stage: Stage, promises: int) -> float:
    """Seconds from due to the verdict, p99."""
    owed = stage.take(promises)
    stage.expect_breaches(owed)
    for number in owed:
        await stage.company.tell([stage.orders.owe(number, CLOCK.now())])
        await asyncio.sleep(CALM_EVERY_S)
    seen = await stage.breaches.of(owed, stage.alive)
    return p99([(each.appended_at - each.due_by) / SECOND for each in seen])


async def loaded(stage: Stage, breaches: int, breaches_s: int) -> float:
    """Milliseconds from the last heartbeat that it needs to the verdict, p99."""
    seconds = breaches / breaches_s + AFTER_S
    owed = await load(stage, EVENTS_S, breaches_s, seconds, breaches)
    seen = await stage.breaches.of(owed, stage.alive)
    return p99(after_watermark(seen, stage.company.beats)) / 1_000


def after_watermark(seen: Iterable[Seen], beats: Iterable[Beat]) -> list[Instant]:
    """Microseconds from the append of the last heartbeat that each verdict needs to its own.

    Raises Disagreement for one that was told before: it would be a guess.
    """
    by_partition: defaultdict[int, list[Beat]] = defaultdict(list)
    for beat in beats:
        if beat.topic == EVIDENCE_TOPIC:
            by_partition[beat.partition].append(beat)
    return [_after(each, by_partition[each.partition]) for each in seen]


def p99(values: Sequence[float]) -> float:
    """The smallest value that 99 of 100 do not exceed."""
    return sorted(values)[math.ceil(len(values) * 0.99) - 1]


def _after(seen: Seen, beats: Sequence[Beat]) -> Instant:
    complete = seen.due_by + COMMIT_MARGIN
    first = bisect_left(beats, complete, key=lambda beat: beat.complete_through)
    if first == len(beats) or seen.appended_at < beats[first].appended_at:
        raise Disagreement(f"{seen.told.subject} is called breached before that was certain")
    return seen.appended_at - beats[first].appended_at
