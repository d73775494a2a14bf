"""When a promise is due: by its agreement, after amendments, and with what pauses took away."""

from dataclasses import replace

from services.shared.clock import Instant
from services.tracker.core.agreements import Agreement
from services.tracker.core.amounts import amounts, promise_parts
from services.tracker.core.durations import DEADLINE_LIMIT
from services.tracker.core.knowledge import as_instant, value_of
from services.tracker.core.pausing import agree, delayed
from services.tracker.core.promises import Promise
from services.tracker.core.subject import Event, Key, Skipped, Subject


def due_of(
    subject: Subject, agreement: Agreement, started_at: Instant, key: Key
) -> Instant | Skipped:
    """The deadline of a clock that starts then, without pauses; or why there is none."""
    if agreement.within is not None:
        due_by: Instant | None = agreement.clock.add(started_at, agreement.within)
    elif agreement.before is not None:
        known = reversed(subject.of_agreements((agreement.before.promise,)))
        outer = next((each for each in known if agree(each.key, key)), None)
        if outer is None:
            return Skipped.OUTER_PROMISE_ABSENT
        due_by = agreement.calendar.subtract(outer.due_by, agreement.before.slack)
    else:
        assert agreement.by, "an agreement has one of `within`, `by` and `before`"
        due_by = as_instant(value_of(subject, agreement.by, key))
    if due_by is None:
        return Skipped.FACT_ABSENT
    return Skipped.DEADLINE_TOO_FAR if abs(due_by - started_at) > DEADLINE_LIMIT else due_by


def amend(subject: Subject, promise: Promise, event: Event) -> bool:
    """A new version by the facts as they stand now; the clock's start and consumption stay."""
    due_by = due_of(subject, promise.agreement, promise.opened_at, promise.key)
    known = promise.course.undelayed_by
    _new_version(promise, event.occurred_at, known if isinstance(due_by, Skipped) else due_by)
    if promise.agreement.in_full:
        count_promised(subject, promise, event.occurred_at)
    return True


def hear_of(promise: Promise, event: Event) -> bool:
    """The debtor said something: the next update is due so much later, with the pauses since."""
    agreement = promise.agreement
    assert agreement.within, "an update is due within a span"
    at = event.occurred_at
    if at <= promise.opened_at:
        return False
    due_by = agreement.clock.add(at, agreement.within)
    left = (each for each in promise.course.pauses if each.until > at)
    pauses = tuple(replace(each, since=max(each.since, at)) for each in left)
    promise.course = replace(promise.course, pauses=pauses)
    if promise.due_by < at:
        _new_version(promise, at, due_by)
    else:
        promise.course = replace(promise.course, undelayed_by=due_by)
        delay(promise)
    return True


def follow(subject: Subject, promise: Promise, at: Instant) -> bool:
    """Compute the deadline again where the promise that it hangs on moved `at` a moment.

    True if it did. Like one that is amended, a deadline that had passed by then stays missed.
    """
    agreement, course = promise.agreement, promise.course
    due_by = due_of(subject, agreement, promise.opened_at, promise.key)
    if isinstance(due_by, Skipped):
        return False
    if delayed(due_by, course.pauses, agreement.clock) == promise.due_by:
        return False
    if promise.due_by < at:
        _new_version(promise, at, due_by)
    else:
        promise.course = replace(course, undelayed_by=due_by, requested_by=promise.requested_by)
        delay(promise)
    return True


def delay(promise: Promise) -> None:
    """Move the deadline and its warnings by what pauses took away."""
    course = promise.course
    base = promise.due_by if course.undelayed_by is None else course.undelayed_by
    promise.course = replace(course, undelayed_by=base, requested_by=promise.requested_by)
    promise.due_again(delayed(base, course.pauses, promise.agreement.clock))


def count_promised(subject: Subject, promise: Promise, at: Instant) -> None:
    """How much is promised, as the subject's facts stand `at` this moment of the fold."""
    full = promise.agreement.in_full
    assert full, "asked only where the agreement counts"
    value = value_of(subject, full.promised, promise.key)
    promise_parts(promise, amounts(value, full.promised), at)


def _new_version(promise: Promise, at: Instant, undelayed_by: Instant | None) -> None:
    """A date that had passed when it was moved stays missed."""
    course, before = promise.course, promise.due_by
    promise.course = replace(
        course,
        version=course.version + 1,
        requested_by=promise.requested_by,
        confirmed_by=promise.first_confirmed_by,
        undelayed_by=undelayed_by,
    )
    delay(promise)
    if before < at and promise.due_by != before:
        promise.course = replace(promise.course, missed=(*course.missed, before))
