"""What `handoff agreements` shows: explanations, and promises that differ."""

import sys
import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from services.cli.printing import counted
from services.insights.differences import Change, Difference
from services.insights.replay import PromiseRow
from services.shared.clock import iso
from services.tracker.core.language.explain import Block

WIDTH = 100
_WORDS = {
    Change.APPEARS: ("appears", "appear"),
    Change.DISAPPEARS: ("disappears", "disappear"),
    Change.OUTCOME: ("ends otherwise", "end otherwise"),
    Change.DUE: ("is due at another time", "are due at another time"),
}


def as_text(name: str, blocks: Iterable[Block]) -> str:
    """The blocks one under the other, each line broken where it is too long."""
    parts = [name]
    for block in blocks:
        parts.append(f"\n{block.heading}")
        parts += [_indented(line) for line in block.lines]
    return "\n".join(parts)


def _indented(line: str) -> str:
    margin = "  " + " " * (len(line) - len(line.lstrip()))
    return textwrap.fill(
        line.strip(), WIDTH, initial_indent=margin, subsequent_indent=f"{margin}  "
    )


def as_differences(found: Sequence[Difference], first: int) -> dict[str, Any]:
    counts = Counter(each.change for each in found)
    return {
        "counts": {change: counts[change] for change in Change},
        "first": [
            {
                "change": each.change,
                "subject": each.row.subject,
                "agreement": each.row.agreement,
                "opened_at": iso(each.row.opened_at),
                "before": _as_dict(each.before),
                "after": _as_dict(each.after),
            }
            for each in found[:first]
        ],
    }


def _as_dict(row: PromiseRow | None) -> dict[str, str] | None:
    return {"due_by": iso(row.due_by), "outcome": row.outcome} if row else None


def print_differences(found: Sequence[Difference], first: int) -> None:
    """How many promises differ in which way, and the first of them."""
    counts = Counter((each.row.agreement, each.change) for each in found)
    for (agreement, change), count in sorted(counts.items()):
        typer.echo(f"{agreement}: {counted(count, 'promise')} {_WORDS[change][count > 1]}")
    if not found:
        typer.echo("Every promise is the same.")
    if shown := found[:first]:
        typer.echo()
        _print_table(shown)
        if left := len(found) - len(shown):
            typer.echo(f"... and {left} more")


def _print_table(found: Iterable[Difference]) -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("subject", "agreement", "before", "after"):
        table.add_column(name, no_wrap=True)
    for each in found:
        row = each.row
        table.add_row(row.subject, row.agreement, _outcome(each.before), _outcome(each.after))
    Console(width=None if sys.stdout.isatty() else 200, highlight=False, markup=False).print(table)


def _outcome(row: PromiseRow | None) -> str:
    return f"{row.outcome}, due {iso(row.due_by)}" if row else "no promise"
