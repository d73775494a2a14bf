"""The peer that this is all about: the tracker as it runs in production, in a database of its own.

Nothing is left out: traces are kept, the ledger is written, verdicts go through its outbox. Its
clock is the wall's, so it calls nothing broken before it has caught up with what is in Kafka.
"""

import sys
import time
from collections.abc import Mapping
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from tests.bench.peers.peer import Command, Run

AGREEMENTS = Path(__file__).parents[1] / "agreements"
DATABASE = "bench"


class Tracker:
    """Satisfies `peer.Peer`."""

    name = "tracker"
    about = "this project's, all durable, in Mongo by majority"
    slice = False

    def prepare(self) -> Mapping[str, str]:
        names = ("handoff", "aiokafka", "pymongo", "protobuf")
        return {name: version(name) for name in names} | {"python": sys.version.split()[0]}

    def command(self, run: Run) -> Command:
        servers, ports = run.servers, run.servers.ports
        environment = {
            "HANDOFF_KAFKA__BOOTSTRAP": servers.bootstrap,
            "HANDOFF_MONGO__URI": servers.mongo_uri,
            "HANDOFF_MONGO__DATABASE": DATABASE,
            "HANDOFF_PARTITIONS": str(run.filled.partitions),
            "HANDOFF_AGREEMENTS": str(AGREEMENTS),
            "HANDOFF_HOME": str(run.folder),
            "HANDOFF_ENDPOINTS__TRACKER__GRPC": str(ports.take(7105)),
            "HANDOFF_ENDPOINTS__TRACKER__HTTP": str(ports.take(7205)),
            "PYTHONUNBUFFERED": "1",
        }
        arguments = (sys.executable, "-P", "-m", "services.tracker")
        return Command(arguments, environment, partial(_taken_over, servers.mongo_uri))


def _taken_over(uri: str) -> float | None:
    """The moment that the first partition has its owner: it is read from then on.

    A little before the first record, so what is measured is rather too long than too short.
    """
    with MongoClient[dict[str, Any]](uri) as client:
        owned = client[DATABASE]["tracker.partitions"].find_one({}, {"_id": 1})
    return time.time() if owned else None
