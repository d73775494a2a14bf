"""The files that `handoff replay` writes: which, whether they can be, and their rows."""

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TextIO, TypeVar

import typer

from services.cli.errors import CommandFailed
from services.cli.files import check_writable, whole_file
from services.insights.findings import FindingRow
from services.insights.replay import PromiseRow, Replayed
from services.shared.clock import iso

COLUMNS = (
    "subject",
    "agreement",
    "debtor",
    "creditor",
    "opened_at",
    "due_by",
    "settled_at",
    "state",
)
FINDING_COLUMNS = ("subject", "finding", "at", "detail")
_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class Written:
    """Where the promises (`--out`) and the findings go; None where they were not asked for."""

    promises: Path | None
    findings: Path | None

    @property
    def by_option(self) -> dict[str, Path]:
        paths = {"--out": self.promises, "--findings": self.findings}
        return {option: path for option, path in paths.items() if path}

    def check(self) -> None:
        """Before the work begins; raises BadParameter with the remedy."""
        if not self.by_option:
            raise typer.BadParameter(
                "Nothing would be written; give --out FILE.csv, --findings FILE.csv or both.",
                param_hint="--out",
            )
        for option, path in self.by_option.items():
            check_writable(path, option)
        if len({path.resolve() for path in self.by_option.values()}) < len(self.by_option):
            raise typer.BadParameter(
                f"{self.findings} gets the promises already; give another.",
                param_hint="--findings",
            )

    def check_apart_from(self, read: Iterable[Path]) -> None:
        """Raises BadParameter where a file that was read would be written over."""
        sources = {path.resolve() for path in read}
        for option, path in self.by_option.items():
            if path.resolve() in sources:
                raise typer.BadParameter(
                    f"{path} is one of the files that are read; give another.", param_hint=option
                )

    def write(self, replayed: Replayed) -> None:
        """Raises CommandFailed where a file cannot be written."""
        if self.promises:
            _write(self.promises, replayed.rows, _write_promises)
        if self.findings:
            _write(self.findings, replayed.findings or (), _write_findings)


def _write(
    path: Path, rows: Iterable[_Row], write_rows: Callable[[TextIO, Iterable[_Row]], None]
) -> None:
    try:
        with whole_file(path) as file:
            write_rows(file, rows)
    except OSError as error:
        raise CommandFailed(f"{path} could not be written: {error}; free or change it.") from error


def _write_promises(file: TextIO, rows: Iterable[PromiseRow]) -> None:
    """The subject's id is written without its kind."""
    written = cache(iso)  # one event settles a promise and opens the next
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(
        (
            row.subject.partition("/")[2],
            row.agreement,
            row.debtor,
            row.creditor,
            written(row.opened_at),
            written(row.due_by),
            "" if row.settled_at is None else written(row.settled_at),
            row.outcome.value,
        )
        for row in rows
    )


def _write_findings(file: TextIO, rows: Iterable[FindingRow]) -> None:
    """The subject's id is written without its kind."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(FINDING_COLUMNS)
    writer.writerows(
        (row.subject.partition("/")[2], row.finding.value, iso(row.at), row.detail) for row in rows
    )
