"""What `handoff agreements` shows: explanations, and promises that differ."""

import sys
import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from services.cli.past import Past
from services.cli.printing import counted
from services.insights.differences import Change, Difference
from services.insights.replay import PromiseRow, Replayed
from services.shared.clock import iso
from services.shared.faults import Fault
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


def as_faults(faults: Iterable[Fault]) -> list[dict[str, str | int]]:
    keys = ("file", "line", "key", "remedy")
    return [{key: getattr(fault, key) for key in keys} for fault in faults]


@dataclass(frozen=True, slots=True)
class Looked:
    """What was folded twice; `remarks` are what the proposal would be refused for as it is."""

    past: Past
    before: Replayed
    after: Replayed
    remarks: tuple[str, ...]


def as_looked(looked: Looked) -> dict[str, Any]:
    past = looked.past
    return {
        "since": iso(past.since),
        "until": iso(past.until),
        "events": looked.before.events,
        "refused": len(past.records) - looked.before.events,
        "partitions": past.partitions,
        "of_partitions": past.of,
        "before": Counter(each.outcome for each in looked.before.rows),
        "after": Counter(each.outcome for each in looked.after.rows),
        "remarks": looked.remarks,
    }


def print_looked(looked: Looked) -> None:
    """What the answer rests on."""
    past = looked.past
    rest = "" if past.partitions == past.of else f", of {past.partitions} of {past.of} partitions"
    typer.echo(
        f"\n{counted(looked.before.events, 'event')} from {iso(past.since)} to"
        f" {iso(past.until)}{rest}. What was promised earlier is not among them."
    )
    for remark in looked.remarks:
        typer.echo(remark)


def as_differences(found: Sequence[Difference], first: int) -> dict[str, Any]:
    counts = Counter(each.change for each in found)
    return {
        "counts": {change: counts[change] for change in Change},
        "ends": [
            {"agreement": agreement, "before": before, "after": after, "promises": promises}
            for (agreement, before, after), promises in sorted(_ends(found).items(), key=str)
        ],
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


def _ends(found: Iterable[Difference]) -> Counter[tuple[str, str | None, str | None]]:
    """How many promises of each agreement come to what, before and after."""
    return Counter(
        (
            each.row.agreement,
            each.before.outcome if each.before else None,
            each.after.outcome if each.after else None,
        )
        for each in found
    )


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
