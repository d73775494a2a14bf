"""The peer that this is all about: the tracker as it runs in production, in a database of its own.

Nothing is left out: traces are kept, the ledger is written, verdicts go through its outbox. Its
clock is the wall's, so it calls nothing broken before it has caught up with what is in Kafka.
"""

import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from pymongo import MongoClient

from tests.bench.peers.peer import Command, Run

AGREEMENTS = Path(__file__).parents[1] / "agreements"
DATABASE = "bench"
RECORDS_READ = "handoff_events_consumed_total{"
ASK_EVERY_S, ASK_LIMIT_S = 0.5, 5.0
"""Its own metrics, seldom enough to cost it nothing."""


class Tracker:
    """Satisfies `peer.Peer`."""

    name = "tracker"
    about = "this project's, all durable, in Mongo by majority"
    slice = False

    def __init__(self, agreements: Path = AGREEMENTS) -> None:
        self._agreements = agreements

    def prepare(self) -> Mapping[str, str]:
        names = ("handoff", "aiokafka", "pymongo", "protobuf")
        return {name: version(name) for name in names} | {"python": sys.version.split()[0]}

    def command(self, run: Run) -> Command:
        servers, ports = run.servers, run.servers.ports
        pages = ports.take(7205)
        environment = {
            "HANDOFF_KAFKA__BOOTSTRAP": servers.bootstrap,
            "HANDOFF_MONGO__URI": servers.mongo_uri,
            "HANDOFF_MONGO__DATABASE": DATABASE,
            "HANDOFF_PARTITIONS": str(run.filled.partitions),
            "HANDOFF_AGREEMENTS": str(self._agreements),
            "HANDOFF_HOME": str(run.folder),
            "HANDOFF_ENDPOINTS__TRACKER__GRPC": str(ports.take(7105)),
            "HANDOFF_ENDPOINTS__TRACKER__HTTP": str(pages),
            "PYTHONUNBUFFERED": "1",
        }
        arguments = (sys.executable, "-P", "-m", "services.tracker")
        reading = Reading(run.filled.mark, partial(_read, f"http://127.0.0.1:{pages}/metrics"))
        return Command(
            arguments, environment, partial(_taken_over, servers.mongo_uri), reading.passed
        )


def _taken_over(uri: str) -> float | None:
    """The moment that the first partition has its owner: it is read from then on.

    A little before the first record, so what is measured is rather too long than too short.
    """
    with MongoClient[dict[str, Any]](uri) as client:
        owned = client[DATABASE]["tracker.partitions"].find_one({}, {"_id": 1})
    return time.time() if owned else None


class Reading:
    """How far it has come, asked now and then: between two answers it read as fast as on average.

    `read` gives how many records it has read and folded, and raises OSError while nobody answers.
    """

    def __init__(self, mark: int, read: Callable[[], int]) -> None:
        self._mark, self._read = mark, read
        self._at, self._records = 0.0, 0

    def passed(self) -> float | None:
        """The moment that it came to the record numbered `mark`."""
        now = time.time()
        if now < self._at + ASK_EVERY_S:
            return None
        with suppress(OSError):
            records = self._read()
            if records >= self._mark:
                share = (self._mark - self._records) / (records - self._records)
                start = self._at or now
                return start + share * (now - start)
            self._at, self._records = now, records
        return None


def _read(metrics: str) -> int:
    with urlopen(metrics, timeout=ASK_LIMIT_S) as page:
        lines = page.read().decode().splitlines()
    return sum(int(float(each.split()[-1])) for each in lines if each.startswith(RECORDS_READ))
