"""What is found about a subject as its events stand: run once an event, where it could matter.

Each detector is a pure function of the events; what was told of a finding is the table's affair.
"""

from collections.abc import Iterable, Iterator

from services.shared.clock import SECOND
from services.shared.events.common import Money
from services.shared.money import amount_in_words
from services.tracker.core.amounts import exceeded
from services.tracker.core.course import Part
from services.tracker.core.disagreements import disagreements
from services.tracker.core.findings import Finding, FindingKind
from services.tracker.core.handoffs.case_events import READS
from services.tracker.core.handoffs.quality import DETECTORS
from services.tracker.core.promises import Promise
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Event, Subject

UNMATCHED_GRACE = 3_600 * SECOND
"""Evidence may come this much before its promise; later it is a finding."""


def detect(subject: Subject, sets: AgreementSets) -> None:
    """Bring `subject.current` up to date."""
    found = _findings(subject, sets)
    subject.current = {finding_id(subject.id, each): each for each in found}


def finding_id(subject: str, finding: Finding) -> str:
    return f"{subject}~{finding.kind}~{finding.key}" if finding.key else f"{subject}~{finding.kind}"


def _findings(subject: Subject, sets: AgreementSets) -> Iterator[Finding]:
    handoffs = subject.told_in(READS)
    for detector in DETECTORS if handoffs else ():
        yield from detector(handoffs)
    for rule in sets.at(subject.events[-1].arrived_at).fact_rules:
        yield from disagreements(rule, subject.told_in((*rule.told_in, *rule.gates)))
    yield from _unmatched(subject.rare.unmatched.values(), sets)
    yield from _after_end(subject.rare.late.values())
    yield from _over_fulfilled(subject)


def _unmatched(events: Iterable[Event], sets: AgreementSets) -> Iterator[Finding]:
    """What only a verdict asks for may come unasked: a customer is told more than bad news."""
    for event in events:
        openers = sets.openers_of(event.type)
        if not openers:
            continue
        yield Finding(
            FindingKind.UNMATCHED_EVIDENCE,
            event.id.hex(),
            event.occurred_at + UNMATCHED_GRACE,
            event.party,
            event.party,
            f"{event.type} came, and nobody was waiting for it.",
            awaits=openers,
            actionable=False,
        )


def _after_end(events: Iterable[Event]) -> Iterator[Finding]:
    for event in events:
        yield Finding(
            FindingKind.EVIDENCE_AFTER_END,
            event.id.hex(),
            event.occurred_at,
            event.party,
            event.party,
            f"{event.type} came for what had been cancelled or given up.",
            actionable=False,
        )


def _over_fulfilled(subject: Subject) -> Iterator[Finding]:
    for promise in subject.promises.values():
        at = promise.course.exceeded_at
        if at is None:
            continue
        agreement, parts = promise.agreement, exceeded(promise)
        if parts:
            yield Finding(
                FindingKind.OVER_FULFILLED,
                promise.id.partition("~")[2],
                at,
                agreement.owed_by,
                agreement.owed_to,
                "; ".join(_in_words(part, promise) for part in parts),
                "Stop what is still on its way, and settle the difference with who got too much.",
            )


def _in_words(part: Part, promise: Promise) -> str:
    """Money is promised as a whole, pieces as a part of the lines that name them."""
    full = promise.agreement.in_full
    if full and not full.promised.part and part.name:
        came = amount_in_words(Money(part.delivered, part.name))
        return f"{came} of {amount_in_words(Money(part.promised, part.name))} promised"
    return f"{part.delivered:,} of {part.promised:,} {part.name}".rstrip() + " promised"
