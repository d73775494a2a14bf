"""Events that wait in Mongo, written in the same transaction as the state they tell of.

A row lives from the commit until the broker has it. Publishing is the relay's.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Required, TypedDict, Unpack

import uuid_utils
from bson import Timestamp
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
WAITING = {"written_at": {"$gt": Timestamp(0, 0)}}
"""What is a row: beside rows the collection has the counts of `written.py`."""
SEQUENCE_BYTES = 11
"""What the relay's sequence number may add to an envelope."""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One record that waits; `id` is its event's, `sequenced` asks the relay for a number."""

    id: bytes
    record: Record
    sequenced: bool = True

    @property
    def key(self) -> bytes:
        """What tells rows apart: an event about two subjects has a row for each."""
        return self.id + self.record.key


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
    """The waiting rows of one source, in `<name>.outbox`."""

    def __init__(
        self, client: "MongoClient[Row]", database: str, name: str, limit: int = OUTBOX_LIMIT
    ) -> None:
        self._rows = client[database][f"{name}.outbox"].with_options(read_concern=LOCAL)
        self._limit = limit
        self._backlog: int | None = None
        self._written = Written()
        self.turn = Turn(client, database, name)

    def prepare(self) -> None:
        """Makes the indexes; before the first transaction."""
        self._rows.create_index([("written_at", ASCENDING), ("place", ASCENDING)])
        self._rows.create_index(TOUCHED, expireAfterSeconds=KEPT_S)

    def add(self, rows: Sequence[OutboxRow], session: ClientSession) -> None:
        """In the transaction of `session`. Raises Refused where too many rows wait already."""
        if not rows:
            return
        if self._backlog is None or self._backlog + len(rows) > self._limit:
            self._backlog = self._rows.count_documents(WAITING, session=session)
        if self._backlog + len(rows) > self._limit:
            raise Refused(
                RefusalCode.FULL,
                "",
                f"{self._backlog} events wait to be published and {self._limit} may;"
                " try again when Kafka takes them.",
                retryable=True,
            )
        documents = [_to_document(row, place) for place, row in enumerate(rows)]
        counts = self._written.more(row.record.value for row in rows if row.sequenced)
        writes = (ReplaceOne({"_id": each["_id"]}, each, upsert=True) for each in documents)
        self._rows.bulk_write([*writes, *counts], session=session)
        self._backlog += len(rows)

    def unpublished(self, limit: int) -> list[OutboxRow]:
        """The oldest rows, in the order in which a subject's events were committed.

        They are what this Mongo has; before they are published a majority has to confirm them,
        which `turn.number` does.
        """
        oldest_first = [("written_at", ASCENDING), ("place", ASCENDING)]
        return [
            _from_document(row) for row in self._rows.find(WAITING).sort(oldest_first).limit(limit)
        ]

    def mark_published(self, rows: Sequence[OutboxRow]) -> None:
        """The broker has these rows; they are gone from here."""
        keys = [row.key for row in rows]
        # If the deletion is lost with this primary, the rows are published once more: no harm.
        self._rows.with_options(write_concern=WriteConcern(1)).delete_many({"_id": {"$in": keys}})
        self.turn.forget(keys)
        if self._backlog is not None:
            self._backlog = max(self._backlog - len(rows), 0)

    def count(self) -> int:
        """How many rows wait."""
        self._backlog = self._rows.count_documents(WAITING)
        return self._backlog


def _to_document(row: OutboxRow, place: int) -> Row:
    record = row.record
    return {
        "_id": row.key,
        # Mongo itself fills an empty timestamp, in the order of its log.
        "written_at": Timestamp(0, 0),
        "place": place,
        "event_id": row.id,
        "topic": record.topic,
        "key": record.key,
        "value": record.value,
        "headers": [[name, value] for name, value in record.headers],
        "partition": record.partition,
        "sequenced": row.sequenced,
    }


def _from_document(document: Row) -> OutboxRow:
    record = Record(
        topic=document["topic"],
        key=document["key"],
        value=document["value"],
        headers=tuple((name, value) for name, value in document["headers"]),
        partition=document["partition"],
    )
    return OutboxRow(document["event_id"], record, document["sequenced"])
