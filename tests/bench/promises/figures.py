"""What was measured beside its goal: a table for people, and keys in the file that all share."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table


class Figure(NamedTuple):
    """One number under its key; a smaller one is better. No goal: it explains another."""

    key: str
    value: float
    goal: float | None
    about: str

    @property
    def verdict(self) -> str:
        if self.goal is None:
            return ""
        return "met" if self.value <= self.goal else "missed"


def write(figures: Sequence[Figure], about: Mapping[str, object], path: Path) -> None:
    """What others have put into the file stays there; `about` goes under `promises`, with how each
    figure was measured, those of earlier runs too."""
    known = json.loads(path.read_text()) if path.exists() else {}
    ours = {each.key: each.value for each in figures}
    before = known.get("promises", {}).get("how", {})
    promises = {**about, "how": before | {each.key: each.about for each in figures}}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(known | ours | {"promises": promises}, indent=2) + "\n")


def show(figures: Sequence[Figure], about: Mapping[str, object], path: Path) -> None:
    table = Table(title="many open promises, one tracker")
    table.add_column("what")
    for heading in ("measured", "goal"):
        table.add_column(heading, justify="right")
    table.add_column("")
    table.add_column("how")
    for each in figures:
        goal = "" if each.goal is None else f"{each.goal:g}"
        table.add_row(each.key, f"{each.value:,.4g}", goal, each.verdict, each.about)
    console = Console(width=140)
    console.print(table)
    said = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in about.items())
    console.print(f"{said}; written to {path}")
