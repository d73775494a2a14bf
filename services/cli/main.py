"""`handoff`: the table of its commands, and what it ends with.

0 is well, 1 means that something is wrong or was found to be, 2 that the input was not understood.
"""

import importlib
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import typer
from rich.console import Console

from services.cli.errors import CommandFailed
from services.local.errors import LocalError
from services.shared.errors import HandoffError

FOUND_WRONG, NOT_UNDERSTOOD = 1, 2
_WHILE_RUNNING = (CommandFailed, LocalError)


@dataclass(frozen=True, slots=True)
class Entry:
    """A command or a group: where its code is, and its line in the list of commands."""

    place: str
    help: str


def main() -> None:
    arguments = sys.argv[1:]
    try:
        application(chosen(arguments))(arguments)
    except HandoffError as error:
        console = Console(stderr=True, soft_wrap=True, markup=False, highlight=False)
        console.print(str(error), style="red")
        sys.exit(FOUND_WRONG if isinstance(error, _WHILE_RUNNING) else NOT_UNDERSTOOD)


def chosen(arguments: Sequence[str]) -> str | None:
    """The command that the arguments name; `handoff` itself has no options with values."""
    return next((argument for argument in arguments if not argument.startswith("-")), None)


def application(command: str | None) -> typer.Typer:
    """Only the chosen command's code is imported, so that `handoff --help` answers at once."""
    app = typer.Typer(
        help=_HELP,
        epilog=_EPILOG,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_nothing)
    for name, entry in COMMANDS.items():
        code = _load(entry) if name == command else _nothing
        if isinstance(code, typer.Typer):
            app.add_typer(code, name=name, help=entry.help)
        else:
            app.command(name, short_help=entry.help)(code)
    return app


def _load(entry: Entry) -> Callable[..., None] | typer.Typer:
    module, _, name = entry.place.partition(":")
    code: Callable[..., None] | typer.Typer = getattr(importlib.import_module(module), name)
    return code


def _nothing() -> None:
    """Stands for a command that is listed and not called."""


_HELP = """Finds the promise that one department is about to break to another, before the customer
notices."""

_EPILOG = """Begin with `handoff demo`: a small company that misbehaves, and what is found.
For a company of your own: `handoff up` in one terminal, `handoff doctor` in another.
Settings are environment variables, HANDOFF_HOME and others; data lies in ~/.local/share/handoff."""

COMMANDS = {
    "demo": Entry("services.cli.demo:demo", "Watch a small company at work: who fails whom."),
    "up": Entry("services.cli.stack:up", "Start Kafka, Mongo and every service; Ctrl-C stops all."),
    "down": Entry("services.cli.stack:down", "Stop what `handoff up` started elsewhere."),
    "replay": Entry(
        "services.cli.replay:replay", "Fold a company's past: what was kept and broken."
    ),
    "tail": Entry("services.cli.tail:command", "Alerts as they come, change and end."),
    "board": Entry("services.cli.board:command", "Who owes whom how much, and what is late."),
    "inbox": Entry("services.cli.inbox:command", "What needs somebody, the most urgent on top."),
    "show": Entry("services.cli.show:command", "All of one alert, or of one order or case."),
    "ack": Entry("services.cli.acting:ack", "Say that you have alerts in hand."),
    "assign": Entry("services.cli.acting:assign", "Say who shall act."),
    "escalate": Entry("services.cli.acting:escalate", "Tell the next rung of the ladder now."),
    "snooze": Entry("services.cli.acting:snooze", "Hear nothing of alerts for a while."),
    "note": Entry("services.cli.acting:note", "Keep a note with alerts."),
    "close": Entry("services.cli.acting:close", "Be through with alerts; say the cause."),
    "release": Entry("services.cli.release:command", "Give promises up for the creditor."),
    "dispute": Entry("services.cli.acting:dispute", "Say that a party does not agree."),
    "ask-date": Entry("services.cli.acting:ask_date", "Ask the debtor for a new date."),
    "tell-customer": Entry("services.cli.acting:tell_customer", "Ask support to tell them."),
    "rate": Entry("services.cli.acting:rate", "Say whether alerts were of use."),
    "why": Entry("services.cli.why:command", "Why a promise is due when it is, step by step."),
    "silence": Entry(
        "services.cli.silence:app", "Hear nothing of some alerts for a while: add, list, end."
    ),
    "audit": Entry(
        "services.cli.audit:app", "Who did what to alerts; whether that record is whole."
    ),
    "oncall": Entry("services.cli.oncall:command", "Who is on call now and next; when nobody is."),
    "receivers": Entry(
        "services.cli.receivers:app", "Whom alerts go to: list them, send one of them a test."
    ),
    "agreements": Entry(
        "services.cli.agreements:app",
        "Who owes what: lint, explain, test, diff, try, and their schema.",
    ),
    "dlq": Entry("services.cli.dlq:app", "What could not be handled: list, show, send it again."),
    "tracker": Entry(
        "services.cli.tracker:app", "Decide how stopped partitions go on; archive, rebuild."
    ),
    "reconcile": Entry(
        "services.cli.reconcile:command", "Whether every event written was applied: compare counts."
    ),
    "topics": Entry("services.cli.topics:topics", "Make the topics on a Kafka of your own."),
    "doctor": Entry("services.cli.doctor:command", "Say what runs, what is wrong, and what to do."),
}
