"""What events and time conclude about one promise, as verdicts; each is told once.

`of_events` follows a fold, `of_time` a look at the clock. Both compare what is so with what was
concluded before, so that whatever was read twice concludes nothing new.
"""

from collections.abc import Iterator
from dataclasses import replace

from services.shared.clock import Instant
from services.tracker.core.concluding_course import (
    missed_versions,
    not_missed,
    of_course,
    pauses,
    supersede,
)
from services.tracker.core.course import NOTHING, STRAIGHT
from services.tracker.core.promises import (
    COMMIT_MARGIN,
    Announced,
    Promise,
    State,
    Watermark,
    rungs_passed,
    settled_state,
    status,
    warning_moments,
)
from services.tracker.core.settling import accept_silence
from services.tracker.core.verdicts import Kind, Reason, Verdict, as_verdict, conclude

_OPENED, _OPENING_EVENT = Kind.OPENED, Reason.OPENING_EVENT


def of_events(promise: Promise, now: Instant) -> list[Verdict]:
    """What the events say of a promise, where that is not yet concluded."""
    verdicts = [] if promise.revision else [opened(promise, now)]
    if settled_state(promise) is not promise.concluded:
        verdicts += _change(promise, now)
    elif promise.concluded is None:
        if promise.breached_at is not None and _breached_too_early(promise):
            verdicts.append(_moved(promise, now))
        if promise.course is not STRAIGHT or promise.mentioned != NOTHING:
            verdicts += of_course(promise, now)
        if promise.rungs and _warned_too_early(promise, now):
            verdicts.append(_moved(promise, now))
    return verdicts


def opened(promise: Promise, now: Instant) -> Verdict:
    """The first conclusion about any promise; nobody is told of it."""
    promise.revision = 1
    due_by, at, cause = promise.due_by, promise.opened_at, promise.opened_by.hex()
    return as_verdict((_OPENED, _OPENING_EVENT, promise.id, 1, due_by, at, now, cause, False, 0))


def of_time(promise: Promise, now: Instant, watermark: Watermark) -> Iterator[Verdict]:
    """What passing time says of one promise: breached, unknown, a warning passed, a silence."""
    safe = watermark.at - COMMIT_MARGIN
    if promise.course is not STRAIGHT:
        yield from missed_versions(promise, Reason.DEADLINE_PASSED, now, safe)
        if accept_silence(promise, safe):
            yield from _change(promise, now)
        yield from pauses(promise, now)
    match status(promise, now, watermark):
        case State.BREACHED if promise.breached_at is None:
            yield _breach(promise, Reason.DEADLINE_PASSED, now)
        case State.AT_RISK:
            yield from _warn(promise, now, watermark)
        case State.OVERDUE_UNCONFIRMED | State.UNKNOWN as state:
            promise.rungs = len(warning_moments(promise))  # too late to warn
            if state is State.UNKNOWN and promise.announced is not Announced.UNKNOWN:
                due_by, silent = promise.due_by, Reason.PARTY_SILENT
                yield conclude(promise, Kind.UNKNOWN, silent, occurred_at=due_by, decided_at=now)


def _warn(promise: Promise, now: Instant, watermark: Watermark) -> Iterator[Verdict]:
    """One warning for the latest rung that was passed; earlier ones that nobody saw are skipped."""
    passed = [moment for moment in warning_moments(promise) if moment[0] <= watermark.at]
    if len(passed) > promise.rungs:
        promise.rungs = len(passed)
        at, label = passed[-1]
        why = Reason.WARNING_TIME
        yield conclude(promise, Kind.WARNED, why, occurred_at=at, decided_at=now, cause=label)


def _change(promise: Promise, now: Instant) -> Iterator[Verdict]:
    """The events end the promise, end it otherwise than concluded, or do not end it after all."""
    before, outcome = promise.concluded, settled_state(promise)
    promise.concluded = outcome
    if outcome is None:
        _begin_again(promise)
    elif before is not None:
        promise.withdrawals += 1
    yield from not_missed(promise, now)
    if outcome is not None and promise.course is not STRAIGHT:
        supersede(promise)
        until = max(promise.course.missed, default=0)
        evidence = promise.settled_at is not None
        why = Reason.EVIDENCE_AFTER_DEADLINE if evidence else Reason.AMENDED_TOO_LATE
        yield from missed_versions(promise, why, now, until)
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
    if outcome is None:
        promise.mentioned = replace(promise.mentioned, pause=b"")  # its end was told
        yield from of_course(promise, now)


def _breached_too_early(promise: Promise) -> bool:
    """The deadline proved to be later; what had passed when it was amended is no mistake."""
    breached_at = promise.breached_at
    return (
        breached_at is not None
        and breached_at < promise.due_by
        and breached_at not in promise.course.missed
    )


def _warned_too_early(promise: Promise, now: Instant) -> bool:
    """The deadline moved away after a warning, which does not hold any more."""
    warned = promise.announced in {Announced.WARNED, Announced.UNKNOWN}
    return warned and rungs_passed(promise, now) < promise.rungs and now < promise.due_by


def _moved(promise: Promise, now: Instant) -> Verdict:
    """What was told of a deadline that proved to be later is withdrawn, and may come again."""
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
    kind, reason = _ENDS[outcome]
    return kind, Reason.DEEMED_ACCEPTED if promise.course.deemed_accepted else reason


def _breach(promise: Promise, reason: Reason, now: Instant) -> Verdict:
    promise.breached_at = promise.due_by
    return conclude(promise, Kind.BREACHED, reason, occurred_at=promise.due_by, decided_at=now)
