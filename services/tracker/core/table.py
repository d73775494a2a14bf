"""The open promises of one partition: fold events in, let time pass, get verdicts out.

Pure but mutable: the hot path. It knows no clock; `now` and the marks of completeness come in.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field

from services.shared.clock import Instant
from services.tracker.core.agreements import AgreementSets
from services.tracker.core.folding import fold
from services.tracker.core.promises import (
    Announced,
    Promise,
    State,
    Watermark,
    look_again_at,
    settled_state,
    status,
    warning_moments,
)
from services.tracker.core.subject import Counted, Event, Subject
from services.tracker.core.verdicts import Kind, Reason, Verdict, conclude

Parties = frozenset[str]


@dataclass(slots=True)
class Marks:
    """How far a partition is known: `caught_up_at` by us, the others for each party."""

    caught_up_at: Instant = 0
    complete_through: dict[str, Instant] = field(default_factory=dict)
    heard_at: dict[str, Instant] = field(default_factory=dict)

    def watermark(self, parties: Parties) -> Watermark:
        """The earlier of what we caught up with and what each of the parties completed."""
        complete = (self.complete_through.get(party, 0) for party in parties)
        heard = (self.heard_at.get(party, 0) for party in parties)
        return Watermark(min(self.caught_up_at, *complete), min(heard))


@dataclass(frozen=True, slots=True)
class Applied:
    """What an event did: how it was counted, and the verdicts that follow from it at once."""

    counted: Counted
    verdicts: tuple[Verdict, ...] = ()


class Table:
    """Subjects with their promises, and when to look at each promise again."""

    def __init__(self, sets: AgreementSets) -> None:
        self.sets = sets
        self.subjects: dict[str, Subject] = {}
        self._due: dict[Parties, list[tuple[Instant, str, str]]] = {}

    def put(self, subject: Subject) -> None:
        """Take over a subject as it was stored."""
        self.subjects[subject.id] = subject
        for promise in subject.promises.values():
            self._schedule(subject, promise)

    def apply(self, subject_id: str, event: Event, now: Instant) -> Applied:
        """Fold one event; `now` is when the verdicts that follow from it are decided."""
        subject = self.subjects.get(subject_id) or Subject(subject_id)
        counted = fold(subject, event, self.sets)
        if counted is not Counted.FOLDED:
            return Applied(counted)
        self.subjects[subject_id] = subject
        verdicts = tuple(
            verdict
            for promise in subject.promises.values()
            for verdict in _conclude_outcome(promise, now)
        )
        for promise in subject.promises.values():
            self._schedule(subject, promise)
        return Applied(counted, verdicts)

    def advance(self, now: Instant, marks: Marks) -> list[tuple[Subject, Verdict]]:
        """Everything that became true by time alone, up to each promise's own watermark."""
        return [each for parties in list(self._due) for each in self._advance(parties, now, marks)]

    def drop(self, subject_id: str) -> None:
        """Forget a subject that is stored and settled; its entries in the queue become void."""
        del self.subjects[subject_id]

    def _advance(
        self, parties: Parties, now: Instant, marks: Marks
    ) -> Iterator[tuple[Subject, Verdict]]:
        watermark = marks.watermark(parties)
        queue = self._due[parties]
        waiting = []
        while queue and queue[0][0] <= max(watermark.at, now):
            at, promise_id, subject_id = heapq.heappop(queue)
            subject = self.subjects.get(subject_id)
            promise = subject.promises.get(promise_id) if subject else None
            if not subject or not promise or promise.queued_at != at:
                continue  # settled, dropped or moved since: another entry stands for it
            promise.queued_at = None
            if verdict := _conclude_time(promise, now, watermark):
                yield subject, verdict
            waiting.append((subject, promise))
            if at <= watermark.at:
                self._schedule(*waiting.pop())
        for subject, promise in waiting:
            self._schedule(subject, promise)

    def _schedule(self, subject: Subject, promise: Promise) -> None:
        at = look_again_at(promise)
        if at is not None and at != promise.queued_at:
            promise.queued_at = at
            queue = self._due.setdefault(promise.agreement.evidence_parties, [])
            heapq.heappush(queue, (at, promise.id, subject.id))


