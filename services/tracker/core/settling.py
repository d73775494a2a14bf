"""What an event does to a promise that is open: cancel, amend, resume, keep, acknowledge, pause.

Each rule looks at the promise and the event alone, so that a subject's promises follow from the set
of its events. What opens a promise is `opening.py`'s affair.
"""

from dataclasses import replace

from services.shared.clock import Instant
from services.tracker.core.amounts import amounts, deliver, in_full
from services.tracker.core.deadlines import amend
from services.tracker.core.decisions import CONFIRMED, DISPUTED, RELEASED
from services.tracker.core.interruptions import pause, resume
from services.tracker.core.pausing import agree
from services.tracker.core.promises import Promise, State, settled_state
from services.tracker.core.subject import Event, Subject


def move(subject: Subject, promise: Promise, event: Event) -> bool:
    """Apply an event to an open promise, in the fixed order; true if that changed it."""
    agreement = promise.agreement
    if not agree(promise.key, event.key):
        return False
    if event.type in agreement.cancels_on:
        return end(promise, State.CANCELLED, event.occurred_at, event.id)
    if agreement.simple and event.type in agreement.evidence:
        promise.settled_at, promise.settled_by = event.occurred_at, event.id
        return True
    amended = event.type == agreement.amends_on and amend(subject, promise, event)
    resumed = bool(agreement.pauses) and resume(promise, event)
    moved = keep(promise, event) | acknowledge(promise, event) | amended | resumed
    if settled_state(promise) or not agreement.pauses:
        return moved
    return pause(subject, promise, event) | moved


def end(promise: Promise, ended_as: State, at: Instant, by: bytes) -> bool:
    promise.ended_at, promise.ended_as, promise.settled_by = at, ended_as, by
    return True


def keep(promise: Promise, event: Event) -> bool:
    """Evidence: all at once, in parts, or only the debtor's word."""
    agreement = promise.agreement
    if event.type == agreement.confirmed_by:
        return in_full(promise) and _settle(promise, event.occurred_at, event.id)
    if event.type not in agreement.evidence:
        return event.type == agreement.amends_on and _less_is_promised(promise, event)
    if agreement.in_full:
        add_delivery(promise, event)
        if not in_full(promise):
            return True
    return _done(promise, event)


def _less_is_promised(promise: Promise, event: Event) -> bool:
    """What was delivered before is all of it since this amendment."""
    delivered = any(part.delivered for part in promise.course.parts)
    return delivered and in_full(promise) and _done(promise, event)


def _done(promise: Promise, event: Event) -> bool:
    agreement = promise.agreement
    if agreement.two_sided:
        return _report(promise, event)
    return _settle(promise, event.occurred_at, event.id)


def more_of(promise: Promise, event: Event) -> bool:
    """Whether it is evidence of a promise that is kept already; what it delivers is counted."""
    wanted = event.type in promise.agreement.evidence and agree(promise.key, event.key)
    if wanted and promise.ended_as is None and promise.agreement.in_full:
        add_delivery(promise, event)
    return wanted


def add_delivery(promise: Promise, event: Event) -> None:
    """Count what an evidence delivers, also of a promise that is kept already."""
    full = promise.agreement.in_full
    assert full, "asked only where the agreement counts"
    value = event.fields.get(full.delivered.name)
    deliver(promise, amounts(value, full.delivered), event.occurred_at)


def acknowledge(promise: Promise, event: Event) -> bool:
    """The debtor has it: what is due now is the date that it first confirmed."""
    agreement, course = promise.agreement, promise.course
    if agreement.acknowledge is None or course.acknowledged_at is not None:
        return False
    done = (*agreement.evidence, agreement.confirmed_by)
    if event.type != agreement.acknowledge.on and event.type not in done:
        return False
    confirmed_by = promise.due_by if course.confirmed_by is None else course.confirmed_by
    promise.course = replace(course, acknowledged_at=event.occurred_at, confirmed_by=confirmed_by)
    return True


def decide(promise: Promise, event: Event, by_party: str) -> bool:
    """What people say of a promise: given up, taken as done, or disputed by one of its parties."""
    course = promise.course
    settled = settled_state(promise)
    match event.type:
        case _ if event.type == RELEASED and not settled:
            return end(promise, State.RELEASED, event.occurred_at, event.id)
        case _ if event.type == CONFIRMED and not settled:
            at = event.occurred_at if course.reported_at is None else course.reported_at
            return _settle(promise, at, event.id)
        case _ if event.type == DISPUTED:
            if by_party == promise.agreement.owed_to and not settled:
                course = replace(course, reported_at=None, accepted_by=None)
            promise.course = replace(course, disputes=(*course.disputes, event.id))
            return True
    return False


def accept_silence(promise: Promise, until: Instant) -> bool:
    """Take a report as accepted where its creditor was silent for long enough before `until`."""
    course = promise.course
    if course.accepted_by is None or course.accepted_by > until or settled_state(promise):
        return False
    assert course.reported_at is not None, "only what was reported waits for acceptance"
    promise.course = replace(course, deemed_accepted=True)
    return _settle(promise, course.reported_at, course.reported_in)


def _report(promise: Promise, event: Event) -> bool:
    """The debtor's own word: the clock runs on until the creditor's, or its silence."""
    agreement, course = promise.agreement, promise.course
    if course.reported_at is not None:
        return True  # it was wanted, but the first report counts
    silence, accepted_by = agreement.confirm_within, None
    if silence is not None:
        accepted_by = agreement.calendar.add(event.occurred_at, silence)
    promise.course = replace(
        course,
        reported_at=event.occurred_at,
        reported_in=event.id,
        accepted_by=accepted_by,
    )
    return True


def _settle(promise: Promise, at: Instant, by: bytes) -> bool:
    promise.settled_at, promise.settled_by = at, by
    return True
