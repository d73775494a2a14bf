"""Fold the events of one subject into its promises.

The promises are a function of the *set* of events: they are read in the order of their own times,
so any order of arrival and any repetition gives the same. An event that comes in order takes one
step; one that comes out of order folds the subject again from its events. What was concluded about
a promise (breaches, warnings) is history: it is carried over and never undone by the fold.
"""

from collections.abc import Collection, Iterator, Sequence

from services.shared.subjects import EVENT_TYPES
from services.tracker.core.continuing import carry_over, end_companions, without_opening
from services.tracker.core.deadlines import follow, hear_of
from services.tracker.core.detecting import detect
from services.tracker.core.interruptions import complete
from services.tracker.core.knowledge import remember
from services.tracker.core.opening import open_promises
from services.tracker.core.pausing import VERSION, agree
from services.tracker.core.promises import Promise, settled_state
from services.tracker.core.sets import AgreementSets
from services.tracker.core.settling import (
    DECISIONS,
    accept_silence,
    add_delivery,
    decide,
    move,
)
from services.tracker.core.subject import EVENTS_LIMIT, Counted, Event, Subject


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
    if subject.retracted and (event.party, event.id) in subject.retracted:
        return Counted.FOLDED, ()
    changed = _step(subject, event, sets)
    detect(subject, event, sets)
    return Counted.FOLDED, changed


def refold(subject: Subject, sets: AgreementSets) -> None:
    """Fold all events of the subject again, in order of time; history is carried over."""
    before = subject.promises
    subject.begin_again()
    subject.retracted = _retracted(subject.events)
    for event in subject.events:
        if (event.party, event.id) not in subject.retracted:
            _step(subject, event, sets)
    for id, old in before.items():
        if id not in subject.promises:
            subject.add(without_opening(old))
        carry_over(old, subject.promises[id])
    detect(subject, None, sets)


def _retracted(events: Sequence[Event]) -> set[tuple[str, bytes]]:
    """What parties took back of their own; the latest retraction counts first, so that it may take
    back an earlier one."""
    retracted: set[tuple[str, bytes]] = set()
    for event in reversed(events):
        if event.retracts and (event.party, event.id) not in retracted:
            retracted.add((event.party, event.retracts))
    return retracted


def _step(subject: Subject, event: Event, sets: AgreementSets) -> list[Promise]:
    """One event in order of time: first what is open already, then what it opens."""
    if event.retracts or not _says_something_new(subject, event):
        return []
    subject.order = subject.order or event.order
    subject.customer = subject.customer or event.customer
    subject.case = subject.case or event.case
    if event.fields:
        remember(subject, event, sets)
    if event.type in DECISIONS:
        changed = _decided(subject, event)
    else:
        changed = [*_moved(subject, event, sets)]
    if event.fields and sets.requiring:
        changed += _completed(subject, event, sets)
    if changed:
        changed += [*_drawn_along(subject, changed, sets)]
    return changed + open_promises(subject, event, sets)


def _says_something_new(subject: Subject, event: Event) -> bool:
    """The same fact under another id, or an older version of one, says nothing."""
    told = subject.told.setdefault(event.type, {})
    fact = event.key if event.type in EVENT_TYPES else event.id
    if fact in told:
        return False  # the earliest by its own time counts
    told[fact] = event
    for name, value in event.key:
        if name == VERSION and value.isdecimal():
            thing = event.type, tuple(pair for pair in event.key if pair[0] != VERSION)
            known = subject.versions.get(thing, -1)
            subject.versions[thing] = max(known, int(value))
            return int(value) > known
    return True


def _moved(subject: Subject, event: Event, sets: AgreementSets) -> Iterator[Promise]:
    """The promises that the event changes, of those that were open before it."""
    wanted = False
    for promise in subject.of_agreements(sets.moved_by.get(event.type, ())):
        if promise.course.accepted_by is not None:
            accept_silence(promise, event.occurred_at - 1)
        if settled_state(promise):
            wanted |= _after_its_end(subject, promise, event)
        elif move(subject, promise, event):
            wanted = True
            yield promise
    if not wanted and event.type in sets.evidence:
        subject.unmatched[event.id] = event
    for promise in subject.of_agreements(sets.updated_by.get(event.party, ())):
        if settled_state(promise) is None and hear_of(promise, event):
            yield promise


def _after_its_end(subject: Subject, promise: Promise, event: Event) -> bool:
    """Evidence of a promise that is over: more of it, or nobody wanted it; false if it is none."""
    if event.type not in promise.agreement.evidence or not agree(promise.key, event.key):
        return False
    if promise.ended_as is not None:
        subject.late[event.id] = event
    elif promise.agreement.in_full:
        add_delivery(promise, event)
    return True


def _decided(subject: Subject, event: Event) -> list[Promise]:
    promise = subject.promises.get(event.promise_id)
    by_party = str(event.fields.get("by_party", ""))
    return [promise] if promise and decide(promise, event, by_party) else []


def _completed(subject: Subject, event: Event, sets: AgreementSets) -> Iterator[Promise]:
    """The handoffs that wait for what this event may have told."""
    for promise in subject.of_agreements(sets.requiring):
        waits = promise.course.missing and settled_state(promise) is None
        if waits and complete(subject, promise, event.occurred_at):
            yield promise


def _drawn_along(
    subject: Subject, changed: Sequence[Promise], sets: AgreementSets
) -> Iterator[Promise]:
    """What hangs on a promise that moved: those due before it, and its companions when it ends."""
    for promise in changed:
        for inner in subject.of_agreements(sets.due_before.get(promise.agreement.name, ())):
            if settled_state(inner) is None and follow(subject, inner):
                yield inner
        yield from end_companions(subject, promise)
