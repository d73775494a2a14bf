"""What a demonstration runs on: a Kafka and a Mongo of its own, empty, and services on them."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from services.cli import surroundings
from services.cli.demo_screen import Screen
from services.cli.errors import CommandFailed
from services.local import state
from services.local.health import wait_for_services
from services.local.output import FileOutput
from services.local.ports import LOOPBACK
from services.local.processes import end
from services.local.stack import LocalStack
from services.shared.settings import KafkaSettings, MongoSettings, Settings, load
from services.tracker.agreement_files import shipped

READY_DEADLINE_S = 90.0
ORPHAN_DEADLINE_S = 10.0


@contextmanager
def own_stack(screen: Screen) -> Iterator[LocalStack]:
    """Without services; what an earlier demonstration left is gone. Raises AlreadyRunning."""
    settings = _own_settings()
    _empty(settings.home)
    cache, logs = settings.home.parent / "cache", settings.home / "logs"
    screen.say("Starting Kafka and Mongo ...")
    with (
        LocalStack(settings, cache=cache, output=FileOutput(logs, screen.say)) as stack,
        _telling_of_the_end(screen),
    ):
        yield stack


def environment(settings: Settings, agreements: str) -> dict[str, str]:
    """What the services are told beside the addresses: the clock, and the agreements by name."""
    return {
        "HANDOFF_AGREEMENTS": str(shipped(agreements)),
        "HANDOFF_CLOCK": settings.clock,
        "HANDOFF_LISTEN": settings.listen,
        "HANDOFF_PARTITIONS": str(settings.partitions),
    }


def wait_until_ready(stack: LocalStack, services: Iterable[str], screen: Screen) -> None:
    """Raises CommandFailed where a service does not become ready."""
    with screen.console.status("Starting the services ..."):
        late = wait_for_services(stack.settings, services, READY_DEADLINE_S)
    if late:
        raise CommandFailed(
            f"After {READY_DEADLINE_S:.0f} s these are not ready: {'; '.join(late.values())}."
            f" What they said is in {stack.home / 'logs'}."
        )


@contextmanager
def _telling_of_the_end(screen: Screen) -> Iterator[None]:
    """Stopping takes a few seconds, in which nothing else is said."""
    try:
        yield
    finally:
        screen.still()
        screen.say("Stopping ...")


def _own_settings() -> Settings:
    """Those of the environment, but on servers and in a folder of the demonstration's own."""
    _, home = surroundings.homes(load(Settings).home.absolute())
    return Settings(
        home=home,
        kafka=KafkaSettings(),
        mongo=MongoSettings(),
        clock="heartbeats",
        listen=LOOPBACK,
    )


def _empty(home: Path) -> None:
    """What an earlier demonstration left goes. Raises AlreadyRunning where one still runs."""
    home.mkdir(parents=True, exist_ok=True)
    with state.HomeLock(home):
        end(tuple(state.survivors(home).values()), ORPHAN_DEADLINE_S)
        for left in set(home.iterdir()) - {home / "run.lock"}:
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left)
            else:
                left.unlink()
