"""What events and time conclude about one promise, as verdicts; each is told once.

`of_events` follows a fold, `of_time` a look at the clock. Both compare what is so with what was
concluded before, so that whatever was read twice concludes nothing new.
"""

from collections.abc import Iterator
from dataclasses import replace

from services.shared.clock import Instant
from services.tracker.core.agreements import AgreementKind
from services.tracker.core.interruptions import INCOMPLETE
from services.tracker.core.pausing import Pause, paused_at
from services.tracker.core.promises import (
    COMMIT_MARGIN,
    NOTHING,
    STRAIGHT,
    Announced,
    Promise,
    State,
    Watermark,
    rungs_passed,
    settled_state,
    status,
    untold,
    warning_moments,
)
from services.tracker.core.settling import accept_silence
from services.tracker.core.verdicts import Kind, Reason, Verdict, conclude


def of_events(promise: Promise, now: Instant) -> list[Verdict]:
    """What the events say of a promise, where that is not yet concluded."""
    if promise.course is STRAIGHT and promise.concluded is None:
        if promise.revision == 0 and not promise.is_over:
            return [_opened(promise, now)]
        if promise.revision and promise.settled_at is not None and _nobody_was_told(promise):
            return [_kept_in_silence(promise, now)]
    verdicts = [] if promise.revision else [_opened(promise, now)]
    if settled_state(promise) is not promise.concluded:
        verdicts += _change(promise, now)
    elif promise.concluded is None:
        if promise.breached_at is not None and _breached_too_early(promise):
            verdicts.append(_moved(promise, now))
        if promise.course is not STRAIGHT or promise.mentioned != NOTHING:
            verdicts += _course(promise, now)
        if promise.rungs and _warned_too_early(promise, now):
            verdicts.append(_moved(promise, now))
    return verdicts


def of_time(promise: Promise, now: Instant, watermark: Watermark) -> Iterator[Verdict]:
    """What passing time says of one promise: breached, unknown, a warning passed, a silence."""
    safe = watermark.at - COMMIT_MARGIN
    if promise.course is not STRAIGHT:
        yield from _missed_versions(promise, Reason.DEADLINE_PASSED, now, safe)
        if accept_silence(promise, safe):
            yield from _change(promise, now)
        yield from _pauses(promise, now)
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


def _opened(promise: Promise, now: Instant) -> Verdict:
    """The first conclusion about any promise; nobody is told of it."""
    promise.revision = 1
    return Verdict(
        Kind.OPENED,
        Reason.OPENING_EVENT,
        promise.id,
        1,
        promise.due_by,
        promise.opened_at,
        now,
        promise.opened_by.hex(),
        False,
    )


def _nobody_was_told(promise: Promise) -> bool:
    """It is kept in time, and nothing that stands was said of it before."""
    told = promise.announced, promise.breached_at
    if told != (None, None) or promise.mentioned.missed:
        return False
    return settled_state(promise) is State.KEPT


def _kept_in_silence(promise: Promise, now: Instant) -> Verdict:
    """Kept in time before anybody was told anything of it: how most promises end."""
    assert promise.settled_at is not None, "it is kept"
    promise.concluded = State.KEPT
    promise.revision = revision = promise.revision + 1
    return Verdict(
        Kind.KEPT,
        Reason.EVIDENCE,
        promise.id,
        revision,
        promise.due_by,
        promise.settled_at,
        now,
        promise.settled_by.hex(),
        False,
        promise.withdrawals,
    )


def _warn(promise: Promise, now: Instant, watermark: Watermark) -> Iterator[Verdict]:
    """One warning for the latest rung that was passed; earlier ones that nobody saw are skipped."""
    passed = [moment for moment in warning_moments(promise) if moment[0] <= watermark.at]
    if len(passed) > promise.rungs:
        promise.rungs = len(passed)
        at, label = passed[-1]
        why = Reason.WARNING_TIME
        yield conclude(promise, Kind.WARNED, why, occurred_at=at, decided_at=now, cause=label)


def _course(promise: Promise, now: Instant) -> Iterator[Verdict]:
    """What befell a promise that is still open."""
    course, mentioned = promise.course, promise.mentioned
    yield from _not_missed(promise, now)
    if course.acknowledged_at is not None and not mentioned.acknowledged:
        promise.mentioned = replace(promise.mentioned, acknowledged=True)
        at, why = course.acknowledged_at, Reason.ACKNOWLEDGED_BY_DEBTOR
        yield conclude(promise, Kind.ACKNOWLEDGED, why, occurred_at=at, decided_at=now)
    if course.version != mentioned.version:
        yield _amended(promise, now)
    for dispute in (each for each in course.disputes if each not in mentioned.disputes):
        disputes = (*promise.mentioned.disputes, dispute)
        promise.mentioned = replace(promise.mentioned, disputes=disputes)
        yield conclude(
            promise,
            Kind.DISPUTED,
            Reason.DISPUTE,
            occurred_at=now,
            decided_at=now,
            cause=dispute.hex(),
        )
    yield from _pauses(promise, now)


