"""The tracker's state as Mongo documents, both ways; which collection holds them is the store's."""

from dataclasses import asdict
from typing import Any

from services.shared.clock import Instant
from services.shared.events.common import Money
from services.tracker.core.findings import Finding, FindingKind, Found
from services.tracker.core.folding import refold
from services.tracker.core.parking import Parked, ParkedType
from services.tracker.core.pausing import Pause
from services.tracker.core.promises import (
    STRAIGHT,
    Announced,
    Course,
    Mentioned,
    Part,
    Promise,
    State,
    settled_state,
)
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Event, Subject
from services.tracker.core.verdicts import Verdict

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
        "found": [_found_document(id, known) for id, known in subject.found.items()],
    }


def subject_of(document: Document, sets: AgreementSets) -> Subject:
    """Raises KeyError for an agreement version that no stored set holds."""
    subject = Subject(document["_id"])
    for event in document["events"]:
        subject.remember(_event(event))
    for history in document["history"]:
        promise = _promise(history, sets)
        subject.add(promise)
    subject.found = {row["id"]: _found(row) for row in document["found"]}
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
        "course": _course_document(promise),
        "finding": "",
    }


def finding_document(subject: Subject, id: str, known: Found, partition: int) -> Document:
    """A finding among the promises: who has the next step, and whether it is still so."""
    finding, over = known.finding, known.cleared_at is not None
    told = "bounced" if finding.kind is FindingKind.BOUNCED else "found"
    return {
        "_id": id,
        "partition": partition,
        "subject": subject.id,
        "order": subject.order,
        "customer": subject.customer,
        "case": subject.case,
        "agreement": finding.kind,
        "agreement_version": 0,
        "owed_by": finding.owed_by,
        "owed_to": finding.owed_to,
        "settled": over,
        "opened_at": finding.true_from,
        "due_by": finding.true_from,
        "ended_at": known.cleared_at,
        "announced": told if finding.actionable and not over else None,
        "revision": known.revision,
        "customer_visible_by": subject.customer_visible_by,
        "finding": finding.kind,
        "detail": finding.detail,
        "next_step": finding.next_step,
        "at_stake": asdict(finding.at_stake) if finding.at_stake else None,
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
        mentioned=_mentioned(document["mentioned"]),
        course=_course(document["deemed_accepted"]),
        revision=document["revision"],
    )


def _mentioned(document: Document) -> Mentioned:
    lists = ("missed", "disputes", "resumed")
    return Mentioned(**{**document, **{name: tuple(document[name]) for name in lists}})


def _course_document(promise: Promise) -> Document:
    """Everything that a question about a promise may need; dates are whole where they are known."""
    course = promise.course
    return {
        "version": course.version,
        "requested_by": promise.requested_by,
        "confirmed_by": promise.first_confirmed_by,
        "undelayed_by": course.undelayed_by,
        "missed": list(course.missed),
        "acknowledged_at": course.acknowledged_at,
        "reported_at": course.reported_at,
        "accepted_by": course.accepted_by,
        "deemed_accepted": course.deemed_accepted,
        "pauses": [asdict(pause) | {"key": [*map(list, pause.key)]} for pause in course.pauses],
        "parts": [list(part) for part in course.parts],
        "missing": list(course.missing),
    }


def course_of(document: Document) -> Course:
    pauses = (
        Pause(**pause | {"key": tuple((name, value) for name, value in pause["key"])})
        for pause in document["pauses"]
    )
    return Course(
        version=document["version"],
        requested_by=document["requested_by"],
        confirmed_by=document["confirmed_by"],
        undelayed_by=document["undelayed_by"],
        missed=tuple(document["missed"]),
        acknowledged_at=document["acknowledged_at"],
        reported_at=document["reported_at"],
        accepted_by=document["accepted_by"],
        deemed_accepted=document["deemed_accepted"],
        pauses=tuple(pauses),
        parts=tuple(Part(*part) for part in document["parts"]),
        missing=tuple(document["missing"]),
    )


def _course(deemed_accepted: Instant | None) -> Course:
    """Enough of a course to carry its history over: the fold makes the rest of it again."""
    if deemed_accepted is None:
        return STRAIGHT
    return Course(reported_at=deemed_accepted, deemed_accepted=True)


def _found_document(id: str, known: Found) -> Document:
    finding = known.finding
    return {
        "id": id,
        "kind": finding.kind,
        "key": finding.key,
        "true_from": finding.true_from,
        "owed_by": finding.owed_by,
        "owed_to": finding.owed_to,
        "detail": finding.detail,
        "next_step": finding.next_step,
        "at_stake": asdict(finding.at_stake) if finding.at_stake else None,
        "awaits": sorted(finding.awaits),
        "actionable": finding.actionable,
        "revision": known.revision,
        "cleared_at": known.cleared_at,
    }


def _found(row: Document) -> Found:
    at_stake = Money(**row["at_stake"]) if row["at_stake"] else None
    finding = Finding(
        FindingKind(row["kind"]),
        row["key"],
        row["true_from"],
        row["owed_by"],
        row["owed_to"],
        row["detail"],
        row["next_step"],
        at_stake,
        frozenset(row["awaits"]),
        row["actionable"],
    )
    return Found(finding, row["revision"], row["cleared_at"])
