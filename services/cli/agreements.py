"""`handoff agreements`: check agreement files, explain them, try them on examples and on the past.

Ends with 1 where something was found, with 2 where the input was not understood.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from services.cli import agreements_diff
from services.cli.agreements_output import as_faults, as_text
from services.cli.moments import moment
from services.cli.printing import counted, print_json
from services.shared.clock import Instant, WallClock
from services.shared.faults import Fault
from services.shared.settings import Settings, load
from services.tracker.agreement_files import load_folder, shipped
from services.tracker.agreement_remarks import lint_folder, run_examples
from services.tracker.core.language.explain import explain as explained
from services.tracker.core.language.schema import FileKind, schema_text

FOUND = 1
_MINUTE = 60_000_000

app = typer.Typer(no_args_is_help=True)
app.command()(agreements_diff.diff)
app.command("try")(agreements_diff.try_)

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
        print_json({block.heading: block.lines for block in blocks})
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
def schema(
    kind: Annotated[FileKind, typer.Option("--of", help="What kind of file.")] = FileKind.AGREEMENT,
) -> None:
    """Print the JSON Schema of agreement files, for an editor to complete and check them."""
    typer.echo(schema_text(kind), nl=False)


def _say(found: Iterable[Fault], as_json: bool, otherwise: str) -> None:
    """Ends with 1 where there is something."""
    faults = list(found)
    if as_json:
        print_json(as_faults(faults))
    else:
        typer.echo("\n".join(str(fault) for fault in faults) or otherwise)
    if faults:
        raise typer.Exit(FOUND)
