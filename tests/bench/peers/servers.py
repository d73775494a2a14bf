"""The Kafka and the mongod that all peers of a run share, with data that goes afterwards.

They are the embedded stack's, but for what is sparing on a small machine: Kafka's Java (one
compiler, half a gigabyte) would hold back the peers that write most to Kafka, and mongod's cache,
also half a gigabyte, the one that writes most to Mongo. By itself mongod takes half of the machine.
"""

import dataclasses
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from services.local.jars import kafka_jars
from services.local.kafka import Kafka
from services.local.mongo import Mongo
from services.local.output import silent
from services.local.ports import Ports
from services.local.servers import wait_until_ready
from services.local.supervisor import Program, Supervisor
from services.shared.settings import Settings, load

SPARING = {"-Xmx512m": "-Xmx1g", "-Xms128m": "-Xms1g", "-XX:TieredStopAtLevel=1": None}
"""What of the embedded Kafka's Java options is set otherwise here, or left out."""
CACHE = "--wiredTigerCacheSizeGB"
CACHE_GB = "4"


@dataclass(frozen=True, slots=True)
class Servers:
    """Where they are, which processes they are, and a folder that lives as long."""

    bootstrap: str
    mongo_uri: str
    kafka_pid: int
    mongo_pid: int
    folder: Path
    ports: Ports


@contextmanager
def servers(build: Path) -> Iterator[Servers]:
    """Both started, with nothing in them; below `build` is their data."""
    build.mkdir(parents=True, exist_ok=True)
    ports = Ports(prefer_usual=False)
    with tempfile.TemporaryDirectory(prefix="servers-", dir=build) as home:
        folder = Path(home).absolute()
        kafka = Kafka(folder, kafka_jars(load(Settings).home / "cache"), ports)
        mongo = Mongo(folder, ports)
        supervisor = Supervisor(silent)
        try:
            for server in (kafka, mongo):
                server.prepare()
            supervisor.start(_unsparing(kafka.program()))
            supervisor.start(_with_cache(mongo.program()))
            for each in (kafka, mongo):
                wait_until_ready(each, supervisor)
            running = supervisor.processes()
            pids = running["kafka"].pid, running["mongod"].pid
            yield Servers(kafka.address, mongo.uri, *pids, folder, ports)
        finally:
            supervisor.stop()
            ports.release()


def _unsparing(program: Program) -> Program:
    options = (SPARING.get(each, each) for each in program.command)
    return dataclasses.replace(program, command=tuple(filter(None, options)))


def _with_cache(program: Program) -> Program:
    command = list(program.command)
    command[command.index(CACHE) + 1] = CACHE_GB
    return dataclasses.replace(program, command=tuple(command))
