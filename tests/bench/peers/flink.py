"""Flink with the same promises, on the heap or in RocksDB; its settings are in FlinkPeer.java."""

from collections.abc import Mapping

from tests.bench.peers import java_peers
from tests.bench.peers.java_peers import Program
from tests.bench.peers.peer import Command, Run

VERSION = "2.2.1"
PARTS = (
    "annotations",
    "clients",
    "connector-base",
    "connector-datagen",
    "core",
    "core-api",
    "datastream",
    "datastream-api",
    "file-sink-common",
    "hadoop-fs",
    "metrics-core",
    "queryable-state-client-java",
    "rpc-akka-loader",
    "rpc-core",
    "runtime",
    "statebackend-rocksdb",
    "streaming-java",
)
"""Each named, since the connector alone would bring older ones of some."""
CONNECTOR = "org.apache.flink:flink-connector-kafka:5.0.0-2.2"
COORDINATES = (*(f"org.apache.flink:flink-{part}:{VERSION}" for part in PARTS), CONNECTOR)
SOURCES = (
    "Promises",
    "Messages",
    "FlinkEvents",
    "FlinkHeartbeats",
    "FlinkPromises",
    "FlinkBytes",
    "FlinkPeer",
)
OPENED = ("java.lang", "java.util", "java.net", "java.nio")
"""Packages of java.base that Flink looks into."""


class Flink:
    """Satisfies `peer.Peer`. `state` is `hashmap` or `rocksdb`; `timers`, `HEAP` or `ROCKSDB`, is
    where the latter has those.
    """

    slice = False

    def __init__(self, name: str, state: str, parallelism: int, timers: str = "HEAP") -> None:
        self.name, self._state, self._parallelism = name, state, parallelism
        self._timers = timers
        where = "on the heap" if state == "hashmap" else "in RocksDB"
        if timers == "ROCKSDB":
            where += " with the timers"
        self.about = f"exactly once, 1 s checkpoints, state {where}, parallelism {parallelism}"
        self._program: Program | None = None

    def prepare(self) -> Mapping[str, str]:
        self._program = java_peers.build("flink", COORDINATES, SOURCES, "bench.FlinkPeer")
        return java_peers.versions((COORDINATES[0], CONNECTOR))

    def command(self, run: Run) -> Command:
        assert self._program, "prepared first"
        opened = [f"--add-opens=java.base/{each}=ALL-UNNAMED" for each in OPENED]
        topics, folder = ",".join(run.filled.topics), str(run.folder)
        arguments = (run.servers.bootstrap, topics, run.verdicts, folder, self._state)
        return self._program.command(
            run, opened, (*arguments, str(self._parallelism), self._timers)
        )
