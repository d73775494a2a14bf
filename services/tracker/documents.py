"""A subject as a Mongo document, both ways: its events, and what was concluded of it so far."""

from dataclasses import asdict
from typing import Any

from services.shared.clock import Instant
from services.shared.events.common import Money
from services.tracker.core.course import STRAIGHT, Course, Mentioned
from services.tracker.core.findings import Finding, FindingKind, Found
from services.tracker.core.folding import refold
from services.tracker.core.promises import Announced, Promise, State
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Event, Subject

Document = dict[str, Any]


def subject_document(subject: Subject, partition: int) -> Document:
    """Events whole, promises as their history: what else they are is folded from the events."""
    return {
        "_id": subject.id,
        "partition": partition,
        "open": not subject.settled,
        "parked": bool(subject.rare.parked),
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
        subject.promises[promise.id] = promise
    subject.found = {row["id"]: _found(row) for row in document["found"]}
    refold(subject, sets)
    return subject


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
