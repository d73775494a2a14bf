"""Kafka Streams with the same promises; its settings and their reasons are in StreamsPeer.java."""

from collections.abc import Mapping

from tests.bench.peers import java_peers
from tests.bench.peers.java_peers import Program
from tests.bench.peers.peer import Command, Run

COORDINATES = ("org.apache.kafka:kafka-streams:4.3.1",)
SOURCES = ("Promises", "Messages", "OrderSerde", "StreamsPromises", "StreamsPeer")


class Streams:
    """Satisfies `peer.Peer`."""

    slice = False

    def __init__(self, name: str, threads: int) -> None:
        self.name, self._threads = name, str(threads)
        self.about = f"exactly once, RocksDB and changelog, threads: {threads}"
        self._program: Program | None = None

    def prepare(self) -> Mapping[str, str]:
        self._program = java_peers.build("kafka-streams", COORDINATES, SOURCES, "bench.StreamsPeer")
        return java_peers.versions(COORDINATES)

    def command(self, run: Run) -> Command:
        assert self._program, "prepared first"
        topics = ",".join(run.filled.topics)
        arguments = (run.servers.bootstrap, topics, run.verdicts, str(run.folder / "state"))
        return self._program.command(run, (), (*arguments, self._threads))
