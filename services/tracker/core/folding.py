"""Fold the events of one subject into its promises.

The promises are a function of the *set* of events: they are read in the order of their own times,
so any order of arrival and any repetition gives the same. An event that comes in order takes one
step; one that comes out of order folds the subject again from its events. What was concluded about
a promise (breaches, warnings) is history: it is carried over and never undone by the fold.
"""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime
from urllib.parse import quote

from services.shared.clock import Instant, to_instant
from services.shared.subjects import EVENT_TYPES
from services.tracker.core.agreements import Agreement, AgreementSets
from services.tracker.core.durations import DEADLINE_LIMIT
from services.tracker.core.promises import Promise, State, settled_state
from services.tracker.core.subject import (
    EVENTS_LIMIT,
    Counted,
    Event,
    Skipped,
    Subject,
)

RELEASED = "oncall.PromiseReleased"
_PROMISE_KEY_LENGTH = 120


def fold(
    subject: Subject, event: Event, sets: AgreementSets
) -> tuple[Counted, Collection[Promise]]:
    """Count one event; gives the promises that it may have changed as well."""
    if (content := subject.contents.get(event.id)) is not None:
        return (Counted.DUPLICATE if content == event.content else Counted.ID_CONFLICT), ()
    if len(subject.events) >= EVENTS_LIMIT:
        return Counted.TOO_MANY_EVENTS, ()
    in_order = subject.remember(event)
    if event.retracts or not in_order:
        refold(subject, sets)
        return Counted.FOLDED, subject.promises.values()
    if (event.party, event.id) in subject.retracted:
        return Counted.FOLDED, ()
    return Counted.FOLDED, _step(subject, event, sets)


def refold(subject: Subject, sets: AgreementSets) -> None:
    """Fold all events of the subject again, in order of time; history is carried over."""
    before = subject.promises
    subject.order = subject.customer = subject.case = ""
    subject.told, subject.facts, subject.promises, subject.skipped = {}, {}, {}, {}
    subject.retracted = _retracted(subject.events)
    for event in subject.events:
        if (event.party, event.id) not in subject.retracted:
            _step(subject, event, sets)
    for id, old in before.items():
        if id not in subject.promises:
            subject.promises[id] = _without_opening(old)
        _carry_over(old, subject.promises[id])


def _retracted(events: Sequence[Event]) -> set[tuple[str, bytes]]:
    """What parties took back of their own; the latest retraction counts first, so that it may take
    back an earlier one."""
    retracted: set[tuple[str, bytes]] = set()
    for event in reversed(events):
        if event.retracts and (event.party, event.id) not in retracted:
            retracted.add((event.party, event.retracts))
    return retracted


def _carry_over(old: Promise, new: Promise) -> None:
    new.concluded, new.breached_at = old.concluded, old.breached_at
    new.rungs, new.announced, new.withdrawals = old.rungs, old.announced, old.withdrawals
    new.revision = old.revision
    if new.agreement is old.agreement:
        new.queued_at = old.queued_at
    if new.due_by != old.due_by and new.announced is None:
        new.rungs = 0  # what was too late to warn of may be in time for the other deadline


def _without_opening(old: Promise) -> Promise:
    """A promise whose opening fact was taken back, or proved to say nothing new, is cancelled."""
    return Promise(
        old.id,
        old.agreement,
        old.key,
        old.opened_at,
        old.opened_by,
        old.due_by,
        old.traceparent,
        ended_at=old.opened_at,
        ended_as=State.CANCELLED,
    )


def _step(subject: Subject, event: Event, sets: AgreementSets) -> list[Promise]:
    """One event in order of time: cancel, then keep, then open; gives the promises it changed."""
    fact = (event.type, event.key if event.type in EVENT_TYPES else event.id)
    if fact in subject.told:
        return []  # the same fact under another id: the earliest by its own time counts
    subject.told[fact] = event
    subject.order = subject.order or event.order
    subject.customer = subject.customer or event.customer
    subject.case = subject.case or event.case
    if event.fields:
        _remember_facts(subject, event, sets)
    changed = []
    if event.type in sets.ending or event.type == RELEASED:
        open_promises = (each for each in subject.promises.values() if not settled_state(each))
        changed = [promise for promise in open_promises if _settle(promise, event)]
    for agreement in sets.at(event.arrived_at).opened_by.get(event.type, ()):
        if agreement.effective_from <= event.occurred_at:
            changed += _open(subject, event, agreement)
    return changed


