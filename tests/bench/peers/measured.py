"""One peer's run from a clean start to its last verdict, and the figures of it."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial

from services.local.topics import admin
from services.shared.subjects import VERDICTS_TOPIC
from tests.bench.core import SLICES, loop_s
from tests.bench.peers.comparing import check
from tests.bench.peers.filling import Filled, make_topics
from tests.bench.peers.listening import Standstill, verdicts_in
from tests.bench.peers.measuring import sampling
from tests.bench.peers.peer import Peer, Run, log_of, running, still_running
from tests.bench.peers.servers import Servers

START_DEADLINE_S = 120.0
LOOK_EVERY_S = 0.02
LOOPS = 20


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of processor are from the first record to the last verdict; `start_s` is before.

    `loop_ms` is the fixed reference loop, the least of before and after, `load` how many processes
    wanted a processor before: only runs where both are alike may be held against each other.
    """

    peer: str
    about: str
    events: int
    start_s: float
    seconds: float
    peer_cpu_s: float
    kafka_cpu_s: float
    mongod_cpu_s: float
    peak_mb: float
    loop_ms: float
    load: float
    verdicts: Mapping[str, int]
    versions: Mapping[str, str]

    @property
    def events_s(self) -> float:
        return self.events / self.seconds

    def cpu_us(self, name: str) -> float:
        """Microseconds of processor an event, of `peer`, `kafka` or `mongod`."""
        spent: float = getattr(self, f"{name}_cpu_s")
        return spent / self.events * 1e6

    def as_json(self) -> dict[str, object]:
        costs = {f"{name}_cpu_us": self.cpu_us(name) for name in ("peer", "kafka", "mongod")}
        return asdict(self) | {"events_s": self.events_s} | costs


def measure(peer: Peer, servers: Servers, filled: Filled) -> Measured:
    """Raises Disagreement, PeerEnded or Standstill: then there is nothing to measure."""
    versions = peer.prepare()
    run = _clean_start(peer, servers, filled)
    expected = list(filled.workload.verdicts())
    before, load = _loop_ms(), os.getloadavg()[0]
    try:
        with verdicts_in(servers.bootstrap, run.verdicts) as verdicts:
            command = peer.command(run)
            started_at = time.time()
            with running(command, log_of(run)) as process:
                alive = partial(still_running, process, log_of(run))
                with sampling(_pids(process, servers)) as samples:
                    began_at = _wait(command.began, alive)
                    ended_at = verdicts.last_at(len(expected), alive)
            told = check(peer.name, expected, verdicts.read())
    finally:
        shutil.rmtree(run.folder)
    seconds = ended_at - began_at
    cpu_s = partial(samples.cpu_s, start=began_at, end=ended_at)
    return Measured(
        peer.name,
        peer.about,
        filled.events,
        began_at - started_at,
        seconds,
        cpu_s("peer"),
        cpu_s("kafka"),
        cpu_s("mongod"),
        samples.peak("peer") / 1e6,
        min(before, _loop_ms()),
        load,
        told,
        versions,
    )


def _clean_start(peer: Peer, servers: Servers, filled: Filled) -> Run:
    """A folder and a topic for verdicts that nobody has used."""
    folder = servers.folder / "peers" / peer.name
    folder.mkdir(parents=True)
    verdicts = VERDICTS_TOPIC if peer.name == "tracker" else f"{peer.name}.verdicts.v1"
    with admin(servers.bootstrap) as kafka:
        make_topics(kafka, [verdicts], filled.partitions)
    return Run(servers, filled, verdicts, folder)


def _pids(process: "subprocess.Popen[bytes]", servers: Servers) -> dict[str, int]:
    return {"peer": process.pid, "kafka": servers.kafka_pid, "mongod": servers.mongo_pid}


def _wait(began: Callable[[], float | None], alive: Callable[[], object]) -> float:
    give_up_at = time.monotonic() + START_DEADLINE_S
    while (at := began()) is None:
        alive()
        if time.monotonic() > give_up_at:
            raise Standstill(f"no record was read within {START_DEADLINE_S:g} s")
        time.sleep(LOOK_EVERY_S)
    return at


def _loop_ms() -> float:
    return SLICES * min(loop_s() for _ in range(LOOPS)) * 1_000
