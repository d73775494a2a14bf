"""What would have been told of a subject beside its promises, looking back: bounces, cases left
alone, repeated requests.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from services.shared.clock import Instant
from services.tracker.core.case_events import READS
from services.tracker.core.findings import FindingKind
from services.tracker.core.quality import DETECTORS
from services.tracker.core.subject import Subject


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding, whatever became of it; `subject` is with its kind, as in `case/4711`."""

    subject: str
    finding: FindingKind
    at: Instant
    detail: str


def findings_of(subject: Subject, until: Instant) -> Iterator[FindingRow]:
    """Every finding as it was first told by `until`, with what was known then.

    One that is to be true at a later moment is told if nothing that happened by then ends it.
    """
    events = [event for event in subject.told.values() if event.type in READS]
    ends = [event.occurred_at for event in events[1:]] + [until + 1]
    told = set()
    for number, end in enumerate(ends, start=1):
        for finding in (each for detect in DETECTORS for each in detect(events[:number])):
            if finding.true_from < end and (finding.kind, finding.key) not in told:
                told.add((finding.kind, finding.key))
                yield FindingRow(subject.id, finding.kind, finding.true_from, finding.detail)
