"""What `handoff replay` shows: its progress and the summary."""

import json
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from services.cli.replay_files import Written
from services.insights.replay import Outcome, Replayed
from services.insights.summary import Lead, Summary, summarise
from services.shared.clock import iso
from services.simulator.importers.tables import BadRow


class Watch:
    """Names bad rows on stderr as they are found and counts them; on a terminal there is a bar."""

    def __init__(self) -> None:
        self.bad_rows = 0
        self._console = Console(stderr=True, soft_wrap=True, markup=False, highlight=False)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeRemainingColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
            transient=True,
        )
        self._task = self._bar.add_task("Reading", total=None)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def bad_row(self, row: BadRow) -> None:
        self.bad_rows += 1
        self._console.print(f"Left out: {row}")

    def folding(self, events: int) -> None:
        self._bar.update(self._task, description="Folding", total=events, completed=0)

    def folded(self, events: int) -> None:
        self._bar.advance(self._task, events)


@dataclass(frozen=True, slots=True)
class Report:
    """A replay and what it comes to."""

    replayed: Replayed
    summary: Summary
    bad_rows: int
    written: Written
    seconds: float

    @classmethod
    def of(cls, replayed: Replayed, bad_rows: int, written: Written, seconds: float) -> Self:
        return cls(replayed, summarise(replayed.rows), bad_rows, written, seconds)

    @property
    def found(self) -> dict[str, int] | None:
        """How many findings there were of each kind; None where nobody looked."""
        if self.replayed.findings is None:
            return None
        return dict(sorted(Counter(row.finding for row in self.replayed.findings).items()))


def as_json(report: Report) -> str:
    replayed, summary = report.replayed, report.summary
    return json.dumps(
        {
            "until": iso(replayed.until),
            "events": replayed.events,
            "promises": summary.promises,
            **{outcome.value: count for outcome, count in summary.outcomes.items()},
            "inner_breaches": asdict(summary.inner),
            "broken_customer_dates": asdict(summary.outer),
            "openings_skipped": [
                {"agreement": agreement, "reason": reason, "count": count}
                for (agreement, reason), count in sorted(replayed.skipped.items())
            ],
            "events_left_out": dict(replayed.left_out),
            "bad_rows": report.bad_rows,
            "findings": report.found,
            "out": _path(report.written.promises),
            "findings_out": _path(report.written.findings),
            "seconds": round(report.seconds, 1),
        },
        indent=2,
    )


def as_text(report: Report) -> str:
    replayed, summary = report.replayed, report.summary
    lines = [
        f"{summary.promises:,} promises from {replayed.events:,} events up to"
        f" {iso(replayed.until)}, in {report.seconds:.1f} s.",
        *(f"  {outcome.value:<10} {summary.outcomes[outcome]:>9,}" for outcome in Outcome),
        _inner(summary.inner),
        _outer(summary.outer),
        *(
            f"{count:,} events opened no {agreement}: {reason.replace('_', ' ')}."
            for (agreement, reason), count in sorted(replayed.skipped.items())
        ),
        *(
            f"{count:,} events were left out: {reason.replace('_', ' ')}."
            for reason, count in sorted(replayed.left_out.items())
        ),
        f"{report.bad_rows:,} bad rows were left out.",
        *(
            f"{count:,} findings: {kind.replace('_', ' ')}."
            for kind, count in (report.found or {}).items()
        ),
        *(f"Written: {path}" for path in report.written.by_option.values()),
    ]
    return "\n".join(lines)


def _path(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _inner(lead: Lead) -> str:
    ahead = f", a median of {lead.median_days} days ahead" if lead.ahead else ""
    return (
        f"Between departments {lead.broken:,} promises were broken,"
        f" {lead.ahead:,} of them before the customer's date{ahead}."
    )


def _outer(lead: Lead) -> str:
    ahead = f", a median of {lead.median_days} days ahead" if lead.ahead else ""
    return (
        f"Of {lead.broken:,} dates broken to customers, {lead.ahead:,} had a broken promise"
        f" between departments first{ahead}."
    )
