"""What stops and starts a promise's clock: pauses by events, and a handoff that is not complete."""

from dataclasses import replace

from services.shared.clock import Instant
from services.tracker.core.agreements import PauseRule
from services.tracker.core.deadlines import delay
from services.tracker.core.knowledge import missing
from services.tracker.core.pausing import Pause, ended, limit_of
from services.tracker.core.promises import Promise
from services.tracker.core.subject import Event, Subject

_ID = "_id"
INCOMPLETE = -1
"""The place among an agreement's pauses of the one that waits for a complete handoff."""


def pause(subject: Subject, promise: Promise, event: Event) -> bool:
    """Begin the pauses that the event begins; one that began earlier counts from the opening.

    What ends this very thing may have been told with an earlier time: then it has no length.
    """
    about = tuple(pair for pair in event.key if pair[0].endswith(_ID))  # a version is no thing
    begun = tuple(
        Pause(
            max(event.occurred_at, promise.opened_at),
            limit_of(event.occurred_at, rule.at_most, promise.agreement.calendar),
            place,
            event.id,
            event.type,
            rule.waiting_on,
            about,
            event.actor,
            _ended_before(subject, rule, event) if about else None,
        )
        for place, rule in enumerate(promise.agreement.pauses)
        if rule.starts_on == event.type
    )
    return bool(begun) and _stand(promise, (*promise.course.pauses, *begun))


def resume(promise: Promise, event: Event) -> bool:
    """End the pauses that the event ends and that are about the same thing."""
    pauses = promise.course.pauses
    for place, rule in enumerate(promise.agreement.pauses):
        if rule.ends_on == event.type:
            pauses = ended(pauses, place, event.key, event.occurred_at)
    return pauses != promise.course.pauses and _stand(promise, pauses)


def return_to_sender(subject: Subject, promise: Promise, event: Event) -> None:
    """A handoff without what it requires: the clock stands until the creditor has completed it."""
    lacking = missing(subject, promise.agreement.requires, promise.key)
    if lacking:
        waiting = Pause(
            promise.opened_at,
            limit_of(promise.opened_at, None, promise.agreement.calendar),
            INCOMPLETE,
            event.id,
            event.type,
            promise.agreement.owed_to,
        )
        promise.course = replace(promise.course, missing=lacking)
        _stand(promise, (*promise.course.pauses, waiting))


def complete(subject: Subject, promise: Promise, at: Instant) -> bool:
    """End the wait for a complete handoff once nothing is missing any more."""
    lacking = missing(subject, promise.agreement.requires, promise.key)
    if lacking == promise.course.missing:
        return False
    promise.course = replace(promise.course, missing=lacking)
    if not lacking:
        _stand(promise, ended(promise.course.pauses, INCOMPLETE, (), at))
    return True


def _ended_before(subject: Subject, rule: PauseRule, event: Event) -> Instant | None:
    end = subject.first_told(rule.ends_on, event.key)
    return end.occurred_at if end else None


def _stand(promise: Promise, pauses: tuple[Pause, ...]) -> bool:
    promise.course = replace(promise.course, pauses=pauses)
    delay(promise)
    return True
