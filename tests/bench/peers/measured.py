"""One peer's run from a clean start to its last verdict, and the figures of it."""

import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cache, partial
from subprocess import CalledProcessError

from services.local.topics import admin
from services.shared.settings import KafkaSettings
from services.shared.subjects import VERDICTS_TOPIC
from tests.bench.core import SLICES, loop_s
from tests.bench.peers.comparing import check
from tests.bench.peers.filling import Filled, make_topics
from tests.bench.peers.listening import Standstill, Verdicts, verdicts_in
from tests.bench.peers.measuring import Samples, sampling
from tests.bench.peers.peer import NotPrepared, Peer, Run, log_of, running, still_running
from tests.bench.peers.servers import Servers
from tests.bench.peers.workload import Told, Workload

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
    """Raises NotPrepared, Disagreement, PeerEnded or Standstill: then nothing was measured.

    What the peer's process said stays beside the results, as `<name>.log`.
    """
    versions = _prepared(peer)
    run = _clean_start(peer, servers, filled)
    expected = _expected(filled.workload)
    before, load = _loop_ms(), os.getloadavg()[0]
    try:
        with verdicts_in(servers.bootstrap, run.verdicts) as verdicts:
            watched = _watch(peer, run, verdicts, len(expected))
            told = check(peer.name, expected, verdicts.read())
    finally:
        _clear_away(peer, run)
    return Measured(
        peer.name,
        peer.about,
        filled.events,
        watched.began_at - watched.started_at,
        watched.ended_at - watched.began_at,
        watched.cpu_s("peer"),
        watched.cpu_s("kafka"),
        watched.cpu_s("mongod"),
        watched.samples.peak("peer") / 1e6,
        min(before, _loop_ms()),
        load,
        told,
        versions,
    )


def _prepared(peer: Peer) -> Mapping[str, str]:
    try:
        return peer.prepare()
    except (OSError, RuntimeError, CalledProcessError) as error:
        raise NotPrepared(f"it could not be fetched or compiled: {error}") from error


@dataclass(frozen=True, slots=True)
class _Watched:
    """From the start of the process to the first record, and from there to the last verdict."""

    started_at: float
    began_at: float
    ended_at: float
    samples: Samples

    def cpu_s(self, name: str) -> float:
        return self.samples.cpu_s(name, self.began_at, self.ended_at)


def _watch(peer: Peer, run: Run, verdicts: Verdicts, wanted: int) -> _Watched:
    command, log = peer.command(run), log_of(run)
    started_at = time.time()
    with running(command, log) as process:
        alive = partial(still_running, process, log)
        servers = run.servers
        pids = {"peer": process.pid, "kafka": servers.kafka_pid, "mongod": servers.mongo_pid}
        with sampling(pids) as samples:
            began_at = _wait(command.began, alive)
            ended_at = verdicts.last_at(wanted, alive)
    return _Watched(started_at, began_at, ended_at, samples)


@cache
def _expected(workload: Workload) -> tuple[Told, ...]:
    """The same for all peers of a run."""
    return tuple(workload.verdicts())


def _clean_start(peer: Peer, servers: Servers, filled: Filled) -> Run:
    """A folder and a topic for verdicts that nobody has used."""
    folder = servers.folder / "peers" / peer.name
    folder.mkdir(parents=True)
    verdicts = VERDICTS_TOPIC if peer.name == "tracker" else f"{peer.name}.verdicts.v1"
    with admin(KafkaSettings(bootstrap=servers.bootstrap)) as kafka:
        make_topics(kafka, [verdicts], filled.partitions)
    return Run(servers, filled, verdicts, folder)


def _clear_away(peer: Peer, run: Run) -> None:
    if log_of(run).exists():
        shutil.move(log_of(run), run.servers.folder.parent / f"{peer.name}.log")
    shutil.rmtree(run.folder)


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
