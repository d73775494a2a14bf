"""`handoff up` and `down`: the running system as a whole."""

import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from services.cli import surroundings
from services.local import state
from services.local.health import wait_for_services
from services.local.interrupts import interruptible
from services.local.output import OURSELVES, Output, PrefixedOutput
from services.local.processes import end
from services.local.programs import SERVICES
from services.local.stack import LocalStack
from services.shared.settings import Settings, load
from services.tracker.agreement_files import load_folder, shipped

READY_DEADLINE_S = 60.0
STOP_DEADLINE_S = 45.0
"""More than a stack with stubborn services takes to stop by itself."""


Agreements = Annotated[
    Path | None,
    typer.Option(
        envvar="HANDOFF_AGREEMENTS", help="Folder of agreement files; ours for a shop if not given."
    ),
]


def up(agreements: Agreements = None) -> None:
    """Start Kafka, Mongo, the topics and every service, and keep them running until Ctrl-C.

    Data lies under HANDOFF_HOME (~/.local/share/handoff). The first start downloads Apache Kafka.
    A server that HANDOFF_KAFKA__BOOTSTRAP or HANDOFF_MONGO__URI names is used instead of our own.
    """
    settings = load(Settings)
    folder = (agreements or shipped("default")).absolute()
    load_folder(folder, settings.own_types)
    output = PrefixedOutput()
    environment = {"HANDOFF_AGREEMENTS": str(folder), "HANDOFF_LOG": _log_format()}
    with interruptible(), suppress(KeyboardInterrupt):
        began = time.monotonic()
        with LocalStack(settings, output=output) as stack:
            stack.start_services(environment=environment)
            _say_ready(stack, output, began)
            threading.Event().wait()
    output(OURSELVES, "Everything has stopped.")


def down() -> None:
    """Stop the stack that `handoff up` or `handoff demo` started in another terminal."""
    home = load(Settings).home
    stopped = [name for each in surroundings.homes(home) for name in _stop(each)]
    if stopped:
        print(f"Stopped {', '.join(stopped)}.")
    else:
        print(f"Nothing of `handoff up` or `handoff demo` runs in {home}.")


def _stop(home: Path) -> list[str]:
    """The names of what ran there."""
    running = state.running(home)
    left = state.survivors(home)
    if running:
        end([running.supervisor], STOP_DEADLINE_S)
    end(tuple(left.values()), STOP_DEADLINE_S)
    return list(left)


def _log_format() -> str:
    """Lines for people on a terminal, unless HANDOFF_LOG says otherwise."""
    return os.environ.get("HANDOFF_LOG", "text" if sys.stdout.isatty() else "json")


def _say_ready(stack: LocalStack, output: Output, began: float) -> None:
    late = wait_for_services(stack.settings, SERVICES, READY_DEADLINE_S)
    for reason in late.values():
        output(OURSELVES, f"Not ready: {reason}.")
    console = stack.settings.endpoints.console.url
    seconds = time.monotonic() - began - stack.download_s
    output(
        OURSELVES,
        f"Up after {seconds:.0f} s, and {stack.download_s:.0f} s of downloads. Console: {console}."
        " Stop with Ctrl-C.",
    )
