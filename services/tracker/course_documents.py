"""The course of a promise as a part of its Mongo document, both ways."""

from dataclasses import asdict
from typing import Any

from services.shared.clock import Instant
from services.tracker.core.course import STRAIGHT, Course, Mentioned, Part
from services.tracker.core.pausing import Pause
from services.tracker.core.promises import Promise

Document = dict[str, Any]


def course_document(promise: Promise) -> Document:
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


def accepted_course(deemed_accepted: Instant | None) -> Course:
    """Enough of a course to carry its history over: the fold makes the rest of it again."""
    if deemed_accepted is None:
        return STRAIGHT
    return Course(reported_at=deemed_accepted, deemed_accepted=True)


def mentioned_of(document: Document) -> Mentioned:
    lists = ("missed", "disputes", "resumed")
    return Mentioned(**{**document, **{name: tuple(document[name]) for name in lists}})
