"""Events that wait in Mongo, written in the same transaction as the state they tell of.

The rows of a transaction lie packed in one document, from the commit until the broker has them.
Publishing is the relay's.
"""

import hashlib
import threading
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Required, TypedDict, Unpack

import uuid_utils
from bson import Timestamp
from msgspec import Raw, Struct, msgpack
from pymongo import ASCENDING, MongoClient, ReplaceOne
from pymongo.client_session import ClientSession
from pymongo.write_concern import WriteConcern

from services.shared.bus import Record
from services.shared.clock import Instant
from services.shared.codec import cloud_event_headers, encode_envelope, encode_event
from services.shared.errors import InvalidEvent, RefusalCode, Refused
from services.shared.events.envelope import EVENT_BYTES_LIMIT, Envelope
from services.shared.mongo import LOCAL, Row
from services.shared.source_hours import KEPT_S
from services.shared.subjects import TYPE_OF, topic_of
from services.shared.telemetry import trace_headers
from services.shared.turn import Turn
from services.shared.written import TOUCHED, Written

OUTBOX_LIMIT = 100_000
PACK_BYTES = 2**20
"""The rows of one document take no more, unless a single row does: Mongo takes 16 MiB."""
WAITING = {"written_at": {"$gt": Timestamp(0, 0)}}
"""What is a pack: beside packs the collection has the counts of `written.py`."""
WRITTEN_BY_NOW = {"$expr": {"$lte": ["$written_at", "$$CLUSTER_TIME"]}}
"""What is written while others are read is left for the next look: an older pack of its subject may
have been committed meanwhile, too, behind the place where the reading is."""
OLDEST_FIRST = [("written_at", ASCENDING), ("place", ASCENDING)]
PACKS_AT_ONCE = 100
"""So many are asked for where it is not known yet how many rows a pack has."""
KEY_BYTES = 16
SEQUENCE_BYTES = 11
"""What the relay's sequence number may add to an envelope."""


class OutboxRow(Struct, frozen=True, array_like=True, gc=False):
    """One record that waits; `id` is its event's, `sequenced` asks the relay for a number."""

    id: bytes
    record: Record
    sequenced: bool = True

    @property
    def key(self) -> bytes:
        """What tells rows apart: an event about two subjects has a row for each."""
        return self.id + self.record.key


_decoder = msgpack.Decoder(list[OutboxRow])


@dataclass(frozen=True, slots=True)
class Pack:
    """Rows of one transaction, in order, which wait and are published together."""

    key: bytes
    rows: Sequence[OutboxRow]

    @property
    def sequenced(self) -> int:
        """How many numbers the relay gives to its rows."""
        return sum(row.sequenced for row in self.rows)


class About(TypedDict, total=False):
    """What an event's envelope says beside the event; see Envelope."""

    party: Required[str]
    source: Required[str]
    subject: Required[str]
    occurred_at: Required[Instant]
    id: bytes
    type: str
    order: str
    customer: str
    case: str
    channel: str
    actor: str
    cause: bytes


def new_event_id(now: Instant) -> bytes:
    """A UUIDv7 of the moment `now`: 16 bytes that sort by it."""
    return uuid_utils.uuid7(nanoseconds=now * 1_000).bytes


def seal(event: Hashable, **about: Unpack[About]) -> OutboxRow:
    """The event in its envelope, addressed, and headed with the current trace.

    Where `about` has no id or type they are made. An event about two subjects is sealed twice with
    one `id`. Raises InvalidEvent if it is too big.
    """
    fields: dict[str, Any] = {
        "id": new_event_id(about["occurred_at"]),
        "type": TYPE_OF.get(type(event), ""),
        **about,
    }
    envelope = Envelope(**fields, body=encode_event(event))
    value = encode_envelope(envelope)
    if len(value) + SEQUENCE_BYTES > EVENT_BYTES_LIMIT:
        raise InvalidEvent(
            "too_large",
            f"This {envelope.type} has {len(value)} bytes; an event may have"
            f" {EVENT_BYTES_LIMIT - SEQUENCE_BYTES}. Send less, or refer to where the rest is.",
        )
    headers = (*cloud_event_headers(envelope), *trace_headers())
    record = Record(topic_of(envelope.party), envelope.subject.encode(), value, headers)
    return OutboxRow(envelope.id, record)


