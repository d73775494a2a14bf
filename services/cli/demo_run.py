"""What a demonstration runs on: a stack of its own, empty, the services, and who plays in it."""

import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from services.cli import surroundings
from services.cli.demo_play import Play, perform
from services.cli.demo_screen import Screen
from services.cli.demo_watch import watch
from services.cli.errors import CommandFailed
from services.local import state
from services.local.health import wait_for_services
from services.local.output import FileOutput
from services.local.ports import LOOPBACK
from services.local.processes import end
from services.local.programs import SERVICES
from services.local.stack import LocalStack
from services.shared.bus_kafka import KafkaPublisher
from services.shared.mongo import connect
from services.shared.settings import KafkaSettings, MongoSettings, Settings, load
from services.simulator.departments import departments
from services.simulator.driver import beats
from services.simulator.importers.formats import IMPORTERS, Format
from services.simulator.importers.tables import BadRow
from services.simulator.scenes import Company, Excerpt, Outboxes, Past, Scene, last_month
from services.tracker.agreement_files import shipped

READY_DEADLINE_S = 90.0
ORPHAN_DEADLINE_S = 10.0
COMPANY_SPEED = timedelta(days=7) / timedelta(minutes=1)
PAST_SHOWN = timedelta(days=45)
"""A month of orders, and half a month for the fate of the last."""
ORDERS_A_SECOND = 5
READERS = ("tracker", "alerts", "console")
"""All that is needed where no department acts."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What was asked for on the command line."""

    seed: int
    source: Path | None
    duration: float
    once: bool


def run(choice: Choice) -> None:
    """Until the summary where it is wanted once, else until a KeyboardInterrupt."""
    began = time.monotonic()
    with Screen() as screen:
        with suppress(KeyboardInterrupt):
            _demonstrate(choice, screen, began)
        screen.say("Everything has stopped.")


def _demonstrate(choice: Choice, screen: Screen, began: float) -> None:
    past = _past(choice, choice.source, screen) if choice.source else None
    if past is None:
        screen.title("a small company", f"seed {choice.seed}")
    settings = _own_settings()
    _empty(settings.home)
    cache, logs = settings.home.parent / "cache", settings.home / "logs"
    screen.say("Starting Kafka and Mongo ...")
    with (
        LocalStack(settings, cache=cache, output=FileOutput(logs, screen.say)) as stack,
        _telling_of_the_end(screen),
    ):
        services = READERS if past else SERVICES
        stack.start_services(services, _environment(stack.settings, choice))
        with _playing(stack, choice, past, screen) as play:
            # The services are told what time it is, before which they are not ready.
            play.publisher.publish(list(beats(stack.settings, play.scene.starts_at)))
            _wait_until_ready(stack, services, screen)
            _say_ready(stack, play, time.monotonic() - began - stack.download_s)
            perform(play, choice.duration, began + stack.download_s, once=choice.once)


@contextmanager
def _telling_of_the_end(screen: Screen) -> Iterator[None]:
    """Stopping takes a few seconds, in which nothing else is said."""
    try:
        yield
    finally:
        screen.still()
        screen.say("Stopping ...")


def _past(choice: Choice, folder: Path, screen: Screen) -> Excerpt:
    """Raises UnreadableData where there is none."""
    screen.title("real orders", str(folder))
    screen.say("Reading the orders ...")
    bad_rows: list[BadRow] = []
    history = IMPORTERS[Format.OLIST](folder, bad_rows.append)
    if bad_rows:
        screen.say(f"{len(bad_rows):,} bad rows are left out; `handoff replay` names them.")
    return last_month(history, round(choice.duration * ORDERS_A_SECOND))


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


def _environment(settings: Settings, choice: Choice) -> dict[str, str]:
    return {
        "HANDOFF_AGREEMENTS": str(shipped(Format.OLIST if choice.source else "default")),
        "HANDOFF_CLOCK": settings.clock,
        "HANDOFF_LISTEN": settings.listen,
        "HANDOFF_PARTITIONS": str(settings.partitions),
    }


def _wait_until_ready(stack: LocalStack, services: Iterable[str], screen: Screen) -> None:
    """Raises CommandFailed where a service does not become ready."""
    with screen.console.status("Starting the services ..."):
        late = wait_for_services(stack.settings, services, READY_DEADLINE_S)
    if late:
        raise CommandFailed(
            f"After {READY_DEADLINE_S:.0f} s these are not ready: {'; '.join(late.values())}."
            f" What they said is in {stack.home / 'logs'}."
        )


def _say_ready(stack: LocalStack, play: Play, seconds: float) -> None:
    play.screen.say(f"Ready after {seconds:.0f} s, and {stack.download_s:.0f} s of downloads.\n")
    console, logs = stack.settings.endpoints.console.url, stack.home / "logs"
    play.screen.facts(console=console, logs=str(logs), playing=play.what)


@contextmanager
def _playing(
    stack: LocalStack, choice: Choice, past: Excerpt | None, screen: Screen
) -> Iterator[Play]:
    settings = stack.settings
    with (
        closing(KafkaPublisher(settings.kafka, "demo")) as publisher,
        connect(settings.mongo) as mongo,
        departments(settings.endpoints) as told,
        watch(settings.endpoints) as seen,
    ):
        if past:
            scene: Scene = Past(past.history, publisher)
            what = f"{past.orders} of the last month's orders, and what became of them"
            speed = PAST_SHOWN / timedelta(seconds=choice.duration)
        else:
            scene = Company(choice.seed, told, Outboxes(mongo, settings.mongo.database))
            what = "a week in a minute; here and there a department fails, on purpose"
            speed = COMPANY_SPEED
        yield Play(what, scene, speed, settings, publisher, seen, screen)
