"""`handoff board`: who owes whom how much, and how much of it is late or may be."""

import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass

import typer
from handoff.v1 import tracker_pb2
from rich.console import Console
from rich.table import Table

from services.cli.calling import TIMEOUT_S, tracker_service
from services.cli.printing import AsJson, print_json

BREACHED = 1
"""The exit code where somebody broke a promise."""


@dataclass(frozen=True, slots=True)
class Pair:
    """What one department owes another; `other` is unknown, disputed, returned or found."""

    owed_by: str
    owed_to: str
    breached: int = 0
    at_risk: int = 0
    other: int = 0
    open: int = 0


def command(as_json: AsJson = False) -> None:
    """Say who owes whom how much, and how much of it is broken or at risk.

    Ends with 1 where something is broken.
    """
    with tracker_service() as tracker:
        told = tracker.CountOpenPromises(tracker_pb2.CountOpenPromisesRequest(), timeout=TIMEOUT_S)
    pairs = pairs_of(told.counts)
    if as_json:
        print_json([asdict(pair) for pair in pairs])
    elif pairs:
        _print_table(pairs)
    else:
        print("Nobody owes anybody anything.")
    if any(pair.breached for pair in pairs):
        raise typer.Exit(BREACHED)


def pairs_of(counts: Iterable[tracker_pb2.OpenCount]) -> list[Pair]:
    """By name; `open` counts all of them."""
    sums: dict[tuple[str, str], Counter[str]] = {}
    for each in counts:
        of = sums.setdefault((each.owed_by, each.owed_to), Counter())
        for column in {_column(each.announced), "open"}:
            of[column] += each.promises
    return [
        Pair(*names, of["breached"], of["at_risk"], of["other"], of["open"])
        for names, of in sorted(sums.items())
    ]


def _column(announced: tracker_pb2.VerdictKind.ValueType) -> str:
    return {
        tracker_pb2.VERDICT_KIND_UNSPECIFIED: "open",
        tracker_pb2.VERDICT_KIND_BREACHED: "breached",
        tracker_pb2.VERDICT_KIND_WARNED: "at_risk",
    }.get(announced, "other")


def _print_table(pairs: Iterable[Pair]) -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("owes", "to"):
        table.add_column(name)
    for name in ("breached", "at risk", "other", "open"):
        table.add_column(name, justify="right")
    for pair in pairs:
        counts = (pair.breached, pair.at_risk, pair.other, pair.open)
        table.add_row(
            pair.owed_by, pair.owed_to, *(f"{each:,}" if each else "-" for each in counts)
        )
    Console(width=None if sys.stdout.isatty() else 200, highlight=False, markup=False).print(table)
