"""What runs and what is wrong, found by asking each part itself; changes nothing."""

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from services.local.errors import ServerFailed
from services.local.health import why_not_ready
from services.local.programs import SERVICES
from services.local.stack import GIGABYTE, ROOM_NEEDED
from services.local.state import RunState
from services.local.topics import (
    admin,
    config_differences,
    partition_counts,
    partition_differences,
    wanted,
)
from services.shared.clock import WallClock, to_instant, to_micros
from services.shared.settings import Settings

PATIENCE_MS = 3_000
CLOCK_TOLERANCE = timedelta(seconds=1)
_START = "Start it with `handoff up`"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `remedy` only where it is not well."""

    part: str
    well: bool
    says: str
    remedy: str = ""


def examine(settings: Settings, running: RunState | None) -> Iterator[Finding]:
    """Everything that a running system needs, in the order in which things depend on each other."""
    yield _stack(settings, running)
    yield _disk(settings)
    yield from _kafka(settings)
    yield from _mongo(settings)
    yield from (_service(name, settings, running) for name in SERVICES)


def _stack(settings: Settings, running: RunState | None) -> Finding:
    if running is None:
        return Finding("stack", True, f"none of `handoff up` runs in {settings.home}")
    names = ", ".join(running.processes)
    return Finding("stack", True, f"runs as process {running.supervisor.pid}: {names}")


def _disk(settings: Settings) -> Finding:
    folder = next(path for path in (settings.home, *settings.home.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    return Finding(
        "disk",
        free >= ROOM_NEEDED,
        f"{free / GIGABYTE:.1f} GB free in {folder}",
        "" if free >= ROOM_NEEDED else "Make room: Kafka and mongod stop when the disk is full.",
    )


def _kafka(settings: Settings) -> Iterator[Finding]:
    try:
        with admin(settings.kafka, PATIENCE_MS) as kafka:
            existing = partition_counts(kafka)
            different = [
                *partition_differences(settings, existing),
                *config_differences(kafka, settings),
            ]
    except ServerFailed as error:
        yield Finding("kafka", False, str(error), f"{_START}, or set HANDOFF_KAFKA__BOOTSTRAP.")
        return
    yield Finding("kafka", True, f"answers on {settings.kafka.bootstrap}")
    names = [topic.name for topic in wanted(settings)]
    for name in names:
        if name not in existing:
            yield Finding("topics", False, f"There is no topic {name}", "`handoff up` makes it.")
    for difference in different:
        yield Finding("topics", False, difference.says, difference.remedy)
    if not different and existing.keys() >= set(names):
        yield Finding("topics", True, f"{len(names)} with {settings.partitions} partitions each")


def _mongo(settings: Settings) -> Iterator[Finding]:
    remedy = f"{_START}, or set HANDOFF_MONGO__URI."
    try:
        with MongoClient[dict[str, Any]](
            settings.mongo.uri, serverSelectionTimeoutMS=PATIENCE_MS
        ) as client:
            asked_at = time.monotonic()
            hello = client.admin.command("hello")
            took = timedelta(seconds=time.monotonic() - asked_at)
            now = WallClock().now()
    except PyMongoError as error:
        said = str(error).partition(" (configured timeouts")[0]
        yield Finding("mongo", False, f"{settings.mongo.shown} does not answer: {said}", remedy)
        return
    yield _replica_set(hello)
    theirs = to_instant(hello["localTime"].replace(tzinfo=UTC))
    yield _clock(timedelta(microseconds=theirs - (now - to_micros(took) // 2)))


def _replica_set(hello: dict[str, Any]) -> Finding:
    if "setName" not in hello:
        return Finding(
            "mongo",
            False,
            "it is a single server and has no transactions",
            "Start mongod with --replSet and run rs.initiate() once.",
        )
    says = f"replica set {hello['setName']}, primary {hello.get('primary', 'none')}"
    well = bool(hello.get("isWritablePrimary"))
    return Finding("mongo", well, says, "" if well else "Wait for an election, or look at its log.")


def _clock(ahead: timedelta) -> Finding:
    well = abs(ahead) <= CLOCK_TOLERANCE
    return Finding(
        "clock",
        well,
        f"mongod's differs from ours by {ahead.total_seconds():+.3f} s",
        "" if well else "Set both clocks by NTP: deadlines are compared across machines.",
    )


def _service(name: str, settings: Settings, running: RunState | None) -> Finding:
    endpoint = getattr(settings.endpoints, name)
    if reason := why_not_ready(endpoint):
        remedy = "What it says is in the terminal of `handoff up`." if running else f"{_START}."
        return Finding(name, False, reason, remedy)
    return Finding(name, True, f"ready, {endpoint.url}, gRPC on port {endpoint.grpc}")
