"""`handoff reconcile`: whether every event that was written is where it has to be."""

import json
from typing import Annotated

import typer

from services.cli import surroundings
from services.cli.books import read_books
from services.cli.moments import moment
from services.cli.reconcile_output import all_well, as_dict, in_words, print_table
from services.cli.reconcile_reading import read
from services.insights.reconciliation import reconcile
from services.shared.clock import Instant, WallClock
from services.shared.source_hours import HOUR, SourceHour

FOUND = 1


def command(
    since: Annotated[
        Instant | None,
        typer.Option(parser=moment, metavar="TIME", help="Only hours that end after it."),
    ] = None,
    source: Annotated[str, typer.Option(help="Only this source, for example sales.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
) -> None:
    """Compare what was written, what Kafka holds, and what the tracker made of it.

    For each source and hour (UTC, by the events' own times) four counts have
    to agree: events that its outbox took, different events in Kafka, and of
    these what the tracker applied together with what it gave to the dead
    letters. Not compared is what is on its way: rows that wait in an outbox,
    records that the tracker has not read yet, and hours of which Kafka has
    deleted a part. A source without an outbox of ours shows - as written.

    Every topic is read from its start, which takes minutes for a million
    records; services may go on meanwhile. Ends with 1 where something differs,
    or where numbers are missing among those that a source gives its events.
    """
    settings = surroundings.settings()
    found = read(read_books(settings), settings, WallClock().now())
    lines = reconcile(found.accounts, lambda of: _wanted(of, since or 0, source))
    gaps = [gap for gap in found.gaps if source in {"", gap.source}]
    says = in_words(lines, gaps)
    if as_json:
        print(json.dumps(as_dict(lines, gaps, found.heartbeats), indent=2))
    else:
        print_table(lines)
        print("\n".join(says) or all_well(lines, found.heartbeats))
    if says:
        raise typer.Exit(FOUND)


def _wanted(of: SourceHour, since: Instant, source: str) -> bool:
    return of.hour + HOUR > since and source in {"", of.source}
