"""A settled subject as a row of the archive: what is worth a query, and all of it, packed.

Subjects that have something announced stay in Mongo: a person may still have to act on it.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa

from services.shared.clock import Instant, to_datetime
from services.tracker.core.promises import Promise, settled_state
from services.tracker.core.subject import Subject
from services.tracker.rows import Day, Row, about, announced_of

_MOMENT = pa.timestamp("us", tz="UTC")
_PROMISE = pa.struct(
    [
        ("promise_id", pa.string()),
        ("agreement", pa.string()),
        ("version", pa.int32()),
        ("owed_by", pa.string()),
        ("owed_to", pa.string()),
        ("opened_at", _MOMENT),
        ("due_by", _MOMENT),
        ("settled_at", _MOMENT),
        ("outcome", pa.string()),
    ]
)
SCHEMA = pa.schema(
    [
        ("subject", pa.string()),
        ("kind", pa.string()),
        ("id", pa.string()),
        ("order", pa.string()),
        ("customer", pa.string()),
        ("case", pa.string()),
        ("settled_at", _MOMENT),
        ("changed_on", pa.date32()),
        ("events", pa.int32()),
        ("promises", pa.list_(_PROMISE)),
        ("partition", pa.int32()),
        ("parked", pa.bool_()),
        ("packed", pa.binary()),
    ]
)
RESTORED = [
    *("subject", "order", "customer", "case"),
    *("changed_on", "partition", "parked", "packed"),
]
"""The columns that `document_of` reads."""


def may_leave(subject: Subject) -> bool:
    """Nothing of it can change by time alone, and nobody was told of anything that still stands."""
    told = (each.announced for each in subject.promises.values())
    found = (announced_of(each) for each in subject.found.values())
    return subject.settled and not any(told) and not any(found)


def archive_row(subject: Subject, document: Row) -> Row:
    """`document` is the subject's own, as it lies in Mongo."""
    kind, _, id = subject.id.partition("/")
    promises = subject.promises.values()
    settled_at = max((moment for each in promises if (moment := _settled_at(each))), default=None)
    return {
        "subject": subject.id,
        "kind": kind,
        "id": id,
        "order": subject.order,
        "customer": subject.customer,
        "case": subject.case,
        "settled_at": None if settled_at is None else to_datetime(settled_at),
        "changed_on": date_of(document["changed_on"]),
        "events": len(subject.events),
        "promises": list(_promise_rows(subject)),
        "partition": document["partition"],
        "parked": document["parked"],
        "packed": bytes(document["packed"]),
    }


def document_of(row: Row) -> Row:
    """The document that the subject had in Mongo."""
    return {
        "_id": row["subject"],
        "partition": row["partition"],
        "open": False,
        "changed_on": (row["changed_on"] - _FIRST).days,
        "parked": row["parked"],
        "about": about(row["subject"], row["customer"], row["order"], row["case"]),
        "look_at": None,
        "packed": row["packed"],
    }


_FIRST = datetime(1970, 1, 1, tzinfo=UTC).date()


def date_of(day: Day) -> date:
    return _FIRST + timedelta(days=day)


def _promise_rows(subject: Subject) -> Iterator[Row]:
    for promise in subject.promises.values():
        settled_at = _settled_at(promise)
        yield {
            "promise_id": promise.id,
            "agreement": promise.agreement.name,
            "version": promise.agreement.version,
            "owed_by": promise.agreement.owed_by,
            "owed_to": promise.agreement.owed_to,
            "opened_at": to_datetime(promise.opened_at),
            "due_by": to_datetime(promise.due_by),
            "settled_at": None if settled_at is None else to_datetime(settled_at),
            "outcome": settled_state(promise),
        }


def _settled_at(promise: Promise) -> Instant | None:
    return promise.settled_at or promise.ended_at
