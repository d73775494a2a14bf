"""What people list, at the moment of a question: a promise with its state, or a finding."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.shared.clock import Instant
from services.tracker.core.findings import Found
from services.tracker.core.promises import Promise, State, status
from services.tracker.core.subject import Subject
from services.tracker.core.table import Marks


@dataclass(frozen=True, slots=True)
class Standing:
    """A promise of a subject, and its state at the moment of the question."""

    subject: Subject
    promise: Promise
    state: State
    now: Instant


@dataclass(frozen=True, slots=True)
class StandingFinding:
    """What was found of a subject; `id` is the finding's."""

    subject: Subject
    id: str
    found: Found


def standing(subject: Subject, promise: Promise, marks: Marks, now: Instant) -> Standing:
    """`marks` are those of the subject's partition."""
    watermark = marks.watermark(promise.agreement.evidence_parties)
    return Standing(subject, promise, status(promise, now, watermark), now)


def marks_of(partition: Mapping[str, Any]) -> Marks:
    """How far a partition was known when it was last committed."""
    return Marks(
        partition.get("caught_up_at", 0),
        partition.get("complete_through", {}),
        partition.get("heard_at", {}),
    )
