"""One storm from start to end: load, faults, silence, replay, and what was found then."""

import re
from collections import Counter
from collections.abc import Callable
from random import Random

import yaml
from pymongo import MongoClient

from services.shared.clock import SECOND, Instant
from tests.polling import until
from tests.storm.commits import commits_from_now
from tests.storm.controls import Control
from tests.storm.draining import CLOCK
from tests.storm.ending import Ending
from tests.storm.events import PARTIES, PARTITIONS
from tests.storm.fleet import DATABASE
from tests.storm.found import Found
from tests.storm.gathering import Row, Tables, digest_of, tables
from tests.storm.history import Fault, History, Item
from tests.storm.nemesis import NEXT, Nemesis
from tests.storm.plan import Plan, Planned
from tests.storm.relaying import plan
from tests.storm.schedule import CALM_S, Episode, episodes, stalls
from tests.storm.servers import AGREEMENTS, Servers
from tests.storm.writers import Writer, Writers

LEAD = SECOND
"""Enough to plan everything."""
Say = Callable[[str], None]


def storm(seed: int, servers: Servers, control: Control, say: Say) -> tuple[History, Found]:
    """About a minute and a half on servers that nothing was done to yet."""
    with MongoClient[Row](servers.mongo.uri, w="majority", serverSelectionTimeoutMS=2_000) as mongo:
        return _storm(seed, servers, tables(mongo, DATABASE), control, say)


def _storm(
    seed: int, servers: Servers, known: Tables, control: Control, say: Say
) -> tuple[History, Found]:
    nemesis = Nemesis(Random(f"faults {seed}"), servers, known)
    beats_into = range(1) if control is Control.ONE_HEARTBEAT else range(PARTITIONS)
    writers = Writers([Writer(party, servers.kafka, beats_into) for party in PARTIES])
    commits = commits_from_now(known.database)
    writers.start()
    try:
        until(lambda: all(writer.heard for writer in writers.all), "the writers write")
        begin = CLOCK.now() + LEAD
        made = plan(seed, begin)
        for writer in writers.all:
            writer.stalls = stalls(nemesis.random, begin)
            writer.add([each for each in made.records if each.party == writer.party])
        made = _faults(made, begin, nemesis, writers, say)
        ending = Ending(servers, nemesis, writers, known, commits)
        found = ending.found(made, _last_due(made), say)
    finally:
        writers.stop()
    stalled = [
        Fault(Episode.STALL, writer.party, *window)
        for writer in writers.all
        for window in writer.stalls
    ]
    return _history(seed, begin, made, (*nemesis.faults, *stalled)), found


def _faults(made: Plan, begin: Instant, nemesis: Nemesis, writers: Writers, say: Say) -> Plan:
    """After the calm one after the other; gives what of the plan was begun by then."""
    nemesis.wait((begin - CLOCK.now()) / SECOND + CALM_S)
    *all_but_one, last = episodes(nemesis.random)
    for episode in all_but_one:
        say(episode)
        nemesis.do(episode)
    nemesis.settle()
    nemesis.renew()
    made = _cut(made, writers)
    say(f"{last}, the last")
    nemesis.do(last)
    return made


def _cut(made: Plan, writers: Writers) -> Plan:
    """Nothing begins any more; what has begun is told to its end."""
    kept = made.before(CLOCK.now() + SECOND // 2)
    for writer in writers.all:
        writer.only(kept.begins)
    return kept


def _history(seed: int, begin: Instant, made: Plan, faults: tuple[Fault, ...]) -> History:
    return History(
        seed,
        begin,
        begin + int(CALM_S * SECOND),
        tuple(map(_item, made.records)),
        tuple(made.promises),
        within(),
        faults,
    )


def within() -> dict[tuple[str, int], int]:
    """How long each version of each agreement gives, as its file says; in microseconds."""
    spans: dict[tuple[str, int], int] = {}
    for file in (*AGREEMENTS.glob("*.yaml"), *NEXT.glob("*.yaml")):
        says = yaml.safe_load(file.read_text())
        (seconds,) = re.findall(r"^(\d+) seconds$", says["fulfil"]["within"])
        spans[says["agreement"], says["version"]] = int(seconds) * SECOND
    return spans


def _last_due(made: Plan) -> Instant:
    """Whichever version a promise is of."""
    opened = {planned.id.hex(): planned.occurred_at for planned in made.records}
    longest: Counter[str] = Counter()
    for (agreement, _), span in within().items():
        longest[agreement] = max(longest[agreement], span)
    return max(opened[each.opening] + longest[each.agreement] for each in made.promises)


def _item(planned: Planned) -> Item:
    record = planned.record
    return Item(
        planned.kind,
        record.topic,
        -1 if record.partition is None else record.partition,
        digest_of(record.value),
        planned.id.hex(),
        planned.subject,
        planned.type,
        planned.occurred_at,
    )
