"""Fold the events of one subject into its promises.

The promises are a function of the *set* of events: they are read in the order of their own times,
so any order of arrival and any repetition gives the same. An event that comes in order takes one
step; one that comes out of order folds the subject again from its events. What was concluded about
a promise (breaches, warnings) is history: it is carried over and never undone by the fold.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from services.tracker.core.continuing import carry_over, end_companions, without_opening
from services.tracker.core.deadlines import follow, hear_of
from services.tracker.core.decisions import DISPUTED
from services.tracker.core.detecting import detect
from services.tracker.core.interruptions import complete
from services.tracker.core.knowledge import remember
from services.tracker.core.opening import open_promises
from services.tracker.core.pausing import VERSION
from services.tracker.core.promises import Promise, settled_state
from services.tracker.core.roles import Role, role_of
from services.tracker.core.sets import AgreementSets
from services.tracker.core.settling import (
    accept_silence,
    decide,
    more_of,
    move,
)
from services.tracker.core.subject import COMMON, EVENTS_LIMIT, FOLDED, Counted, Event, Subject


def fold(subject: Subject, event: Event, sets: AgreementSets) -> tuple[Counted, list[Promise]]:
    """Count one event; gives the promises that it may have changed as well."""
    if (refused := _refused(subject, event)) is not None:
        return refused, []
    again = asks_to_refold(subject, event, sets)
    subject.remember(event)
    if again:
        refold(subject, sets)
        return FOLDED, [*subject.promises.values()]
    if (event.party, event.id) in subject.rare.retracted:
        return FOLDED, []
    role = role_of(sets, event.type)
    changed = _step(subject, event, role, sets)
    if role.found_by or subject.current or subject.rare.unmatched or subject.rare.late:
        detect(subject, sets)
    return FOLDED, changed


def fold_together(
    subject: Subject, events: Iterable[Event], sets: AgreementSets
) -> tuple[list[Counted], list[Promise]]:
    """Count events that came together, and fold the subject again once for all of them."""
    counted: list[Counted] = []
    for event in events:
        refused = _refused(subject, event)
        if refused is None:
            subject.remember(event)
        counted.append(refused or FOLDED)
    if FOLDED not in counted:
        return counted, []
    refold(subject, sets)
    return counted, [*subject.promises.values()]


def asks_to_refold(subject: Subject, event: Event, sets: AgreementSets) -> bool:
    """Whether one step after the last event is not enough for this one."""
    last = subject.events[-1] if subject.events else event
    if event.retracts or (event.occurred_at <= last.occurred_at and event < last):
        return True
    return _comes_into_silence(subject, event, sets)


def _refused(subject: Subject, event: Event) -> Counted | None:
    """Why the event is not folded; None where it is."""
    if known := subject.event(event.id):
        same = known.content == event.content
        return Counted.DUPLICATE if same else Counted.ID_CONFLICT
    if len(subject.events) >= EVENTS_LIMIT:
        return Counted.TOO_MANY_EVENTS
    return None if subject.can_hold(event) else Counted.SUBJECT_TOO_LARGE


def refold(subject: Subject, sets: AgreementSets) -> None:
    """Fold all events of the subject again, in order of time; history is carried over."""
    before = subject.promises
    for _ in one_by_one(subject, sets):
        pass
    for id, old in before.items():
        if id not in subject.promises:
            subject.promises[id] = without_opening(old)
        carry_over(old, subject.promises[id])
    for promise in subject.of_agreements(sets.accepting):
        end_companions(subject, promise)
    if subject.events:
        detect(subject, sets)


def one_by_one(subject: Subject, sets: AgreementSets) -> Iterator[Event]:
    """Fold its events again from nothing, in order of time: each that counts, once it is folded.

    What was concluded is not carried over: the promises are what the events alone say.
    """
    events = subject.events
    subject.begin_again()
    if retracted := _retracted(events):
        subject.rare = replace(COMMON, retracted=retracted)
    for event in events:
        if not event.retracts and (event.party, event.id) not in subject.rare.retracted:
            _step(subject, event, role_of(sets, event.type), sets)
            yield event


def _retracted(events: Sequence[Event]) -> frozenset[tuple[str, bytes]]:
    """What parties took back of their own; the latest retraction counts first, so that it may take
    back an earlier one."""
    retracted: set[tuple[str, bytes]] = set()
    for event in reversed(events):
        if event.retracts and (event.party, event.id) not in retracted:
            retracted.add((event.party, event.retracts))
    return frozenset(retracted)


def _step(subject: Subject, event: Event, role: Role, sets: AgreementSets) -> list[Promise]:
    """One event in order of time: first what is open already, then what it opens."""
    if not _says_something_new(subject, event, role):
        return []
    told = (*subject.told, event)
    subject.told = subject.events if len(told) == len(subject.events) else told
    if event.fields:
        remember(subject, event, sets)
    changed = _accepted(subject, event, sets) if sets.accepting else []
    if role.touches:
        changed += _moved(subject, event, role)
    if sets.draw_along:
        changed += _drawn_along(subject, event, changed, sets)
    if role.opens:
        changed += open_promises(subject, event, sets)
    return changed


def _comes_into_silence(subject: Subject, event: Event, sets: AgreementSets) -> bool:
    """Whether a report was taken as accepted because nobody had heard yet of this event."""
    return any(
        promise.course.deemed_accepted and event.occurred_at <= (promise.course.accepted_by or 0)
        for promise in (subject.of_agreements(sets.accepting) if sets.accepting else ())
    )


def _says_something_new(subject: Subject, event: Event, role: Role) -> bool:
    """The same fact under another id, or an older version of one, says nothing."""
    if event.type == DISPUTED:
        return _disputes_anew(subject, event)
    if role.by_key and subject.first_told(event.type, event.key):
        return False  # the earliest by its own time counts
    return not role.versioned or _is_newest(subject, event)


def _disputes_anew(subject: Subject, event: Event) -> bool:
    """Each report may be disputed once."""
    promise = subject.promises.get(event.promise_id)
    disputed = event.promise_id, promise.course.reported_in if promise else b""
    if disputed in subject.rare.disputed:
        return False
    subject.rare = replace(subject.rare, disputed=subject.rare.disputed | {disputed})
    return True


def _is_newest(subject: Subject, event: Event) -> bool:
    version = dict(event.key).get(VERSION, "")
    if not version.isdecimal():
        return True
    number = int(version)
    thing = event.type, tuple(pair for pair in event.key if pair[0] != VERSION)
    known = subject.rare.versions.get(thing, -1)
    versions = {**subject.rare.versions, thing: max(known, number)}
    subject.rare = replace(subject.rare, versions=versions)
    return number > known


def _accepted(subject: Subject, event: Event, sets: AgreementSets) -> list[Promise]:
    """The reports that nobody had answered when this happened: what it says comes after that."""
    return [
        promise
        for promise in subject.of_agreements(sets.accepting)
        if accept_silence(promise, event.occurred_at - 1)
    ]


def _moved(subject: Subject, event: Event, role: Role) -> list[Promise]:
    """The promises that the event changes, of those that were open before it."""
    if event.promise_id:
        return _decided(subject, event)
    changed: list[Promise] = []
    wanted = False
    for promise in subject.of_agreements(role.moves) if role.moves else ():
        if promise.settled_at is not None or promise.ended_as is not None:
            wanted |= _after_its_end(subject, promise, event)
        elif move(subject, promise, event):
            changed.append(promise)
    if role.keeps and not wanted and not changed:
        unmatched = {**subject.rare.unmatched, event.id: event}
        subject.rare = replace(subject.rare, unmatched=unmatched)
    for promise in subject.of_agreements(role.updates) if role.updates else ():
        if settled_state(promise) is None and hear_of(promise, event):
            changed.append(promise)
    return changed


def _after_its_end(subject: Subject, promise: Promise, event: Event) -> bool:
    """Evidence of a promise that is over: more of it, or nobody wanted it; false if it is none."""
    wanted = more_of(promise, event)
    if wanted and promise.ended_as is not None:
        late = {**subject.rare.late, event.id: event}
        subject.rare = replace(subject.rare, late=late)
    return wanted


def _decided(subject: Subject, event: Event) -> list[Promise]:
    promise = subject.promises.get(event.promise_id)
    by_party = str(event.fields.get("by_party", ""))
    return [promise] if promise and decide(promise, event, by_party) else []


def _drawn_along(
    subject: Subject, event: Event, changed: Sequence[Promise], sets: AgreementSets
) -> list[Promise]:
    """What hangs on others: handoffs that are complete now, what is due before a promise that
    moved, and the companions of one that ended."""
    drawn: list[Promise] = []
    for promise in subject.of_agreements(sets.requiring) if event.fields else ():
        waits = promise.course.missing and settled_state(promise) is None
        if waits and complete(subject, promise, event.occurred_at):
            drawn.append(promise)
    moved = deque([*changed, *drawn])
    while moved:
        promise = moved.popleft()
        for inner in subject.of_agreements(sets.due_before.get(promise.agreement.name, ())):
            if settled_state(inner) is None and follow(subject, inner, event.occurred_at):
                drawn.append(inner)
                moved.append(inner)
        drawn += end_companions(subject, promise)
    return drawn
