"""`handoff tracker rebuild`: what the tracker has stored, made again."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import grpc
import typer
from grpc_health.v1 import health_pb2, health_pb2_grpc
from pymongo.errors import PyMongoError

from services.cli import surroundings
from services.cli.errors import CommandFailed
from services.cli.tracker_archive import Client, stored_sets
from services.local.interrupts import interruptible
from services.shared import mongo
from services.shared.bus import SubscribeError
from services.shared.bus_kafka import KafkaSubscriber
from services.shared.outbox import Outbox
from services.shared.rpc import sync_channel
from services.shared.settings import Settings
from services.shared.subjects import topic_of
from services.tracker.api import SERVICE
from services.tracker.archive.files import documents
from services.tracker.errors import ArchiveDamaged, Fenced
from services.tracker.rebuild.making import Remaking
from services.tracker.rebuild.rebuilding import Rebuilt
from services.tracker.rebuild.rebuilding import rebuild as make_again
from services.tracker.store import Store

ANSWER_S = 2.0

Archive = Annotated[
    Path,
    typer.Option(
        metavar="DIR", exists=True, file_okay=False, help="What `handoff tracker archive` filled."
    ),
]
Yes = Annotated[
    bool, typer.Option("--yes", help="Do it though a tracker answers: it can store nothing more.")
]


def rebuild(archive: Archive, yes: Yes = False) -> None:
    """Make again what the tracker has in Mongo, from the archive and the topics.

    For subjects or lists that were lost or damaged. Stop the trackers first.
    What is there stays; archived subjects come back, events that are not
    there are read from the topics, and what people were told before is taken
    from the record of verdicts. Nobody is told anything: trackers that are
    started afterwards go on from where they were.

    If it is stopped on the way, trackers wait until it was given again.
    """
    settings = surroundings.settings()
    try:
        with mongo.connect(settings.mongo) as client, interruptible():
            rebuilt = _rebuild(client, settings, archive, yes)
    except PyMongoError as error:
        raise CommandFailed(mongo.sentence(error)) from error
    except (ArchiveDamaged, Fenced, SubscribeError) as error:
        raise CommandFailed(f"{error} {_AGAIN}") from error
    except KeyboardInterrupt:
        raise CommandFailed(f"Stopped. {_AGAIN}") from None
    print(
        f"{rebuilt.put_back} subjects came back from {archive}, and {rebuilt.made_again} were made"
        " again from the topics and the record. Start the trackers."
    )


_AGAIN = "Give the command again: trackers wait until it has come to its end."


def _rebuild(client: Client, settings: Settings, archive: Path, yes: bool) -> Rebuilt:
    database = settings.mongo.database
    store = Store(client, database, Outbox(client, database, "tracker"))
    store.prepare()
    sets = stored_sets(client, settings)
    making = Remaking(client, database, store, sets)
    if not yes and (alive := [who for who in making.owners().items() if _answers(who[0])]):
        named = ", ".join(f"{owner} at {address}" for address, owner in alive)
        raise CommandFailed(f"A tracker is running: {named}. Stop it, or say --yes.")
    topics = [topic_of(party) for party in settings.parties]
    with closing(KafkaSubscriber(settings.kafka, None, topics)) as subscriber:
        return make_again(making, sets, settings, documents(archive), subscriber.read_to_end)


def _answers(address: str) -> bool:
    """Whether a tracker is there, ready or not."""
    with sync_channel(address) as channel:
        try:
            asked = health_pb2.HealthCheckRequest(service=SERVICE)
            health_pb2_grpc.HealthStub(channel).Check(asked, timeout=ANSWER_S)
        except grpc.RpcError as error:
            return error.code() not in {
                grpc.StatusCode.UNAVAILABLE,
                grpc.StatusCode.DEADLINE_EXCEEDED,
                grpc.StatusCode.NOT_FOUND,
            }
    return True
