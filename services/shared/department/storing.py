"""A department's state, answers and outbox in Mongo, all in one transaction."""

import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.errors import AutoReconnect, CollectionInvalid, DuplicateKeyError

from services.shared.clock import to_instant
from services.shared.department.commands import About, CommandContext
from services.shared.department.documents import PartDocument, from_document, to_document
from services.shared.department.handling import Answer, Answered, Loaded, Parts, Unit
from services.shared.mongo import TRANSACTION_LIMIT_S, Row, in_transaction, use_documents
from services.shared.outbox import Outbox, OutboxRow, seal
from services.shared.subjects import EVENT_TYPES, TYPE_OF, Kind, subject

ATTEMPTS = 5
"""How often a transaction starts again because another one was first with the same subject."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shape:
    """How a department keeps what it knows of one kind of subject."""

    part: type[Hashable]
    document: type[PartDocument]


@dataclass(frozen=True, slots=True)
class Voice:
    """In whose name a department's events are told."""

    party: str
    source: str

    def seal(self, event: Hashable, about: About, context: CommandContext) -> OutboxRow:
        """The event as the relay will find it. Raises InvalidEvent where it is too big."""
        kind = EVENT_TYPES[TYPE_OF[type(event)]].kind
        assert kind, "a department's own events are about a fixed kind of subject"
        return seal(
            event,
            party=self.party,
            source=self.source,
            subject=subject(kind, about.id_of(kind)),
            occurred_at=to_instant(context.now),
            order=about.order,
            customer=about.customer,
            case=about.case,
            channel=context.channel,
            actor=context.actor,
            cause=context.cause,
        )


class Stale(Exception):
    """Another transaction changed what this one had loaded."""


class MongoStore:
    """Satisfies `handling.Store`; `prepare` comes first, once Mongo is there."""

    def __init__(
        self, client: "MongoClient[Row]", database: str, voice: Voice, shapes: Mapping[Kind, Shape]
    ) -> None:
        self.outbox = Outbox(client, database, voice.source)
        self._client = client
        self._database = client[database]
        self._answers = self._database[f"{voice.party}.answers"]
        self._voice = voice
        self._shapes = shapes
        self._ready = False

    def prepare(self) -> None:
        """Makes collections and indexes: that cannot be done inside a transaction."""
        documents = [shape.document for shape in self._shapes.values()]
        use_documents(self._client, self._database.name, *documents, alias=self._voice.party)
        for collection in (*(each._get_collection() for each in documents), self._answers):
            with suppress(CollectionInvalid):
                self._database.create_collection(collection.name)
        self._answers.create_index("forget_at", expireAfterSeconds=0)
        self.outbox.prepare()
        self._ready = True

    def transaction(self, work: Callable[[Unit], T]) -> T:
        """Raises PyMongoError where Mongo did not do it in time, and what `work` raises."""
        if not self._ready:
            raise AutoReconnect("Mongo was not reached yet.")

        def attempt(session: ClientSession) -> T:
            unit = MongoUnit(session, self._answers, self.outbox, self._voice, self._shapes)
            return work(unit)

        deadline = time.monotonic() + TRANSACTION_LIMIT_S
        try:
            for _ in range(ATTEMPTS - 1):
                with suppress(Stale):
                    return in_transaction(self._client, attempt, deadline - time.monotonic())
            return in_transaction(self._client, attempt, deadline - time.monotonic())
        finally:
            self.outbox.news.set()

    def answer_to(self, key: str) -> Answer | None:
        row = self._answers.find_one({"_id": key})
        if row is None:
            return None
        return Answer(row["content"], tuple(row["event_ids"]), row["version"])


class MongoUnit:
    """One transaction of a MongoStore; satisfies `handling.Unit`."""

    def __init__(
        self,
        session: ClientSession,
        answers: "Collection[Row]",
        outbox: Outbox,
        voice: Voice,
        shapes: Mapping[Kind, Shape],
    ) -> None:
        self._session = session
        self._answers = answers
        self._outbox = outbox
        self._voice = voice
        self._shapes = shapes

    def load(self, about: About) -> Loaded:
        parts: dict[Kind, Hashable] = {}
        versions: dict[Kind, int] = {}
        for kind, shape in self._shapes.items():
            id, collection = about.id_of(kind), shape.document._get_collection()
            if id and (row := collection.find_one({"_id": id}, session=self._session)):
                document = shape.document._from_son(row)
                parts[kind] = from_document(shape.part, document)
                versions[kind] = document.revision
        return Loaded(parts, versions)

    def save(self, loaded: Loaded, parts: Parts) -> Mapping[Kind, int]:
        versions = dict(loaded.versions)
        for kind, part in parts.items():
            known = loaded.versions.get(kind, 0)
            self._keep(to_document(self._shapes[kind].document, part, known + 1), known)
            versions[kind] = known + 1
        return versions

    def _keep(self, document: PartDocument, known: int) -> None:
        document.validate()
        collection, row = document._get_collection(), document.to_mongo()
        if known:
            found = {"_id": document.pk, "revision": known}
            if not collection.replace_one(found, row, session=self._session).matched_count:
                raise Stale
            return
        try:
            collection.insert_one(row, session=self._session)
        except DuplicateKeyError as error:
            raise Stale from error

    def tell(
        self, events: Sequence[Hashable], about: About, context: CommandContext
    ) -> tuple[bytes, ...]:
        rows = [self._voice.seal(event, about, context) for event in events]
        self._outbox.add(rows, self._session)
        return tuple(row.id for row in rows)

    def remember(self, key: str, answer: Answer, kept_for: timedelta) -> None:
        row = {
            "_id": key,
            "content": answer.content,
            "event_ids": list(answer.event_ids),
            "version": answer.version,
            "forget_at": datetime.now(UTC) + kept_for,
        }
        try:
            self._answers.insert_one(row, session=self._session)
        except DuplicateKeyError as error:
            raise Answered from error
