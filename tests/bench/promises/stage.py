"""Kafka, mongod, the company and one tracker, which the measurements have one after the other."""

import asyncio
import dataclasses
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.database import Database

from services.local.topics import admin
from services.shared.settings import KafkaSettings
from services.shared.subjects import DEPARTMENTS, ONCALL, VERDICTS_TOPIC, topic_of
from tests.bench.peers.filling import Filled, make_topics
from tests.bench.peers.listening import Standstill
from tests.bench.peers.peer import Command, Run, running, still_running
from tests.bench.peers.servers import Servers, servers
from tests.bench.peers.tracker import DATABASE, Tracker
from tests.bench.peers.workload import Told, Workload
from tests.bench.promises.breaches import Breaches, breaches_in
from tests.bench.promises.company import Company, company
from tests.bench.promises.orders import Orders, breach_of
from tests.bench.promises.round_trips import RoundTrip, round_trip

AGREEMENTS = Path(__file__).parent / "agreements"
PARTITIONS = 4
LOOK_EVERY_S = 0.2
LIMIT_S = 600.0
"""So long nobody waits for anything of the tracker's."""

Positions = Mapping[tuple[str, int], int]


@dataclass(slots=True)
class Stage:
    """`expected` are all verdicts that have to come out by the end."""

    company: Company
    orders: Orders
    breaches: Breaches
    database: "Database[dict[str, Any]]"
    expected: list[Told] = field(default_factory=list)
    _command: Command = field(kw_only=True)
    _log: Path = field(kw_only=True)
    _commands: Path = field(kw_only=True)
    _process: "subprocess.Popen[bytes] | None" = None
    _ends: ExitStack = field(default_factory=ExitStack)
    _numbers: int = 0

    def take(self, count: int) -> range:
        """Numbers of orders that nobody has told of."""
        first, self._numbers = self._numbers, self._numbers + count
        return range(first, self._numbers)

    def expect_breaches(self, numbers: range | list[int]) -> None:
        self.expected += map(breach_of, numbers)

    def start(self) -> float:
        """A tracker on what is there; gives when, in seconds since 1970."""
        at = time.time()
        self._process = self._ends.enter_context(running(self._command, self._log))
        return at

    def kill(self) -> None:
        """As `kill -9` does."""
        assert self._process, "it was started"
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def alive(self) -> None:
        """Raises PeerEnded where the tracker is not."""
        assert self._process, "it was started"
        still_running(self._process, self._log)

    def positions(self) -> Positions:
        """The offsets to read next, as the last commits stored them."""
        rows = self.database["tracker.partitions"].find({}, {"positions": True})
        return {
            (topic, row["_id"]): offset
            for row in rows
            for topic, offset in row["positions"].items()
        }

    def asked_of_mongo(self) -> Iterator[RoundTrip]:
        """All that trackers have asked so far."""
        with self._commands.open() as lines:
            yield from map(round_trip, lines)

    async def until(self, what: str, is_so: Callable[[], bool]) -> None:
        """Raises Standstill where it does not become so, PeerEnded where the tracker is gone."""
        give_up_at = time.monotonic() + LIMIT_S
        while not await asyncio.to_thread(is_so):
            self.alive()
            if time.monotonic() > give_up_at:
                raise Standstill(f"{what} did not happen within {LIMIT_S:g} s")
            await asyncio.sleep(LOOK_EVERY_S)

    async def committed(self) -> None:
        """All that was told by now is in Mongo."""
        ends = {(each.topic, each.partition): each.end for each in self.company.appended}
        await self.until("a commit of all events", partial(self._reached, ends))

    def end(self) -> None:
        self._ends.close()

    def _reached(self, ends: Positions) -> bool:
        positions = self.positions()
        return all(positions.get(place, 0) >= end for place, end in ends.items())


@asynccontextmanager
async def stage(build: Path) -> AsyncIterator[Stage]:
    """A tracker that has taken over all partitions, and a company whose hearts beat."""
    with servers(build) as there, ExitStack() as ends:
        topics = [topic_of(party) for party in (*DEPARTMENTS, ONCALL)]
        with admin(KafkaSettings(bootstrap=there.bootstrap)) as kafka:
            make_topics(kafka, [*topics, VERDICTS_TOPIC], PARTITIONS)
        client = ends.enter_context(MongoClient[dict[str, Any]](there.mongo_uri))
        breaches = ends.enter_context(breaches_in(there.bootstrap))
        async with company(there.bootstrap, PARTITIONS) as told:
            commands = there.folder / "commands.log"
            set_up = Stage(
                told,
                Orders(PARTITIONS),
                breaches,
                client[DATABASE],
                _command=_command(there, commands),
                _log=build.absolute() / "open-promises.log",
                _commands=commands,
            )
            ends.callback(set_up.end)
            set_up.start()
            owned = set_up.database["tracker.partitions"]
            await set_up.until("the start", lambda: owned.count_documents({}) == PARTITIONS)
            yield set_up


def _command(there: Servers, commands: Path) -> Command:
    """The tracker as it is, with a list of what it asks Mongo."""
    filled = Filled(Workload(0), (), PARTITIONS, events=0, mark=0)
    plain = Tracker(AGREEMENTS).command(Run(there, filled, VERDICTS_TOPIC, there.folder))
    module = "tests.bench.promises.listened"
    return dataclasses.replace(plain, arguments=(sys.executable, "-m", module, str(commands)))
