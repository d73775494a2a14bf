"""How a demonstration is set up: the services on a stack of its own, and who plays in it."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from services.cli.demo_play import Play, perform
from services.cli.demo_screen import Screen
from services.cli.demo_stack import environment, own_stack, wait_until_ready
from services.cli.demo_watch import watch
from services.local.programs import SERVICES
from services.local.stack import LocalStack
from services.shared.bus_kafka import KafkaPublisher
from services.shared.mongo import connect
from services.simulator.departments import departments
from services.simulator.driver import beats
from services.simulator.importers.formats import IMPORTERS, Format
from services.simulator.importers.tables import BadRow
from services.simulator.scenes import Company, Excerpt, Outboxes, Past, Scene, last_month

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
    with own_stack(screen) as stack:
        services = READERS if past else SERVICES
        agreements = Format.OLIST if past else "default"
        stack.start_services(services, environment(stack.settings, agreements))
        with _playing(stack, choice, past, screen) as play:
            # The services are told what time it is, before which they are not ready.
            play.publisher.publish(list(beats(stack.settings, play.scene.starts_at)))
            wait_until_ready(stack, services, screen)
            _say_ready(stack, play, time.monotonic() - began - stack.download_s)
            perform(play, choice.duration, began + stack.download_s, once=choice.once)


def _past(choice: Choice, folder: Path, screen: Screen) -> Excerpt:
    """Raises UnreadableData where there is none."""
    screen.title("real orders", str(folder))
    screen.say("Reading the orders ...")
    bad_rows: list[BadRow] = []
    history = IMPORTERS[Format.OLIST](folder, bad_rows.append)
    if bad_rows:
        screen.say(f"{len(bad_rows):,} bad rows are left out; `handoff replay` names them.")
    return last_month(history, round(choice.duration * ORDERS_A_SECOND))


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
