"""The tracker's state as Mongo documents, both ways; which collection holds them is the store's."""

from dataclasses import asdict
from typing import Any

from services.tracker.core.folding import refold
from services.tracker.core.parking import Parked, ParkedType
from services.tracker.core.promises import Announced, Promise, State, settled_state
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Event, Subject
from services.tracker.core.verdicts import Verdict
from services.tracker.course_documents import (
    accepted_course,
    course_document,
    course_of,
    mentioned_of,
)
from services.tracker.finding_documents import found_document, found_of

Document = dict[str, Any]


def subject_document(subject: Subject, partition: int) -> Document:
    """Events whole, promises as their history: what else they are is folded from the events."""
    return {
        "_id": subject.id,
        "partition": partition,
        "open": not subject.settled,
        "parked": bool(subject.parked),
        "events": [_event_document(event) for event in subject.events],
        "history": [_history_document(promise) for promise in subject.promises.values()],
        "found": [found_document(id, known) for id, known in subject.found.items()],
    }


def subject_of(document: Document, sets: AgreementSets) -> Subject:
    """Raises KeyError for an agreement version that no stored set holds."""
    subject = Subject(document["_id"])
    for event in document["events"]:
        subject.remember(_event(event))
    for history in document["history"]:
        promise = _promise(history, sets)
        subject.add(promise)
    subject.found = {row["id"]: found_of(row) for row in document["found"]}
    refold(subject, sets)
    return subject


def promise_document(subject: Subject, promise: Promise, partition: int) -> Document:
    """One promise for people who ask: every field that a query filters or sorts by."""
    agreement = promise.agreement
    settled = settled_state(promise)
    return {
        "_id": promise.id,
        "partition": partition,
        "subject": subject.id,
        "order": subject.order,
        "customer": subject.customer,
        "case": subject.case,
        "agreement": agreement.name,
        "agreement_version": agreement.version,
        "owed_by": agreement.owed_by,
        "owed_to": agreement.owed_to,
        "settled": settled is not None,
        "opened_at": promise.opened_at,
        "due_by": promise.due_by,
        "ended_at": promise.settled_at or promise.ended_at,
        "ended_as": settled,
        "breached_at": promise.breached_at,
        "announced": promise.announced,
        "rungs": promise.rungs,
        "revision": promise.revision,
        "customer_visible_by": subject.customer_visible_by,
        "traceparent": promise.traceparent,
        "course": course_document(promise),
        "finding": "",
    }


def promise_of(row: Document, sets: AgreementSets) -> Promise:
    """A stored promise, whole enough to be asked for its status."""
    ended_as = State(row["ended_as"]) if row["ended_as"] else None
    by_evidence = ended_as in {State.KEPT, State.KEPT_LATE}
    return Promise(
        row["_id"],
        sets.agreement(row["agreement"], row["agreement_version"]),
        (),
        row["opened_at"],
        b"",
        row["due_by"],
        row["traceparent"],
        settled_at=row["ended_at"] if by_evidence else None,
        ended_at=None if by_evidence else row["ended_at"],
        ended_as=None if by_evidence else ended_as,
        course=course_of(row["course"]),
        breached_at=row["breached_at"],
        rungs=row["rungs"],
        announced=Announced(row["announced"]) if row["announced"] else None,
        revision=row["revision"],
    )


def verdict_document(subject: Subject, verdict: Verdict) -> Document:
    """One conclusion for the record; it is written once and never changed."""
    return {
        "_id": verdict.id,
        "subject": subject.id,
        "promise_id": verdict.promise_id,
        "kind": verdict.kind,
        "reason": verdict.reason,
        "revision": verdict.revision,
        "due_by": verdict.due_by,
        "occurred_at": verdict.occurred_at,
        "decided_at": verdict.decided_at,
        "cause": verdict.cause,
        "published": verdict.publish,
    }


def parked_of(partition: Document) -> Parked:
    """What the partition's document says of parked events; nothing where it says nothing."""
    return tuple(ParkedType(**each) for each in partition.get("parked", ()))


def _event_document(event: Event) -> Document:
    return {
        "id": event.id,
        "type": event.type,
        "party": event.party,
        "occurred_at": event.occurred_at,
        "arrived_at": event.arrived_at,
        "order": event.order,
        "customer": event.customer,
        "case": event.case,
        "content": event.content,
        "key": [list(pair) for pair in event.key],
        "fields": dict(event.fields),
        "retracts": event.retracts,
        "promise_id": event.promise_id,
        "traceparent": event.traceparent,
        "channel": event.channel,
        "actor": event.actor,
        "backfilled": event.backfilled,
    }


def _event(document: Document) -> Event:
    key = tuple((name, value) for name, value in document["key"])
    return Event(**{**document, "key": key})


def _history_document(promise: Promise) -> Document:
    """What was concluded so far, and enough to keep the promise if its opening is taken back."""
    return {
        "id": promise.id,
        "agreement": promise.agreement.name,
        "version": promise.agreement.version,
        "key": [list(pair) for pair in promise.key],
        "opened_at": promise.opened_at,
        "opened_by": promise.opened_by,
        "due_by": promise.due_by,
        "traceparent": promise.traceparent,
        "concluded": promise.concluded,
        "breached_at": promise.breached_at,
        "rungs": promise.rungs,
        "announced": promise.announced,
        "withdrawals": promise.withdrawals,
        "mentioned": asdict(promise.mentioned),
        "deemed_accepted": promise.course.reported_at if promise.course.deemed_accepted else None,
        "revision": promise.revision,
    }


def _promise(document: Document, sets: AgreementSets) -> Promise:
    concluded, announced = document["concluded"], document["announced"]
    return Promise(
        document["id"],
        sets.agreement(document["agreement"], document["version"]),
        tuple((name, value) for name, value in document["key"]),
        document["opened_at"],
        document["opened_by"],
        document["due_by"],
        document["traceparent"],
        concluded=State(concluded) if concluded else None,
        breached_at=document["breached_at"],
        rungs=document["rungs"],
        announced=Announced(announced) if announced else None,
        withdrawals=document["withdrawals"],
        mentioned=mentioned_of(document["mentioned"]),
        course=accepted_course(document["deemed_accepted"]),
        revision=document["revision"],
    )
