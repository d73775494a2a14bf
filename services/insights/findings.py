"""What was told of a company's past beside its promises: bounces, disagreements, requests that came
twice; looking back at the table's own findings.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from services.shared.clock import Instant
from services.tracker.core.findings import FindingKind
from services.tracker.core.subject import Subject


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding, whatever became of it; `subject` is with its kind, as in `case/4711`."""

    subject: str
    finding: FindingKind
    at: Instant
    detail: str


def rows_of(subjects: Iterable[Subject]) -> tuple[FindingRow, ...]:
    """Every finding that was ever told, in order of time, with what was last known of it."""
    rows = (
        FindingRow(subject.id, known.finding.kind, known.finding.true_from, known.finding.detail)
        for subject in subjects
        for known in subject.found.values()
    )
    return tuple(sorted(rows, key=lambda row: (row.at, row.subject, row.finding)))
