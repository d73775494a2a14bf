"""`handoff audit`: who did what to alerts, and whether the record of it is as it was written."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from pymongo.errors import PyMongoError

from services.alerts.anchoring import anchors_in
from services.alerts.audit_store import MongoAudit
from services.alerts.domain.audit.chain import Entry, Facts, Head
from services.alerts.domain.audit.verifying import verify
from services.alerts.domain.audit.wanted import LISTED_LIMIT, Wanted
from services.alerts.settings import AlertsSettings
from services.cli import surroundings
from services.cli.errors import CommandFailed
from services.cli.moments import moment
from services.cli.printing import AsJson, print_json
from services.shared.clock import Instant, iso
from services.shared.mongo import connect, sentence
from services.shared.settings import load

WRONG = 1
"""The exit code where an entry is not as it was written."""

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_entries(
    actor: Annotated[str, typer.Option(help="Only what this person did.")] = "",
    key: Annotated[
        str, typer.Option(help="Only of this alert, promise, silence, or subject: order/4711.")
    ] = "",
    since: Annotated[
        Instant | None,
        typer.Option(parser=moment, metavar="TIME", help="Only what was done from then on."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List what people did, the newest last; at most the newest 1,000 that are asked for."""
    with _audit() as audit:
        found = audit.find(Wanted(actor, key, since or 0))
    if as_json:
        print_json([asdict(entry) for entry in found])
        return
    for entry in found:
        print(_line(entry))
    if len(found) == LISTED_LIMIT:
        print(f"These are the newest {LISTED_LIMIT:,}; narrow it with --actor, --key or --since.")
    elif not found:
        print("Nobody did anything.")


@app.command("verify")
def verify_chain(
    anchor: Annotated[
        Path | None,
        typer.Option(
            help="Instead of HANDOFF_ALERTS__AUDIT_ANCHOR; the service's log will do.",
            dir_okay=False,
            exists=True,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compute the whole chain again, and hold it against the anchors that were written down.

    Ends with 1 where an entry was edited, deleted, swapped, rewritten or cut off the end, and names
    the first. What was done after the last anchor could be cut off without a trace.
    """
    anchors = _anchors(anchor or _settings().alerts.audit_anchor)
    with _audit() as audit:
        head = audit.head()
        wrong = verify(audit.entries(), [*anchors, head])
    told = {
        "entries": head.number,
        "anchors": len(anchors),
        "wrong": asdict(wrong) if wrong else None,
    }
    if as_json:
        print_json(told)
    elif wrong:
        print(f"Entry {wrong.number} is not as it was written: {wrong.how}.")
    else:
        print(f"The audit is whole: {head.number} entries, {_held_against(anchors)}.")
    if wrong:
        raise typer.Exit(WRONG)


def _settings() -> AlertsSettings:
    surroundings.settings()
    return load(AlertsSettings)


def _held_against(anchors: list[Head]) -> str:
    if not anchors:
        return "held against no anchor, so that nobody knows whether more were cut off"
    return f"of which {max(each.number for each in anchors)} are anchored"


@contextmanager
def _audit() -> Iterator[MongoAudit]:
    settings = _settings()
    try:
        with connect(settings.mongo) as client:
            yield MongoAudit(client, settings.mongo.database)
    except PyMongoError as error:
        raise CommandFailed(sentence(error)) from error


def _anchors(file: Path | None) -> list[Head]:
    if file is None:
        return []
    try:
        found = list(anchors_in(file))
    except OSError as error:
        raise CommandFailed(f"{file} cannot be read: {error}.") from error
    if not found:
        raise CommandFailed(f"{file} has no anchor; give the alerts service's anchor file or log.")
    return found


def _line(entry: Entry) -> str:
    act = entry.act
    about = f"{act.about} ({act.subject})" if act.subject else act.about
    words = f": {act.reason}" if act.reason else ""
    changed = _changed(act.before, act.after)
    return f"{entry.number}  {iso(act.at)}  {act.actor}  {act.action}  {about}{words}{changed}"


def _changed(before: Facts, after: Facts) -> str:
    names = [*after, *(name for name in before if name not in after)]
    told = (f"{name}: {before.get(name, '-')} → {after.get(name, '-')}" for name in names)
    return f"  [{'; '.join(told)}]" if names else ""
