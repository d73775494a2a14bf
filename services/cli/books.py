"""What Mongo says of all events at one moment, for `handoff reconcile`."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import PyMongoError

from services.cli.errors import CommandFailed
from services.insights.numbering import Given, Source
from services.shared.mongo import Row, connect, sentence
from services.shared.outbox import WAITING, OutboxRow, unpack
from services.shared.settings import Settings
from services.shared.source_hours import SourceHour, Tally
from services.shared.subjects import DEAD_LETTERS_TOPIC
from services.shared.turn import given_numbers
from services.shared.written import COUNTS, hour_of, written
from services.tracker.tally_rows import COLLECTION, tallied

OUTBOX = ".outbox"
TRACKER = "tracker"
"""As what the tracker keeps its outbox and signs its dead letters."""

Place = tuple[str, int, int]
"""A topic, a partition of it and an offset."""


@dataclass(frozen=True, slots=True)
class Books:
    """`waiting` are the rows that no relay has published for certain, by the id and key of each.

    `given` says of each source with an outbox how far it has numbered; `positions` are the offsets
    that the tracker reads next, by topic and partition; `letters` are where the records lie whose
    dead letters the tracker has not published yet.
    """

    tallied: Mapping[SourceHour, Tally]
    positions: Mapping[tuple[str, int], int]
    letters: frozenset[Place]
    written: Counter[SourceHour] = field(default_factory=Counter)
    waiting: dict[bytes, SourceHour] = field(default_factory=dict)
    given: dict[Source, Given] = field(default_factory=dict)


def read_books(settings: Settings) -> Books:
    """All of it as of one moment. Raises CommandFailed where Mongo does not answer."""
    try:
        with (
            connect(settings.mongo) as client,
            client.start_session(snapshot=True) as session,
        ):
            return _read(client, settings.mongo.database, session)
    except PyMongoError as error:
        raise CommandFailed(sentence(error)) from error


def _read(client: "MongoClient[Row]", name: str, session: ClientSession) -> Books:
    database = client[name]
    outboxes = [
        each.removesuffix(OUTBOX)
        for each in database.list_collection_names()
        if each.endswith(OUTBOX)
    ]
    partitions = database["tracker.partitions"].find(session=session)
    books = Books(
        tallied(database[COLLECTION].find(session=session)),
        {(topic, row["_id"]): at for row in partitions for topic, at in row["positions"].items()},
        frozenset(_letters(database, session)),
    )
    for outbox in outboxes:
        _read_outbox(books, database, outbox, session)
    return books


def _read_outbox(
    books: Books, database: "Database[Row]", outbox: str, session: ClientSession
) -> None:
    counts, sources = database[f"{outbox}{OUTBOX}"].find(COUNTS, session=session), set()
    for hour, count in map(written, counts):
        books.written[hour] += count
        sources.add((hour.party, hour.source))
    for row in _waiting(database, outbox, session):
        if row.sequenced:
            books.waiting[row.key] = hour_of(row.record.value)
    turn = database[f"{outbox}.relay"].find_one({"_id": outbox}, session=session) or {}
    numbers = [number for given in given_numbers(turn).values() for number in given]
    given = Given(turn.get("next", 1), numbers)
    books.given.update(dict.fromkeys(sources, given))


def _letters(database: "Database[Row]", session: ClientSession) -> Iterator[Place]:
    for row in _waiting(database, TRACKER, session):
        letter = row.record.topic == DEAD_LETTERS_TOPIC
        if letter and (place := refused_by_tracker(dict(row.record.headers))):
            yield place


def _waiting(database: "Database[Row]", outbox: str, session: ClientSession) -> Iterator[OutboxRow]:
    for document in database[f"{outbox}{OUTBOX}"].find(WAITING, session=session):
        yield from unpack(document).rows


def refused_by_tracker(headers: Mapping[str, bytes]) -> Place | None:
    """Where the record lies that a dead letter is of; None where another service refused it."""
    if headers.get("handler") != TRACKER.encode():
        return None
    return headers["topic"].decode(), int(headers["partition"]), int(headers["offset"])
