"""What is told of a promise's course: acknowledged, amended, disputed, paused, missed dates."""

from collections.abc import Iterator
from dataclasses import replace

from services.shared.clock import Instant
from services.tracker.core.agreements import AgreementKind
from services.tracker.core.interruptions import INCOMPLETE
from services.tracker.core.pausing import Pause, holding
from services.tracker.core.promises import Announced, Promise, settled_state, untold
from services.tracker.core.verdicts import Kind, Reason, Verdict, conclude


def of_course(promise: Promise, now: Instant) -> Iterator[Verdict]:
    """What befell a promise that is still open."""
    course, mentioned = promise.course, promise.mentioned
    yield from not_missed(promise, now)
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
    yield from pauses(promise, now)


def _amended(promise: Promise, now: Instant) -> Verdict:
    """A breach of a version that had passed when it was amended stays on record, and is over."""
    course = promise.course
    superseded = supersede(promise)
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


def supersede(promise: Promise) -> bool:
    """A breach of a date that has been moved since stays on record; true if it stood until now."""
    breached_at = promise.breached_at
    if breached_at is None or breached_at not in promise.course.missed:
        return False
    _record(promise, breached_at)
    promise.breached_at = None
    return True


def missed_versions(
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


def not_missed(promise: Promise, now: Instant) -> Iterator[Verdict]:
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


def pauses(promise: Promise, now: Instant) -> Iterator[Verdict]:
    """The clock stands at this moment, or goes again; a pause may begin a little after our now.

    Of pauses that hold together one is told, and stays so while it holds, unless another one waits
    for somebody who can be told to act.
    """
    if settled_state(promise) or promise.breached_at is not None:
        return
    at = max([now, *(pause.since for pause in promise.course.pauses)])
    holds = holding(promise.course.pauses, at, promise.due_by)
    pause = max(holds, key=lambda each: _urgency(promise, each), default=None)
    told = next((each for each in holds if each.event == promise.mentioned.pause), None)
    if pause and (told is None or _is_returned(promise, pause) > _is_returned(promise, told)):
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
    over = (promise.mentioned.pause,) if promise.mentioned.pause else ()
    resumed = (*promise.mentioned.resumed, *over)
    promise.mentioned = replace(promise.mentioned, pause=pause.event, resumed=resumed)
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


def _urgency(promise: Promise, pause: Pause) -> tuple[bool, Instant, bytes]:
    """What somebody can act on comes first, then the last to begin."""
    return _is_returned(promise, pause), pause.since, pause.event


def _is_returned(promise: Promise, pause: Pause) -> bool:
    """It waits for a creditor who can be told to act; a customer who was asked is waited for."""
    agreement = promise.agreement
    with_customer = agreement.kind is AgreementKind.SLA and pause.rule != INCOMPLETE
    return pause.waiting_on == agreement.owed_to and not with_customer
