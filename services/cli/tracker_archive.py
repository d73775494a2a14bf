"""`handoff tracker archive`: what is settled and was long left alone goes into files."""

import re
import sys
from pathlib import Path
from typing import Annotated

import typer
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from services.cli import surroundings
from services.cli.errors import CommandFailed
from services.local.interrupts import interruptible
from services.shared import mongo
from services.shared.clock import Instant, WallClock
from services.shared.outbox import Outbox
from services.shared.settings import Settings
from services.tracker.archive.age import LEAST_DAYS, archived_before
from services.tracker.archive.moving import Archiver, Moved
from services.tracker.core.sets import AgreementSets
from services.tracker.errors import ArchiveDamaged
from services.tracker.store import Store

Client = MongoClient[mongo.Row]


To = Annotated[
    Path, typer.Option("--to", metavar="DIR", help="The archive: a folder a day is made in it.")
]
OlderThan = Annotated[
    str, typer.Option(metavar="DAYS", help="Only what was left alone for so long, as 90d.")
]


def archive(to: To, older_than: OlderThan = f"{LEAST_DAYS}d") -> None:
    """Move what is settled and was long left alone from Mongo into Parquet files.

    A subject goes when all its promises are settled, nothing that people were
    told of it still stands, and nothing was heard of it for 37 days. Its file
    is written, synced and read back before it is deleted from Mongo.

    Trackers may run meanwhile, and Ctrl-C does no harm: give the command
    again to go on. DIR holds day=2026-11-28/part-....parquet, a row a subject
    with its promises, by the day of its last change.

    What is heard of an archived subject later begins it anew. What was told of
    it before and comes again opens nothing, for it is too old.
    """
    days = days_of(older_than)
    settings = surroundings.settings()
    to.mkdir(parents=True, exist_ok=True)
    try:
        with mongo.connect(settings.mongo) as client, interruptible():
            sets = stored_sets(client, settings)
            before = archived_before(_now(client, settings), days)
            moved = Archiver(client, settings.mongo.database, sets, to).move(before, _progress)
    except PyMongoError as error:
        raise CommandFailed(mongo.sentence(error)) from error
    except ArchiveDamaged as error:
        raise CommandFailed(str(error)) from error
    except KeyboardInterrupt:
        raise CommandFailed("Stopped. Nothing is lost: give the command again to go on.") from None
    _report(moved, to)


def days_of(text: str) -> int:
    """Raises BadParameter for what is none, or too few."""
    match = re.fullmatch(r"(\d{1,5})d", text)
    if not match:
        raise typer.BadParameter(f"{text!r} is no number of days; give one like 90d.")
    if (days := int(match[1])) < LEAST_DAYS:
        raise typer.BadParameter(
            f"{text} is too soon: topics keep events for 30 days, and one that comes again opens"
            f" nothing only when it is over {LEAST_DAYS} days old. Give {LEAST_DAYS}d or more."
        )
    return days


def stored_sets(client: Client, settings: Settings) -> AgreementSets:
    """Raises CommandFailed where no tracker has ever stored one."""
    database = settings.mongo.database
    store = Store(client, database, Outbox(client, database, "tracker"))
    try:
        return store.sets(settings.own_types)
    except ValueError as error:
        raise CommandFailed(
            f"No tracker has worked in the database {database} yet: there is nothing in it."
        ) from error


def _now(client: Client, settings: Settings) -> Instant:
    """In a simulation the time of the tracker that is farthest behind."""
    if settings.clock == "wall":
        return WallClock().now()
    partitions = client[settings.mongo.database]["tracker.partitions"].find()
    return min((row.get("caught_up_at", 0) for row in partitions), default=0)


def _progress(so_far: Moved) -> None:
    print(f"{so_far.written} written, {so_far.deleted} gone from Mongo", file=sys.stderr)


def _report(moved: Moved, to: Path) -> None:
    print(f"{moved.deleted} subjects were moved to {to}.")
    if kept := moved.written - moved.deleted:
        print(f"{kept} more were written and changed meanwhile, so they stay in Mongo as well.")
