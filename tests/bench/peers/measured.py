"""One peer's run from a clean start to its last verdict, and the figures of it."""

import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from subprocess import CalledProcessError

from services.local.topics import admin
from services.shared.settings import KafkaSettings
from services.shared.subjects import VERDICTS_TOPIC
from tests.bench.core import loop_ms
from tests.bench.peers.comparing import check
from tests.bench.peers.figures import Measured, Span
from tests.bench.peers.filling import Filled, make_topics
from tests.bench.peers.listening import Standstill, Verdicts, verdicts_in
from tests.bench.peers.measuring import Samples, sampling
from tests.bench.peers.peer import NotPrepared, Peer, Run, log_of, running, still_running
from tests.bench.peers.servers import Servers
from tests.bench.peers.workload import Told, Workload

START_DEADLINE_S, MARK_DEADLINE_S = 120.0, 1_800.0
LOOK_EVERY_S = 0.02


def measure(peer: Peer, servers: Servers, filled: Filled) -> Measured:
    """Raises NotPrepared, Disagreement, PeerEnded or Standstill: then nothing was measured.

    What the peer's process said stays beside the results, as `<name>.log`.
    """
    versions = _prepared(peer)
    run = _clean_start(peer, servers, filled)
    expected = _expected(filled.workload)
    before, load = loop_ms(), os.getloadavg()[0]
    try:
        with verdicts_in(servers.bootstrap, run.verdicts) as verdicts:
            watched = _watch(peer, run, verdicts, len(expected))
            told = check(peer.name, expected, verdicts.read())
    finally:
        _clear_away(peer, run)
    workload = filled.workload
    return Measured(
        peer.name,
        peer.about,
        workload.lasting,
        watched.began_at - watched.started_at,
        watched.since(watched.began_at, filled.events),
        watched.since(watched.marked_at, filled.events - workload.warm_up),
        watched.samples.peak("peer") / 1e6,
        min(before, loop_ms()),
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
    """When the process was started, its first record, the mark, and its last verdict."""

    started_at: float
    began_at: float
    marked_at: float
    ended_at: float
    samples: Samples

    def since(self, at: float, events: int) -> Span:
        """What was needed for so many events, the last of the run."""
        end, cpu_s = self.ended_at, self.samples.cpu_s
        spent = (cpu_s(name, at, end) for name in ("peer", "kafka", "mongod"))
        return Span(events, end - at, *spent)


def _watch(peer: Peer, run: Run, verdicts: Verdicts, wanted: int) -> _Watched:
    command, log = peer.command(run), log_of(run)
    started_at = time.time()
    with running(command, log) as process:
        alive = partial(still_running, process, log)
        servers = run.servers
        pids = {"peer": process.pid, "kafka": servers.kafka_pid, "mongod": servers.mongo_pid}
        with sampling(pids) as samples:
            began_at = _wait(command.began, alive, START_DEADLINE_S)
            marked_at = _wait(command.marked, alive, MARK_DEADLINE_S)
            ended_at = verdicts.last_at(wanted, alive)
    return _Watched(started_at, began_at, marked_at, ended_at, samples)


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


def _wait(asked: Callable[[], float | None], alive: Callable[[], object], limit_s: float) -> float:
    give_up_at = time.monotonic() + limit_s
    while (at := asked()) is None:
        alive()
        if time.monotonic() > give_up_at:
            raise Standstill(f"its records were not read within {limit_s:g} s")
        time.sleep(LOOK_EVERY_S)
    return at
