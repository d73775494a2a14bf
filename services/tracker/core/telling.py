"""Findings as verdicts, and verdicts as events that agreements may open on."""

import hashlib
from collections.abc import Iterator

from msgspec import structs

from services.shared.clock import Instant
from services.shared.subjects import RETRACTED
from services.tracker.core.findings import Finding, FindingKind, Found
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Event, Subject
from services.tracker.core.verdicts import Kind, Reason, Verdict

TRACKER = "tracker"
"""The party in whose name verdicts are folded as events."""


def found(subject: Subject, id: str, finding: Finding, now: Instant) -> Verdict | None:
    """Tell of a finding; None where exactly this was told and still stands."""
    known = subject.found.get(id)
    if known is None:
        known = Found(finding)
        subject.found = {**subject.found, id: known}
    if known.revision and known.cleared_at is None and known.finding == finding:
        return None
    known.finding, known.cleared_at = finding, None
    kind = Kind.BOUNCED if finding.kind is FindingKind.BOUNCED else Kind.FOUND
    return _verdict(id, known, kind, Reason.EVENTS_SAY_SO, now)


def cleared(subject: Subject, now: Instant) -> Iterator[Verdict]:
    """The end of every finding that was told and is not so any more."""
    for id, known in subject.found.items():
        if known.cleared_at is None and id not in subject.current:
            known.cleared_at = now
            yield _verdict(id, known, Kind.CLEARED, Reason.NO_LONGER_SO, now)


def verdict_events(subject: Subject, verdict: Verdict, sets: AgreementSets) -> Iterator[Event]:
    """The verdict as an event where an agreement opens on it; a withdrawn one is taken back."""
    promise = subject.promises.get(verdict.promise_id)
    if promise is None:
        return
    if verdict.kind is Kind.WITHDRAWN:
        told = [each for each in subject.events if _stands(subject, each, promise.id)]
        for event in told:
            yield _event(verdict, event.key, RETRACTED, retracts=event.id)
    history = verdict.occurred_at < promise.silent_until
    type = verdict_type(verdict.kind, promise.agreement.name)
    if type in sets.opening:
        yield structs.replace(_event(verdict, promise.key, type), backfilled=history)


def verdict_type(kind: str, agreement: str) -> str:
    """How an agreement names a verdict on another one: `verdict.warned(deliver-order)`."""
    return f"verdict.{kind}({agreement})"


def _event(
    verdict: Verdict, key: tuple[tuple[str, str], ...], type: str, retracts: bytes = b""
) -> Event:
    id = verdict.id
    if retracts:
        id = hashlib.sha256(id + retracts).digest()[:16]
        key = (("event_id", retracts.hex()),)
    return Event(
        id,
        type,
        TRACKER,
        verdict.occurred_at,
        verdict.decided_at,
        key=key,
        retracts=retracts,
        promise_id=verdict.promise_id,
    )


def _stands(subject: Subject, event: Event, promise_id: str) -> bool:
    spoken = event.party == TRACKER and not event.retracts and event.promise_id == promise_id
    return spoken and (TRACKER, event.id) not in subject.rare.retracted


def _verdict(id: str, known: Found, kind: Kind, reason: Reason, now: Instant) -> Verdict:
    known.revision += 1
    finding = known.finding
    return Verdict(
        kind,
        reason,
        id,
        known.revision,
        finding.true_from,
        finding.true_from,
        now,
        str(known.revision),
        finding.actionable,
    )
