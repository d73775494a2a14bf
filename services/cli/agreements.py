"""`handoff agreements`: check agreement files, explain them, try them on examples and on the past.

Ends with 1 where something was found, with 2 where the input was not understood.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from services.cli.agreements_output import (
    as_differences,
    as_text,
    print_differences,
)
from services.cli.errors import CommandFailed
from services.cli.moments import moment
from services.cli.printing import counted
from services.insights.differences import differences
from services.insights.replay import replay
from services.local.interrupts import interruptible
from services.shared.clock import Instant, WallClock
from services.shared.faults import Fault
from services.shared.settings import Settings, load
from services.simulator.importers.formats import IMPORTERS, Format
from services.tracker.agreement_files import load_folder, shipped
from services.tracker.agreement_remarks import lint_folder, run_examples
from services.tracker.core.language.explain import explain as explained
from services.tracker.core.language.schema import FileKind, schema_text

FOUND = 1
FIRST_LIMIT = 20
"""Promises that `diff` tells one by one, if not told otherwise."""
_MINUTE = 60_000_000

app = typer.Typer(no_args_is_help=True)


Folder = Annotated[
    Path | None,
    typer.Argument(
        metavar="[DIR]", help="Folder of agreement files; ours for a shop if not given."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]
Now = Annotated[
    Instant | None,
    typer.Option("--at", parser=moment, metavar="TIME", help="Begin the example then; else now."),
]


@app.command()
def lint(folder: Folder = None, as_json: AsJson = False) -> None:
    """Say what is wrong in agreement files, and what looks wrong: file, line, key and remedy.

    Ends with 1 if there is anything.
    """
    own_types = load(Settings).own_types
    found = lint_folder(folder or shipped("default"), own_types, WallClock().now())
    _say(found, as_json, "Nothing is wrong.")


@app.command()
def explain(
    name: Annotated[str, typer.Argument(help="The agreement's name.")],
    folder: Folder = None,
    at: Now = None,
    as_json: AsJson = False,
) -> None:
    """Tell an agreement in plain words, with its deadline worked out for an example.

    Example: handoff agreements explain ship-paid-order --at 2026-11-06T15:00+01:00
    """
    loaded = load_folder(folder or shipped("default"), load(Settings).own_types)
    agreement = next((each for each in loaded.agreements if each.name == name), None)
    if agreement is None:
        there = ", ".join(sorted(each.name for each in loaded.agreements))
        raise typer.BadParameter(f"There is no agreement {name!r}; there are {there}.")
    now = WallClock().now()
    blocks = explained(agreement, now - now % _MINUTE if at is None else at)
    if as_json:
        _print_json({block.heading: block.lines for block in blocks})
    else:
        typer.echo(as_text(name, blocks))


@app.command("test")
def run(folder: Folder = None, as_json: AsJson = False) -> None:
    """Run the examples in DIR/examples on the tracker's own core, and say which do not hold.

    The file examples/ship-paid-order.yaml holds those of the agreement ship-paid-order.
    """
    own_types = load(Settings).own_types
    ran, wrong = run_examples(folder or shipped("default"), own_types)
    _say(wrong, as_json, f"{counted(ran, 'example')} ran, and nothing else followed.")


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="Folder of agreement files.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="Folder of agreement files.")],
    *,
    source: Annotated[
        Path, typer.Option("--from", metavar="DIR", help="The folder that holds the data's files.")
    ],
    format: Annotated[Format, typer.Option("--format", help="What the files are.")] = Format.OLIST,
    first: Annotated[int, typer.Option(min=0, help="Tell so many one by one.")] = FIRST_LIMIT,
    as_json: AsJson = False,
) -> None:
    """Fold the same past under two sets of agreements, and tell which promises differ.

    Ends with 1 if any does.

    Example: handoff agreements diff agreements/ proposed/ --from ~/olist
    """
    own_types = load(Settings).own_types
    folders = [load_folder(each, own_types) for each in (old, new)]
    with interruptible():
        history = IMPORTERS[format](source, lambda row: typer.echo(f"Left out: {row}", err=True))
        if history.ends_at is None:
            raise CommandFailed(f"No row of the files in {source} could be read.")
        before, after = (
            replay(history, folder.active(0), history.ends_at).rows for folder in folders
        )
    found = differences(before, after)
    if as_json:
        _print_json(as_differences(found, first))
    else:
        print_differences(found, first)
    if found:
        raise typer.Exit(FOUND)


@app.command()
def schema(
    kind: Annotated[FileKind, typer.Option("--of", help="What kind of file.")] = FileKind.AGREEMENT,
) -> None:
    """Print the JSON Schema of agreement files, for an editor to complete and check them."""
    typer.echo(schema_text(kind), nl=False)


def _say(found: Iterable[Fault], as_json: bool, otherwise: str) -> None:
    """Ends with 1 where there is something."""
    faults = list(found)
    if as_json:
        keys = ("file", "line", "key", "remedy")
        _print_json([{key: getattr(fault, key) for key in keys} for fault in faults])
    else:
        typer.echo("\n".join(str(fault) for fault in faults) or otherwise)
    if faults:
        raise typer.Exit(FOUND)


def _print_json(content: object) -> None:
    typer.echo(json.dumps(content, indent=2, ensure_ascii=False))
