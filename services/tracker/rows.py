"""What people ask for as rows of Mongo: promises, findings, verdicts, and partitions.

Rows are written with every commit and read for answers; the tracker itself reads only documents.
"""

from dataclasses import asdict
from typing import Any

from services.tracker.core.course import Course, Part
from services.tracker.core.findings import FindingKind, Found
from services.tracker.core.parking import Parked, ParkedType
from services.tracker.core.pausing import Pause
from services.tracker.core.promises import Announced, Promise, State, settled_state
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Subject
from services.tracker.core.verdicts import Verdict

Row = dict[str, Any]


def promise_row(subject: Subject, promise: Promise, partition: int) -> Row:
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
        "course": _course_row(promise),
        "finding": "",
    }


def _course_row(promise: Promise) -> Row:
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


def promise_of(row: Row, sets: AgreementSets) -> Promise:
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
        course=_course_of(row["course"]),
        breached_at=row["breached_at"],
        rungs=row["rungs"],
        announced=Announced(row["announced"]) if row["announced"] else None,
        revision=row["revision"],
    )


def _course_of(document: Row) -> Course:
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


def finding_row(subject: Subject, id: str, known: Found, partition: int) -> Row:
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


def verdict_record(subject: Subject, verdict: Verdict) -> Row:
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


def parked_of(partition: Row) -> Parked:
    """What the partition's document says of parked events; nothing where it says nothing."""
    return tuple(ParkedType(**each) for each in partition.get("parked", ()))
