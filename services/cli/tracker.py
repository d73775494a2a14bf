"""`handoff tracker`: what a person decides about partitions and what is stored of them."""

from typing import Annotated

import typer
from pymongo.errors import PyMongoError

from services.cli import surroundings
from services.cli.errors import CommandFailed
from services.cli.tracker_archive import archive
from services.cli.tracker_rebuild import rebuild
from services.shared import mongo
from services.shared.settings import Settings
from services.shared.subjects import topic_of
from services.tracker.decisions import Decisions
from services.tracker.errors import KafkaSilent
from services.tracker.ingest.logs import ask_logs
from services.tracker.ingest.protecting import stops, what_happened, wrong_partition_count
from services.tracker.ingest.resuming import From, Stopped, cannot, means

app = typer.Typer(no_args_is_help=True)
app.command()(archive)
app.command()(rebuild)


@app.callback()
def tracker() -> None:
    """How stopped partitions go on, and what the tracker has stored."""


@app.command()
def resume(
    start: Annotated[
        From, typer.Option("--from", help="The first offset that Kafka has, or the stored one.")
    ],
    partition: Annotated[
        int | None, typer.Option(min=0, help="Only this one; all that are stopped if not given.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
) -> None:
    """Decide from where a stopped partition reads on.

    A tracker stops a partition where going on by itself could skip events:
    Kafka no longer holds the offset that comes next, or a topic was deleted
    and made anew. Its /readyz says which partition and why. All others are
    read on, and their deadlines fire.

    --from earliest reads on with all that Kafka has. What it has no longer is
    lost, and you are told how much. No event counts twice.

    --from stored reads on from the stored offset, as if it were one of the
    topic that is there now: for a log that was brought back. It is refused
    where Kafka does not hold that offset.

    A running tracker takes the decision up within seconds. One that still
    read the partition can store nothing more of it, ends, and is started again
    by its supervisor.
    """
    settings = surroundings.settings()
    try:
        with mongo.connect(settings.mongo) as client:
            decisions = Decisions(client, settings.mongo.database)
            stopped = _stopped(settings, decisions, partition)
            if not stopped:
                _say_none(partition)
            elif _agreed(stopped, start, yes):
                _decide(decisions, stopped, start)
    except KafkaSilent as error:
        raise CommandFailed(str(error)) from error
    except PyMongoError as error:
        raise CommandFailed(mongo.sentence(error)) from error


def _stopped(settings: Settings, decisions: Decisions, partition: int | None) -> list[Stopped]:
    """What is stored is read before Kafka is asked: a position is never ahead of the log then."""
    if partition is not None and partition >= settings.partitions:
        raise typer.BadParameter(
            f"There are {settings.partitions} partitions, from 0 to {settings.partitions - 1}."
        )
    stored = [each for each in decisions.all() if partition in {None, each.number}]
    topics = [topic_of(party) for party in settings.parties]
    logs = ask_logs(settings.kafka, topics)
    if wrong := wrong_partition_count(logs, topics, settings.partitions):
        raise CommandFailed(str(wrong))
    looked_at = (Stopped(each, tuple(stops(each, logs))) for each in stored)
    return [each for each in looked_at if each.stops]


def _say_none(partition: int | None) -> None:
    which = "No partition" if partition is None else f"Partition {partition}"
    is_stopped = "is stopped" if partition is None else "is not stopped"
    print(f"{which} {is_stopped}: Kafka holds what comes next. Nothing was changed.")


def _agreed(stopped: list[Stopped], start: From, yes: bool) -> bool:
    """Say what it means; raises CommandFailed where it is not possible."""
    decided = [stop for each in stopped for stop in each.stops]
    if refused := [why for stop in decided if (why := cannot(stop, start))]:
        raise CommandFailed("\n".join(refused))
    for stop in decided:
        print(f"{what_happened(stop)}\n  {means(stop, start)}")
    return yes or typer.confirm("Go on like this?")


def _decide(decisions: Decisions, stopped: list[Stopped], start: From) -> None:
    for each in stopped:
        if not decisions.decide(each.stored, each.positions(start), each.topic_ids):
            raise CommandFailed(
                f"Partition {each.stored.number} has moved meanwhile, so it was left as it is:"
                " give the command again to see how it stands."
            )
        print(f"Partition {each.stored.number} goes on; its tracker takes it up within seconds.")
