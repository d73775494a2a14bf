"""The two usual events in one step each: the first of a subject, and the one that keeps a promise.

Most subjects begin with an event that opens promises of simple agreements, and most of these are
kept by one event in time. Both are told from everything else by what their type can do, as in
`Role`, and by a look at the subject. Whatever is less usual is the affair of `folding.py` and
`concluding.py`, which come to the same for these as well, in more steps.
"""

from services.shared.clock import Instant
from services.tracker.core.continuing import PLAIN_LENGTH
from services.tracker.core.opening import AGE_LIMIT
from services.tracker.core.pausing import agree
from services.tracker.core.promises import Promise, State
from services.tracker.core.roles import Role
from services.tracker.core.subject import EVENTS_LIMIT, Event, Subject
from services.tracker.core.verdicts import Kind, Reason, Verdict, as_verdict

_IN_TIME, _KEPT, _EVIDENCE = State.KEPT, Kind.KEPT, Reason.EVIDENCE


def begin(subject_id: str, event: Event, role: Role) -> Subject | None:
    """A subject with its first event and the promises that it opens; None where that is unusual.

    `queued_at` of each promise says when it has to be looked at.
    """
    at, key = event.occurred_at, event.key
    if event.arrived_at < role.latest_from or event.arrived_at - at > AGE_LIMIT:
        return None
    if event.fields or event.backfilled or event.retracts or len(key) != 1:
        return None
    value = key[0][1]
    if not value.isalnum() or not value.isascii() or len(value) >= PLAIN_LENGTH:
        return None
    promises: dict[str, Promise] = {}
    for each in role.begins:
        agreement = each.agreement
        if agreement.effective_from > at:
            return None
        id = f"{subject_id}{each.plain_id}{value}"
        promises[id] = Promise(
            id,
            agreement,
            key,
            at,
            event.id,
            at + each.due_in,
            event.traceparent,
            0,
            at + each.look_in,
        )
    events = (event,)
    return Subject(subject_id, events, events, promises)


def keep(subject: Subject, event: Event, now: Instant) -> list[Verdict] | None:
    """The verdicts on what the event keeps in time; None where it does more, or nothing.

    Then nothing was changed. All promises of a usual subject are simple, and the one thing that was
    ever concluded of them is that they were opened: nothing befell them, nobody was told of them.
    """
    at, events = event.occurred_at, subject.events
    if not events or events[-1].occurred_at >= at or len(events) >= EVENTS_LIMIT:
        return None
    if event.fields or subject.rare.retracted or subject.current:
        return None
    if events[0].id == event.id or (len(events) > 1 and subject.event(event.id)):
        return None
    kept: list[Promise] = []
    for promise in subject.promises.values():
        agreement = promise.agreement
        if promise.revision != 1 or not agreement.simple or promise.due_by < at:
            return None
        if event.type in agreement.evidence and (
            event.type in agreement.unkeyed or agree(promise.key, event.key)
        ):
            kept.append(promise)
    if not kept:
        return None
    subject.events = (*events, event)
    subject.told = subject.events if subject.told is events else (*subject.told, event)
    return [_keep(promise, event, now) for promise in kept]


def _keep(promise: Promise, event: Event, now: Instant) -> Verdict:
    promise.settled_at = at = event.occurred_at
    promise.settled_by = id = event.id
    promise.concluded, promise.revision = _IN_TIME, 2
    return as_verdict(
        (_KEPT, _EVIDENCE, promise.id, 2, promise.due_by, at, now, id.hex(), False, 0)
    )
