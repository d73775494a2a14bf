"""What the tracker keeps beside packed subjects, as rows of Mongo: what people list, and verdicts.

A row says only what lists are filtered and sorted by; the rest is read from the subject.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from services.shared.clock import Instant
from services.tracker.core.agenda import next_look_at
from services.tracker.core.findings import FindingKind, Found
from services.tracker.core.parking import DAY, Parked, ParkedType
from services.tracker.core.promises import Promise, settled_state
from services.tracker.core.subject import Subject
from services.tracker.core.verdicts import Kind, Reason, Verdict
from services.tracker.packing import pack

Row = dict[str, Any]

Day = int
"""Days since 1970-01-01 UTC. A day is all that is asked of a change, and costs its index little."""

ANNOUNCED = {"announced": {"$gt": ""}}
"""Rows of what people were told of: few of all, which is why its index has no others."""

_TOLD_BY_THE_PROMISE = frozenset({Kind.OPENED, Kind.ACKNOWLEDGED, Kind.KEPT})
"""A promise says so itself, with the moment: unless people are told, it needs no record."""


def day_of(moment: Instant) -> Day:
    return moment // DAY


def subject_document(subject: Subject, partition: int, changed_on: Day, *, settled: bool) -> Row:
    """What is open is read by `look_at` and what is packed alone, to be taken over fast."""
    return {
        "_id": subject.id,
        "partition": partition,
        "open": not settled,
        "changed_on": changed_on,
        "parked": bool(subject.rare.parked),
        "about": _about(subject),
        "look_at": None if settled else next_look_at(subject),
        "packed": pack(subject),
    }


def about(subject: str, customer: str, order: str, case: str) -> list[str]:
    """What else it belongs to, as `<kind>/<id>`: by these it is found again."""
    found = [f"customer/{customer}"] if customer else []
    if order and (itself := f"order/{order}") != subject:
        found.append(itself)
    if case and (itself := f"case/{case}") != subject:
        found.append(itself)
    return found


def _about(subject: Subject) -> list[str]:
    """As `about`, in one walk: each document that is written asks for it."""
    customer = order = case = ""
    for event in subject.told:
        customer, order = customer or event.customer, order or event.order
        case = case or event.case
    return about(subject.id, customer, order, case)


class Listed(NamedTuple):
    """A promise or finding as lists have it: what they are filtered and sorted by."""

    id: str
    owed_by: str
    owed_to: str
    settled: bool
    due_by: Instant
    announced: str | None


def listed(subject: Subject) -> Iterator[Listed]:
    """Each promise and finding that is open, or that people were told of."""
    for promise in subject.promises.values():
        if is_listed(promise):
            agreement, settled = promise.agreement, settled_state(promise) is not None
            yield Listed(
                promise.id,
                agreement.owed_by,
                agreement.owed_to,
                settled,
                promise.due_by,
                promise.announced,
            )
    for id, known in subject.found.items():
        if known.cleared_at is None:
            found = known.finding
            yield Listed(
                id, found.owed_by, found.owed_to, False, found.true_from, announced_of(known)
            )


def list_row(each: Listed, subject: str, partition: int) -> Row:
    """It in Mongo."""
    row = {"_id": each.id, "partition": partition, "subject": subject}
    return row | dict(zip(Listed._fields[1:], each[1:], strict=True))


def unlisted(subject: Subject) -> Iterator[str]:
    """The ids of what had a row, perhaps, and has none any more."""
    for promise in subject.promises.values():
        if not is_listed(promise):
            yield promise.id
    for id, known in subject.found.items():
        if known.cleared_at is not None:
            yield id


def is_listed(promise: Promise) -> bool:
    return promise.announced is not None or settled_state(promise) is None


def announced_of(known: Found) -> str | None:
    """The kind of verdict that told people of a finding which is still so."""
    if not known.finding.actionable or known.cleared_at is not None:
        return None
    return Kind.BOUNCED if known.finding.kind is FindingKind.BOUNCED else Kind.FOUND


def for_the_record(verdict: Verdict) -> bool:
    """Whether it gets a row of its own, which is written once and never changed."""
    return verdict.publish or verdict.kind not in _TOLD_BY_THE_PROMISE


def verdict_record(verdict: Verdict) -> Row:
    return {
        "_id": verdict.id,
        "subject": verdict.promise_id.partition("~")[0],
        "promise_id": verdict.promise_id,
        "kind": verdict.kind,
        "reason": verdict.reason,
        "revision": verdict.revision,
        "due_by": verdict.due_by,
        "occurred_at": verdict.occurred_at,
        "decided_at": verdict.decided_at,
        "cause": verdict.cause,
        "again": verdict.again,
        "published": verdict.publish,
    }


def verdict_of(record: Row) -> Verdict:
    """The verdict that `verdict_record` was made of; its numbers are Mongo's no more."""
    return Verdict(
        Kind(record["kind"]),
        Reason(record["reason"]),
        record["promise_id"],
        int(record["revision"]),
        int(record["due_by"]),
        int(record["occurred_at"]),
        int(record["decided_at"]),
        record["cause"],
        record["published"],
        int(record["again"]),
    )


def parked_of(partition: Row) -> Parked:
    """What the partition's document says of parked events; nothing where it says nothing."""
    return tuple(ParkedType(**each) for each in partition.get("parked", ()))
