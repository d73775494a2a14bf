"""Kafka Streams with the same promises; its settings and their reasons are in StreamsPeer.java."""

from collections.abc import Mapping

from tests.bench.peers import java_peers
from tests.bench.peers.java_peers import Program
from tests.bench.peers.peer import Command, Run

COORDINATES = ("org.apache.kafka:kafka-streams:4.3.1",)
SOURCES = ("Promises", "Messages", "OrderSerde", "StreamsPromises", "StreamsPeer")


class Streams:
    """Satisfies `peer.Peer`."""

    name = "kafka-streams"
    about = "exactly once, RocksDB and changelog, one thread"
    slice = False

    def __init__(self) -> None:
        self._program: Program | None = None

    def prepare(self) -> Mapping[str, str]:
        self._program = java_peers.build(self.name, COORDINATES, SOURCES, "bench.StreamsPeer")
        return java_peers.versions(COORDINATES)

    def command(self, run: Run) -> Command:
        assert self._program, "prepared first"
        topics = ",".join(run.filled.topics)
        arguments = (run.servers.bootstrap, topics, run.verdicts, str(run.folder / "state"))
        return self._program.command(run, (), arguments)
