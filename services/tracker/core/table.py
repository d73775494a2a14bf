"""The open promises of one partition: fold events in, let time pass, get verdicts out.

Pure but mutable: the hot path. It knows no clock; `now` and the marks of completeness come in.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

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
        return Watermark(min(self.caught_up_at, *complete), min(heard), self.caught_up_at)


class Applied(NamedTuple):
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
            promise.queued_at = None  # whatever queue it was in, it is not ours
            self._schedule(subject, promise)

    def apply(self, subject_id: str, event: Event, now: Instant) -> Applied:
        """Fold one event; `now` is when the verdicts that follow from it are decided."""
        subject = self.subjects.get(subject_id) or Subject(subject_id)
        counted, changed = fold(subject, event, self.sets)
        if counted is not Counted.FOLDED:
            return Applied(counted)
        self.subjects[subject_id] = subject
        verdicts: list[Verdict] = []
        for promise in changed:
            verdicts += _conclude_outcome(promise, now)
            self._schedule(subject, promise)
        return Applied(counted, tuple(verdicts))

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
        queue, looked_at = self._due[parties], []
        until = max(watermark.at, now) if watermark.silent else watermark.at
        while queue and queue[0][0] <= until:
            at, promise_id, subject_id = heapq.heappop(queue)
            subject = self.subjects.get(subject_id)
            promise = subject.promises.get(promise_id) if subject else None
            if not subject or not promise or promise.queued_at != at:
                continue  # settled, dropped or moved since: another entry stands for it
            if promise.agreement.evidence_parties != parties:
                continue  # it waits for others now, and is in their queue
            promise.queued_at = None
            if settled_state(promise):
                continue
            if verdict := _conclude_time(promise, now, watermark):
                yield subject, verdict
            looked_at.append((subject, promise))
        for subject, promise in looked_at:  # once each, so that no promise can hold up the others
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
        case State.AT_RISK:
            return _warn(promise, now, watermark)
        case State.OVERDUE_UNCONFIRMED | State.UNKNOWN as state:
            promise.rungs = len(warning_moments(promise))  # too late to warn
            if state is State.UNKNOWN and promise.announced is not Announced.UNKNOWN:
                due_by, silent = promise.due_by, Reason.PARTY_SILENT
                return conclude(promise, Kind.UNKNOWN, silent, occurred_at=due_by, decided_at=now)
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
    if settled_state(promise) != promise.concluded:
        yield from _conclude_change(promise, now)
    elif promise.concluded is None and _breached_too_early(promise):
        yield _conclude_moved(promise, now)


def _conclude_change(promise: Promise, now: Instant) -> Iterator[Verdict]:
    """The events end the promise, end it otherwise than concluded, or do not end it after all."""
    before, outcome = promise.concluded, settled_state(promise)
    promise.concluded = outcome
    if outcome is None:
        _begin_again(promise)
    elif before is not None:
        promise.withdrawals += 1
    if outcome is State.KEPT_LATE and promise.breached_at is None:
        yield _breach(promise, Reason.EVIDENCE_AFTER_DEADLINE, now)
    kind, reason = _outcome_verdict(promise, before)
    yield conclude(
        promise,
        kind,
        reason,
        occurred_at=promise.settled_at or promise.ended_at or promise.opened_at,
        decided_at=now,
        cause=promise.settled_by.hex(),
    )
    if kind is Kind.WITHDRAWN:
        _begin_again(promise)


def _breached_too_early(promise: Promise) -> bool:
    return promise.breached_at is not None and promise.breached_at < promise.due_by


def _conclude_moved(promise: Promise, now: Instant) -> Verdict:
    """A breach of a deadline that proved to be later is withdrawn, and may come again."""
    moved, due_by = Reason.DEADLINE_MOVED, promise.due_by
    verdict = conclude(promise, Kind.WITHDRAWN, moved, occurred_at=due_by, decided_at=now)
    _begin_again(promise)
    return verdict


def _begin_again(promise: Promise) -> None:
    """What was told is over: warnings and a breach are told anew, under other ids."""
    promise.breached_at, promise.rungs = None, 0
    promise.withdrawals += 1


_ENDS = {
    State.KEPT: (Kind.KEPT, Reason.EVIDENCE),
    State.KEPT_LATE: (Kind.KEPT_LATE, Reason.EVIDENCE),
    State.CANCELLED: (Kind.CANCELLED, Reason.CANCELLING_EVENT),
    State.RELEASED: (Kind.RELEASED, Reason.RELEASED_BY_CREDITOR),
}


def _outcome_verdict(promise: Promise, before: State | None) -> tuple[Kind, Reason]:
    outcome = promise.concluded
    if outcome is None:
        evidence = before in {State.KEPT, State.KEPT_LATE}
        return Kind.OPENED, Reason.EVIDENCE_RETRACTED if evidence else Reason.REOPENED
    if outcome is State.KEPT and promise.breached_at is not None:
        return Kind.WITHDRAWN, Reason.LATE_EVIDENCE
    if promise.opening_taken_back:
        return Kind.CANCELLED, Reason.OPENING_RETRACTED
    return _ENDS[outcome]


def _breach(promise: Promise, reason: Reason, now: Instant) -> Verdict:
    promise.breached_at = promise.due_by
    return conclude(promise, Kind.BREACHED, reason, occurred_at=promise.due_by, decided_at=now)