def _amended(promise: Promise, now: Instant) -> Verdict:
    """A breach of a version that had passed when it was amended stays on record, and is over."""
    course = promise.course
    superseded = _supersede(promise)
    if course.version < promise.mentioned.version:
        promise.withdrawals += 1  # an amendment was taken back, and may come again
    promise.mentioned = replace(promise.mentioned, version=course.version)
    verdict = conclude(
        promise,
        Kind.AMENDED,
        Reason.AMENDED_TOO_LATE if superseded else Reason.AMENDMENT,
        occurred_at=promise.due_by,
        decided_at=now,
        cause=str(course.version),
        quietly=promise.breached_at is not None,
    )
    if superseded or promise.rungs:
        promise.rungs = 0
        promise.withdrawals += 1
    return verdict


def _supersede(promise: Promise) -> bool:
    """A breach of a date that has been moved since stays on record; true if it stood until now."""
    breached_at = promise.breached_at
    if breached_at is None or breached_at not in promise.course.missed:
        return False
    _record(promise, breached_at)
    promise.breached_at = None
    return True


def _missed_versions(
    promise: Promise, reason: Reason, now: Instant, until: Instant
) -> Iterator[Verdict]:
    """Deadlines of earlier versions that had passed unkept: on record, but nobody can act on them.

    They are told when no evidence of that time can come any more, or with the end of the promise.
    """
    for due_by in untold(promise):
        if due_by > until:
            return
        _record(promise, due_by)
        yield conclude(
            promise,
            Kind.BREACHED,
            reason,
            occurred_at=due_by,
            decided_at=now,
            due_by=due_by,
            quietly=True,
        )


def _not_missed(promise: Promise, now: Instant) -> Iterator[Verdict]:
    """Deadlines of earlier versions that were kept or moved in time, as is known by now."""
    for due_by in (each for each in promise.mentioned.missed if each not in promise.course.missed):
        kept = promise.settled_at is not None and promise.settled_at <= due_by
        why = Reason.LATE_EVIDENCE if kept else Reason.DEADLINE_MOVED
        yield conclude(
            promise,
            Kind.WITHDRAWN,
            why,
            occurred_at=due_by,
            decided_at=now,
            due_by=due_by,
            quietly=True,
        )
        missed = tuple(each for each in promise.mentioned.missed if each != due_by)
        promise.mentioned = replace(promise.mentioned, missed=missed)
        promise.withdrawals += 1


def _record(promise: Promise, due_by: Instant) -> None:
    if due_by not in promise.mentioned.missed:
        missed = (*promise.mentioned.missed, due_by)
        promise.mentioned = replace(promise.mentioned, missed=missed)


def _pauses(promise: Promise, now: Instant) -> Iterator[Verdict]:
    """The clock stands at this moment, or goes again; a pause may begin a little after our now."""
    if settled_state(promise) or promise.breached_at is not None:
        return
    at = max([now, *(pause.since for pause in promise.course.pauses)])
    pause = paused_at(promise.course.pauses, at, promise.due_by)
    if pause and not promise.mentioned.pause:
        yield _paused(promise, pause, now)
    elif not pause and promise.mentioned.pause:
        before = promise.mentioned.pause
        resumed = (*promise.mentioned.resumed, before)
        promise.mentioned = replace(promise.mentioned, pause=b"", resumed=resumed)
        by_itself = any(
            each.event == before and each.until == each.limit for each in promise.course.pauses
        )
        why = Reason.PAUSE_LIMIT if by_itself else Reason.RESUMING_EVENT
        kind = Kind.CLEARED if promise.announced is Announced.RETURNED else Kind.RESUMED
        yield conclude(promise, kind, why, occurred_at=at, decided_at=now, cause=before.hex())


def _paused(promise: Promise, pause: Pause, now: Instant) -> Verdict:
    """A warning that stood is over with it, and may come again under another id."""
    if pause.event in promise.mentioned.resumed:
        promise.withdrawals += 1  # that its clock went again was taken back
        resumed = tuple(each for each in promise.mentioned.resumed if each != pause.event)
        promise.mentioned = replace(promise.mentioned, resumed=resumed)
    promise.mentioned = replace(promise.mentioned, pause=pause.event)
    why = Reason.INCOMPLETE if pause.rule == INCOMPLETE else Reason.PAUSING_EVENT
    verdict = conclude(
        promise,
        Kind.RETURNED if _is_returned(promise, pause) else Kind.PAUSED,
        why,
        occurred_at=pause.since,
        decided_at=now,
        cause=pause.event.hex(),
    )
    if promise.rungs:
        promise.rungs = 0
        promise.withdrawals += 1
    return verdict


def _is_returned(promise: Promise, pause: Pause) -> bool:
    """It waits for a creditor who can be told to act; a customer who was asked is waited for."""
    agreement = promise.agreement
    with_customer = agreement.kind is AgreementKind.SLA and pause.rule != INCOMPLETE
    return pause.waiting_on == agreement.owed_to and not with_customer


def _change(promise: Promise, now: Instant) -> Iterator[Verdict]:
    """The events end the promise, end it otherwise than concluded, or do not end it after all."""
    before, outcome = promise.concluded, settled_state(promise)
    promise.concluded = outcome
    if outcome is None:
        _begin_again(promise)
    elif before is not None:
        promise.withdrawals += 1
    yield from _not_missed(promise, now)
    if outcome is not None and promise.course is not STRAIGHT:
        _supersede(promise)
        until = max(promise.course.missed, default=0)
        yield from _missed_versions(promise, Reason.EVIDENCE_AFTER_DEADLINE, now, until)
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
