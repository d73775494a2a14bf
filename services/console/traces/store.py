"""Spans in Mongo, which forgets them after three days."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from pymongo import ASCENDING, MongoClient, UpdateOne
from pymongo.errors import PyMongoError

from services.console.traces.span import (
    LINKING_LIMIT,
    SPANS_OF_TRACE_LIMIT,
    Span,
    SpanLink,
    SpansUnreadable,
)
from services.shared.mongo import Row

KEPT_S = 3 * 86_400
SPANS_LIMIT = 1_000_000
"""Of all traces; while there are so many, nothing new is kept. About half a gigabyte."""


class MongoSpans:
    """The spans of one database; `limit` is how many there may be."""

    def __init__(self, client: "MongoClient[Row]", database: str, limit: int = SPANS_LIMIT) -> None:
        self._spans = client[database]["console.spans"]
        self._limit = limit
        self._prepared = False

    def add(self, spans: Sequence[Span]) -> int:
        if not spans:
            return 0
        with _answering():
            self._prepare()
            wanted = [] if self._spans.estimated_document_count() >= self._limit else spans
            kept = [*self._with_room(wanted)]
            if kept:
                now = datetime.now(UTC)
                self._spans.bulk_write(
                    [
                        UpdateOne(
                            {"_id": _id(each)}, {"$setOnInsert": _row(each, now)}, upsert=True
                        )
                        for each in kept
                    ],
                    ordered=False,
                )
        return len(spans) - len(kept)

    def trace(self, trace_id: str) -> tuple[Span, ...]:
        with _answering():
            found = self._spans.find({"trace_id": {"$eq": trace_id}}).limit(SPANS_OF_TRACE_LIMIT)
            spans = [_span(row) for row in found]
        return tuple(sorted(spans, key=lambda each: (each.started_at, each.span_id)))

    def linking_to(self, trace_id: str) -> tuple[Span, ...]:
        with _answering():
            found = self._spans.find({"links.trace_id": {"$eq": trace_id}})
            rows = found.sort("started_at", ASCENDING).limit(LINKING_LIMIT)
            return tuple(_span(row) for row in rows if row["trace_id"] != trace_id)

    def _prepare(self) -> None:
        """Indexes, before the first span."""
        if not self._prepared:
            self._spans.create_index("received_at", expireAfterSeconds=KEPT_S)
            self._spans.create_index("trace_id")
            self._spans.create_index("links.trace_id", sparse=True)
            self._prepared = True

    def _with_room(self, spans: Sequence[Span]) -> Iterator[Span]:
        """A trace that is full takes no more; posts at the same moment may each fill it."""
        ids = list({each.trace_id for each in spans})
        rows = self._spans.aggregate(
            [
                {"$match": {"trace_id": {"$in": ids}}},
                {"$group": {"_id": "$trace_id", "n": {"$sum": 1}}},
            ]
        )
        counts = Counter({row["_id"]: row["n"] for row in rows})
        for span in spans:
            if counts[span.trace_id] < SPANS_OF_TRACE_LIMIT:
                counts[span.trace_id] += 1
                yield span


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except PyMongoError as error:
        raise SpansUnreadable("Mongo, which keeps the traces, does not answer.") from error


def _id(span: Span) -> str:
    return f"{span.trace_id}/{span.span_id}"


def _row(span: Span, received_at: datetime) -> Row:
    row: Row = {
        "trace_id": span.trace_id,
        "span_id": span.span_id,
        "parent_id": span.parent_id,
        "service": span.service,
        "name": span.name,
        "kind": span.kind,
        "started_at": span.started_at,
        "ended_at": span.ended_at,
        "failed": span.failed,
        "attributes": [[name, text] for name, text in span.attributes.items()],
        "received_at": received_at,
    }
    if span.links:
        row["links"] = [each._asdict() for each in span.links]
    return row


def _span(row: Row) -> Span:
    return Span(
        trace_id=row["trace_id"],
        span_id=row["span_id"],
        parent_id=row["parent_id"],
        service=row["service"],
        name=row["name"],
        kind=row["kind"],
        started_at=int(row["started_at"]),
        ended_at=int(row["ended_at"]),
        failed=row["failed"],
        attributes={name: text for name, text in row["attributes"]},
        links=tuple(SpanLink(each["trace_id"], each["span_id"]) for each in row.get("links", ())),
    )