def _remember_facts(subject: Subject, event: Event, sets: AgreementSets) -> None:
    kind = subject.id.partition("/")[0]
    for fact in sets.facts:
        if fact.about == kind and event.fields.get(fact.name) is not None:
            subject.facts[fact] = event.fields[fact.name]


def _settle(promise: Promise, event: Event) -> bool:
    agreement = promise.agreement
    if event.type in agreement.cancels_on and _same_thing(event, promise):
        promise.ended_at, promise.ended_as = event.occurred_at, State.CANCELLED
    elif event.type == RELEASED and event.promise_id == promise.id:
        promise.ended_at, promise.ended_as = event.occurred_at, State.RELEASED
    elif event.type in agreement.evidence and _same_thing(event, promise):
        promise.settled_at = event.occurred_at
    else:
        return False
    promise.settled_by = event.id
    return True


def _same_thing(event: Event, promise: Promise) -> bool:
    """The event speaks of the promise's own refund, invoice...: key fields that both have agree."""
    mine = dict(promise.key)
    return all(mine.get(name, value) == value for name, value in event.key)


def _open(subject: Subject, event: Event, agreement: Agreement) -> tuple[Promise, ...]:
    """The promise that the event opens; none where it is open already, or has no deadline."""
    id = promise_id(subject.id, agreement.name, event.key)
    known = subject.promises.get(id)
    if known and not known.opening_taken_back:
        return ()
    due_by = _due_by(subject, event, agreement)
    if isinstance(due_by, Skipped):
        subject.skipped[agreement.name, event.id] = due_by
        return ()
    promise = Promise(
        id, agreement, event.key, event.occurred_at, event.id, due_by, event.traceparent
    )
    if known:
        _carry_over(known, promise)
    if evidence := _evidence_before(subject, promise):
        promise.settled_at, promise.settled_by = evidence.occurred_at, evidence.id
    subject.promises[id] = promise
    return (promise,)


def _due_by(subject: Subject, event: Event, agreement: Agreement) -> Instant | Skipped:
    if agreement.within is not None:
        return agreement.clock.add(event.occurred_at, agreement.within)
    due_by = _as_instant(subject.facts.get(agreement.by)) if agreement.by else None
    if due_by is None:
        return Skipped.FACT_ABSENT
    if abs(due_by - event.occurred_at) > DEADLINE_LIMIT:
        return Skipped.DEADLINE_TOO_FAR
    return due_by


def _as_instant(value: object) -> Instant | None:
    """An instant from a fact: an Instant, or ISO 8601 text with a zone; None for anything else."""
    if isinstance(value, str):
        try:
            return to_instant(datetime.fromisoformat(value))
        except ValueError:
            return None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _evidence_before(subject: Subject, promise: Promise) -> Event | None:
    """Evidence that happened before its promise was made, and that kept no other promise."""
    agreement = promise.agreement
    early = [
        event
        for (type, _), event in subject.told.items()
        if type in agreement.evidence and _same_thing(event, promise)
    ]
    if not early:
        return None
    used = {
        other.settled_by
        for other in subject.promises.values()
        if other.agreement.name == agreement.name
    }
    return next((event for event in early if event.id not in used), None)


def promise_id(subject: str, agreement: str, key: tuple[tuple[str, str], ...]) -> str:
    """Subject, agreement and the natural key of the opening fact, `~` between them."""
    parts = "&".join(f"{quote(name)}={quote(value)}" for name, value in key)
    if len(parts) > _PROMISE_KEY_LENGTH:
        parts = hashlib.sha256(parts.encode()).hexdigest()[:32]
    return f"{subject}~{agreement}" + (f"~{parts}" if parts else "")
