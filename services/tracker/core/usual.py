"""The usual events in one step each: the first of a subject, and those that keep a promise in time.

Most subjects begin with an event that opens promises of simple agreements, and most of these are
kept by one event in time, which often opens the next ones. Both are told from everything else by
what their type can do, as in `Role`, and by a look at the subject. Whatever is less usual is the
affair of `folding.py` and `concluding.py`, which come to the same for these as well, in more steps.
"""

from services.shared.clock import Instant
from services.tracker.core.concluding import opened
from services.tracker.core.continuing import PLAIN_LENGTH
from services.tracker.core.opening import AGE_LIMIT, PROMISES_LIMIT
from services.tracker.core.pausing import agree
from services.tracker.core.promises import Promise, State
from services.tracker.core.roles import Role
from services.tracker.core.subject import COMMON, EVENTS_LIMIT, Event, Subject
from services.tracker.core.verdicts import Kind, Reason, Verdict, as_verdict

_IN_TIME, _KEPT, _EVIDENCE = State.KEPT, Kind.KEPT, Reason.EVIDENCE


def begin(subject_id: str, event: Event, role: Role) -> Subject | None:
    """A subject with its first event and the promises that it opens; None where that is unusual.

    `queued_at` of each promise says when it has to be looked at.
    """
    if event.fields or event.retracts:
        return None
    promises = _opened(subject_id, event, role)
    if promises is None:
        return None
    events = (event,)
    return Subject(subject_id, events, events, {each.id: each for each in promises})


def go_on(subject: Subject, event: Event, role: Role, now: Instant) -> list[Verdict] | None:
    """The verdicts on what the event keeps in time and on what it opens; None where it does more,
    or keeps nothing. Then nothing was changed.

    All promises of a usual subject are simple, and of those that are kept nothing was ever
    concluded but that they were opened: nothing befell them, nobody was told of them. `queued_at`
    of each that is opened says when it has to be looked at.
    """
    if not _is_next(subject, event) or not _is_news(subject, event, role):
        return None
    kept = _kept(subject, event, role)
    if not kept:
        return None
    promises, new = subject.promises, list[Promise]()
    if role.begins:
        more = _opened(subject.id, event, role)
        if more is None or len(promises) + len(more) > PROMISES_LIMIT:
            return None
        if any(each.id in promises for each in more):
            return None
        new = more
    events = subject.events
    subject.events = (*events, event)
    subject.told = subject.events if subject.told is events else (*subject.told, event)
    verdicts = [_keep(promise, event, now) for promise in kept]
    for promise in new:
        promises[promise.id] = promise
        verdicts.append(opened(promise, now))
    return verdicts


def _is_next(subject: Subject, event: Event) -> bool:
    """Whether it follows what was told, and nothing rare is known of the subject."""
    events = subject.events
    if not events or events[-1].occurred_at >= event.occurred_at or len(events) >= EVENTS_LIMIT:
        return False
    if event.fields or event.retracts or subject.rare is not COMMON:
        return False
    return not subject.current and not subject.found and subject.event(event.id) is None


def _is_news(subject: Subject, event: Event, role: Role) -> bool:
    """Whether nobody told it before, nor anything that befalls a promise which it opens."""
    for told in subject.told:
        if told.type == event.type and told.key == event.key:
            return False
        if any(told.type in each.agreement.moved_by for each in role.begins):
            return False
    return True


def _kept(subject: Subject, event: Event, role: Role) -> list[Promise] | None:
    """The open promises that it is evidence of; None where it is anything else."""
    at, kept = event.occurred_at, list[Promise]()
    for promise in subject.promises.values():
        agreement = promise.agreement
        if not agreement.simple:
            return None
        if agreement.name not in role.moves:
            continue
        if promise.revision != 1 or promise.due_by < at:
            return None
        if event.type in agreement.evidence and (
            event.type in agreement.unkeyed or agree(promise.key, event.key)
        ):
            kept.append(promise)
    return kept


def _opened(subject_id: str, event: Event, role: Role) -> list[Promise] | None:
    """The promises that it opens; None where more than elapsed time has to be asked."""
    at, key = event.occurred_at, event.key
    if event.arrived_at < role.latest_from or event.arrived_at - at > AGE_LIMIT:
        return None
    if event.backfilled or len(key) != role.key_fields:
        return None
    value = key[0][1] if key else ""
    if key and not (value.isalnum() and value.isascii() and len(value) < PLAIN_LENGTH):
        return None
    promises: list[Promise] = []
    for each in role.begins:
        agreement = each.agreement
        if agreement.effective_from > at:
            return None
        promises.append(
            Promise(
                f"{subject_id}{each.plain_id}{value}",
                agreement,
                key,
                at,
                event.id,
                at + each.due_in,
                event.traceparent,
                0,
                at + each.look_in,
            )
        )
    return promises


def _keep(promise: Promise, event: Event, now: Instant) -> Verdict:
    promise.settled_at = at = event.occurred_at
    promise.settled_by = id = event.id
    promise.concluded, promise.revision = _IN_TIME, 2
    return as_verdict(
        (_KEPT, _EVIDENCE, promise.id, 2, promise.due_by, at, now, id.hex(), False, 0)
    )
