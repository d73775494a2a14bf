"""`handoff receivers`: whom alerts go to, and whether one of them can be told."""

import json
import sys
from typing import Annotated, Any
from urllib.parse import urlsplit

import structlog
import typer
from rich.console import Console
from rich.table import Table

from services.alerts.destinations import Guard
from services.alerts.domain.posts import alone
from services.alerts.domain.trial import trial
from services.alerts.errors import DeliveryError
from services.alerts.receiver_options import AnyOptions, EmailOptions, LogOptions, Secret
from services.alerts.receivers import Surroundings, channel_of
from services.alerts.settings import AlertsSettings
from services.cli import surroundings
from services.cli.errors import CommandFailed
from services.shared.clock import WallClock
from services.shared.settings import load

REMEMBERING = frozenset({"alertmanager", "pagerduty"})
"""They keep what they were told until they hear that it is over."""

app = typer.Typer(no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]
Name = Annotated[str, typer.Argument(help="The receiver, as `handoff receivers list` shows it.")]


@app.command("list")
def list_receivers(as_json: AsJson = False) -> None:
    """List whom alerts go to, and check the receivers file; no secret is shown."""
    settings = _settings()
    rows = [_row(each, settings) for each in settings.receivers.receivers]
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    table = Table(box=None, pad_edge=False)
    for name in rows[0]:
        table.add_column(name, no_wrap=True)
    for row in rows:
        table.add_row(*(str(value or "") for value in row.values()))
    Console(width=None if sys.stdout.isatty() else 200, highlight=False, markup=False).print(table)


@app.command("test")
def try_out(name: Name, as_json: AsJson = False) -> None:
    """Send one receiver a notice that is marked as a test, and say what it answered.

    Where a receiver remembers alerts, the end of the test is sent after it.
    Ends with 1 where the receiver did not take it.
    """
    settings = _settings()
    options = _named(name, settings)
    around = Surroundings(
        structlog.wrap_logger(structlog.PrintLogger(sys.stderr)),
        settings.console_url,
        Guard(settings.receivers.allow),
    )
    channel = channel_of(options, around)
    notices = trial(name, WallClock().now())
    answers: list[str] = []
    problem: DeliveryError | None = None
    try:
        for notice in notices if options.kind in REMEMBERING else notices[:1]:
            answers.append(channel.send(alone(notice)))
    except DeliveryError as error:
        problem = error
    if as_json:
        _print_outcome(name, answers, problem)
    elif problem is None:
        print(f"{name} took it: {'; '.join(answers)}.")
    if problem is not None:
        lasting = "for good" if problem.permanent else "for now; it would be tried again"
        raise CommandFailed(f"{name} did not take it, {lasting}: {problem}")


def _settings() -> AlertsSettings:
    surroundings.settings()
    return load(AlertsSettings)


def _named(name: str, settings: AlertsSettings) -> AnyOptions:
    for options in settings.receivers.receivers:
        if options.name == name:
            return options
    there = ", ".join(each.name for each in settings.receivers.receivers)
    raise typer.BadParameter(f"There is no receiver {name!r}; there are {there}.")


def _row(options: AnyOptions, settings: AlertsSettings) -> dict[str, Any]:
    return {
        "name": options.name,
        "kind": options.kind,
        "where": _where(options),
        "rate": options.rate,
        "fallback": options.fallback,
        "told": "everything" if options.name in settings.receivers.direct else "as a fallback",
    }


def _where(options: AnyOptions) -> str:
    """The host where it is no secret, else where the secret lies."""
    if isinstance(options, LogOptions):
        return ""
    if isinstance(options, EmailOptions):
        return f"{options.host}:{options.port}"
    if isinstance(options.url, Secret):
        return f"in {options.url.file or options.url.env}"
    return urlsplit(options.url).netloc


def _print_outcome(name: str, answers: list[str], problem: DeliveryError | None) -> None:
    outcome = {
        "receiver": name,
        "taken": problem is None,
        "answers": answers,
        "problem": str(problem) if problem else None,
        "permanent": problem.permanent if problem else None,
    }
    print(json.dumps(outcome, indent=2, ensure_ascii=False))