def _conclude_time(promise: Promise, now: Instant, watermark: Watermark) -> Verdict | None:
    """What passing time says of one promise: breached, unknown, a warning passed, or nothing."""
    match status(promise, now, watermark):
        case State.BREACHED:
            return _breach(promise, Reason.DEADLINE_PASSED, now)
        case State.OVERDUE_UNCONFIRMED:
            promise.rungs = len(warning_moments(promise))  # too late to warn
            return None
        case State.UNKNOWN if promise.announced is not Announced.UNKNOWN:
            promise.rungs = len(warning_moments(promise))
            return conclude(
                promise,
                Kind.UNKNOWN,
                Reason.PARTY_SILENT,
                occurred_at=promise.due_by,
                decided_at=now,
            )
        case State.AT_RISK:
            return _warn(promise, now, watermark)
        case _:
            return None


def _warn(promise: Promise, now: Instant, watermark: Watermark) -> Verdict | None:
    """One warning for the latest rung that was passed; earlier ones that nobody saw are skipped."""
    passed = [moment for moment in warning_moments(promise) if moment[0] <= watermark.at]
    if len(passed) <= promise.rungs:
        return None
    promise.rungs = len(passed)
    at, label = passed[-1]
    return conclude(
        promise, Kind.WARNED, Reason.WARNING_TIME, occurred_at=at, decided_at=now, cause=label
    )


def _conclude_outcome(promise: Promise, now: Instant) -> Iterator[Verdict]:
    """What the events say of one promise, where that is not yet concluded."""
    if promise.revision == 0:
        yield conclude(
            promise,
            Kind.OPENED,
            Reason.OPENING_EVENT,
            occurred_at=promise.opened_at,
            decided_at=now,
            cause=promise.opened_by.hex(),
        )
    outcome = settled_state(promise)
    if outcome == promise.concluded:
        return
    promise.concluded = outcome
    if outcome is State.KEPT_LATE and promise.breached_at is None:
        yield _breach(promise, Reason.EVIDENCE_AFTER_DEADLINE, now)
    kind, reason = _outcome_verdict(promise, outcome)
    if kind is Kind.WITHDRAWN:
        promise.breached_at = None
        promise.withdrawals += 1
    yield conclude(
        promise,
        kind,
        reason,
        occurred_at=promise.settled_at or promise.ended_at or promise.opened_at,
        decided_at=now,
        cause=promise.settled_by.hex() or str(promise.revision),
    )


def _outcome_verdict(promise: Promise, outcome: State | None) -> tuple[Kind, Reason]:
    match outcome:
        case None:
            return Kind.OPENED, Reason.EVIDENCE_RETRACTED
        case State.KEPT if promise.breached_at is not None:
            return Kind.WITHDRAWN, Reason.LATE_EVIDENCE
        case State.KEPT:
            return Kind.KEPT, Reason.EVIDENCE
        case State.KEPT_LATE:
            return Kind.KEPT_LATE, Reason.EVIDENCE
        case State.RELEASED:
            return Kind.RELEASED, Reason.RELEASED_BY_CREDITOR
        case _:
            taken_back = not promise.settled_by
            return Kind.CANCELLED, (
                Reason.OPENING_RETRACTED if taken_back else Reason.CANCELLING_EVENT
            )


def _breach(promise: Promise, reason: Reason, now: Instant) -> Verdict:
    """Record a breach; after a withdrawal the next one is another verdict."""
    promise.breached_at = promise.due_by
    return conclude(
        promise,
        Kind.BREACHED,
        reason,
        occurred_at=promise.due_by,
        decided_at=now,
        cause=f"again-{promise.withdrawals}" if promise.withdrawals else "",
    )