class Outbox:
    """The waiting rows of one source, packed in `<name>.outbox`."""

    def __init__(
        self, client: "MongoClient[Row]", database: str, name: str, limit: int = OUTBOX_LIMIT
    ) -> None:
        self._packs = client[database][f"{name}.outbox"].with_options(read_concern=LOCAL)
        self._limit = limit
        self._backlog: int | None = None
        self._packs_at_once = PACKS_AT_ONCE
        self._written = Written()
        self.news = threading.Event()
        """Set by whoever has committed rows, so that the relay of this process looks at once."""
        self.turn = Turn(client, database, name)

    def prepare(self) -> None:
        """Makes the indexes; before the first transaction."""
        self._packs.create_index([*OLDEST_FIRST, ("rows", ASCENDING)])
        self._packs.create_index(TOUCHED, expireAfterSeconds=KEPT_S)

    def add(self, rows: Sequence[OutboxRow], session: ClientSession) -> None:
        """In the transaction of `session`. Raises Refused where too many rows wait already."""
        if not rows:
            return
        if self._backlog is None or self._backlog + len(rows) > self._limit:
            self._backlog = self._waiting(session)
        if self._backlog + len(rows) > self._limit:
            raise Refused(
                RefusalCode.FULL,
                "",
                f"{self._backlog} events wait to be published and {self._limit} may;"
                " try again when Kafka takes them.",
                retryable=True,
            )
        documents = [_document(*pack, place) for place, pack in enumerate(_cut(rows))]
        counts = self._written.more(row.record.value for row in rows if row.sequenced)
        writes = (ReplaceOne({"_id": each["_id"]}, each, upsert=True) for each in documents)
        self._packs.bulk_write([*writes, *counts], session=session)
        self._backlog += len(rows)

    def unpublished(self, limit: int) -> list[Pack]:
        """The oldest packs, with `limit` rows in all or more; fewer only where no others wait.

        They have the order in which a subject's events were committed, and are what this Mongo has;
        before they are published a majority has to confirm them, which `turn.number` does.
        """
        packs: list[Pack] = []
        rows = 0
        waiting = self._packs.find(WAITING | WRITTEN_BY_NOW, batch_size=self._packs_at_once)
        with waiting.sort(OLDEST_FIRST):
            for pack in map(unpack, waiting):
                packs.append(pack)
                rows += len(pack.rows)
                if rows >= limit:
                    break
        if rows >= limit or len(packs) > self._packs_at_once:
            self._packs_at_once = len(packs) + 1
        return packs

    def mark_published(self, packs: Sequence[Pack]) -> None:
        """The broker has these packs; they are gone from here."""
        keys = [pack.key for pack in packs]
        # If the deletion is lost with this primary, the rows are published once more: no harm.
        self._packs.with_options(write_concern=WriteConcern(1)).delete_many({"_id": {"$in": keys}})
        self.turn.forget(keys)
        if self._backlog is not None:
            self._backlog = max(self._backlog - sum(len(pack.rows) for pack in packs), 0)

    def count(self) -> int:
        """How many rows wait."""
        self._backlog = self._waiting()
        return self._backlog

    def _waiting(self, session: ClientSession | None = None) -> int:
        total = {"$group": {"_id": None, "rows": {"$sum": "$rows"}}}
        found = self._packs.aggregate([{"$match": WAITING}, total], session=session)
        return sum(each["rows"] for each in found)


def unpack(document: Row) -> Pack:
    """A pack as it lies in Mongo."""
    return Pack(document["_id"], _decoder.decode(document["packed"]))


def _cut(rows: Iterable[OutboxRow]) -> Iterator[tuple[Pack, bytes]]:
    """The rows in order, in packs no larger than their limit, and what is stored of each."""
    pack: list[OutboxRow] = []
    encoded: list[Raw] = []
    size = 0
    for row in rows:
        one = msgpack.encode(row)
        if pack and size + len(one) > PACK_BYTES:
            yield Pack(_key(pack), pack), msgpack.encode(encoded)
            pack, encoded, size = [], [], 0
        pack.append(row)
        encoded.append(Raw(one))
        size += len(one)
    if pack:
        yield Pack(_key(pack), pack), msgpack.encode(encoded)


def _key(rows: Sequence[OutboxRow]) -> bytes:
    """The same rows again are the same pack; with another row beside them they are another."""
    return hashlib.sha256(msgpack.encode([row.key for row in rows])).digest()[:KEY_BYTES]


def _document(pack: Pack, content: bytes, place: int) -> Row:
    return {
        "_id": pack.key,
        # Mongo itself fills an empty timestamp, in the order of its log.
        "written_at": Timestamp(0, 0),
        "place": place,
        "rows": len(pack.rows),
        "packed": content,
    }
