"""A stored promise at the moment of a question: its row, the promise itself, and its state."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.shared.clock import Instant
from services.tracker.core.promises import Promise, State, status
from services.tracker.core.sets import AgreementSets
from services.tracker.core.table import Marks
from services.tracker.rows import promise_of


@dataclass(frozen=True, slots=True)
class Standing:
    """A promise, its stored row, and its state at the moment of the question.

    A finding has a row as well, and neither promise nor state.
    """

    row: dict[str, Any]
    now: Instant
    promise: Promise | None = None
    state: State | None = None


def standing(row: dict[str, Any], marks: Marks, sets: AgreementSets, now: Instant) -> Standing:
    """`marks` are those of the row's partition."""
    if row["finding"]:
        return Standing(row, now)
    promise = promise_of(row, sets)
    watermark = marks.watermark(promise.agreement.evidence_parties)
    return Standing(row, now, promise, status(promise, now, watermark))


def marks_of(partition: Mapping[str, Any]) -> Marks:
    """How far a partition was known when it was last committed."""
    return Marks(
        partition.get("caught_up_at", 0),
        partition.get("complete_through", {}),
        partition.get("heard_at", {}),
    )
