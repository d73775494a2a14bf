"""What `handoff reconcile` shows: a table, the differences in words, or all of it as JSON."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from services.insights.numbering import Gap
from services.insights.reconciliation import Line
from services.shared.clock import iso
from services.shared.source_hours import SourceHour


def in_words(lines: Sequence[Line], gaps: Sequence[Gap]) -> list[str]:
    """A sentence for each difference and for each gap; none where all is well."""
    differences = [
        f"{_source(line.of)}, {_hour(line.of)}: {difference}."
        for line in lines
        for difference in line.differences
    ]
    return [*differences, *map(_gap, gaps)]


def _gap(gap: Gap) -> str:
    numbers = f"{gap.first}" if gap.missing == 1 else f"{gap.first} to {gap.last}"
    return f"{gap.party}/{gap.source}: {gap.missing} of its numbers are in no record: {numbers}."


def all_well(lines: Sequence[Line], heartbeats: int) -> str:
    events = sum(line.held.events for line in lines)
    return f"Nothing is lost: {events} events, {heartbeats} heartbeats beside them."


def as_dict(lines: Sequence[Line], gaps: Sequence[Gap], heartbeats: int) -> dict[str, Any]:
    return {
        "equal": not (gaps or any(line.differences for line in lines)),
        "heartbeats": heartbeats,
        "hours": [
            {
                "party": line.of.party,
                "source": line.of.source,
                "hour": iso(line.of.hour),
                "written": line.written,
                "waiting": line.waiting,
                "in_kafka": line.held.events,
                "applied": line.tally.applied,
                "dead_letters": line.held.dead,
                "not_yet_read": line.held.unread,
                "duplicates": line.tally.duplicates,
                "refused": line.tally.refused,
                "whole": line.whole,
                "differences": list(line.differences),
            }
            for line in lines
        ],
        "gaps": [asdict(gap) for gap in gaps],
    }


def print_table(lines: Sequence[Line]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("hour", no_wrap=True)
    table.add_column("source", no_wrap=True)
    for name in ("written", "waiting", "in Kafka", "applied", "dead", "unread", "again"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("")
    for line in lines:
        written = "-" if line.written is None else str(line.written)
        held, tally = line.held, line.tally
        counts = (line.waiting, held.events, tally.applied, held.dead, held.unread)
        table.add_row(
            _hour(line.of),
            _source(line.of),
            written,
            *map(str, counts),
            str(tally.duplicates),
            _remark(line),
        )
    Console(width=None if sys.stdout.isatty() else 200, highlight=False, markup=False).print(table)


def _remark(line: Line) -> str:
    if not line.whole:
        return "partly gone"
    return "differs" if line.differences else ""


def _hour(of: SourceHour) -> str:
    return iso(of.hour).removesuffix(":00:00Z") + "h"


def _source(of: SourceHour) -> str:
    """Its party before it, where it has another name; what could not be read has no source."""
    if of.source == of.party:
        return of.party
    return f"{of.party}/{of.source or '(unreadable)'}"
