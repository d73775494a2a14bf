"""Which promises an event opens: the agreements of the set that applies to it, and their terms."""

from collections.abc import Sequence
from dataclasses import replace

from services.shared.clock import SECOND, Instant
from services.tracker.core.agreements import Agreement
from services.tracker.core.continuing import carry_over, end_companions, promise_id
from services.tracker.core.deadlines import count_promised, due_of
from services.tracker.core.interruptions import return_to_sender
from services.tracker.core.knowledge import values_of
from services.tracker.core.pausing import agree
from services.tracker.core.promises import Promise, State, settled_state
from services.tracker.core.sets import AgreementSets
from services.tracker.core.settling import end, more_of, move
from services.tracker.core.subject import Event, Skipped, Subject

AGE_LIMIT = 37 * 86_400 * SECOND
"""An event that is older when it arrives opens nothing, unless it is declared as told late."""

PROMISES_LIMIT = 10_000
"""Open promises of one subject; one more is not opened."""


def open_promises(subject: Subject, event: Event, sets: AgreementSets) -> list[Promise]:
    """The promises that the event opens under the set of its broker time.

    What no agreement there is for is parked, and taken up by the first later set that has one.
    """
    opened = _under(subject, event, sets.at(event.arrived_at).opened_by.get(event.type, ()))
    if opened is None:
        for later in sets.after(event.arrived_at):
            opened = _under(subject, event, later.opened_by.get(event.type, ()))
            if opened is not None:
                break
        else:
            parked = subject.rare.parked | {event.id}
            subject.rare = replace(subject.rare, parked=parked)
    for promise in opened or ():
        if not promise.agreement.simple:
            end_companions(subject, promise)
    return opened or []


def _under(
    subject: Subject, event: Event, agreements: tuple[Agreement, ...]
) -> list[Promise] | None:
    """What the event opens under these agreements; None where none of them is meant for it."""
    opened: list[Promise] = []
    matched = False
    for agreement in agreements:
        if agreement.effective_from > event.occurred_at:
            continue
        holds = agreement.where is None or _holds(subject, event, agreement)
        if holds is None:
            _skip(subject, event, agreement, Skipped.CONDITION_UNKNOWN)
        if holds is not False:
            matched = True
        if holds and (promise := _open(subject, event, agreement)):
            opened.append(promise)
    return opened if matched else None


def _holds(subject: Subject, event: Event, agreement: Agreement) -> bool | None:
    assert agreement.where, "asked only where there is a condition"
    return agreement.where.holds(values_of(subject, agreement.where.facts, event.key, event))


def _open(subject: Subject, event: Event, agreement: Agreement) -> Promise | None:
    """None where it is open already, or cannot be opened, which is noted."""
    id = promise_id(subject.id, agreement.name, event.key)
    known = subject.promises.get(id)
    if known and not known.opening_taken_back:
        return None
    if agreement.part_of and not _opened_with(subject, event, agreement.part_of):
        return None
    due_by = _due_by(subject, event, agreement)
    if isinstance(due_by, Skipped):
        _skip(subject, event, agreement, due_by)
        return None
    promise = Promise(
        id,
        agreement,
        event.key,
        event.occurred_at,
        event.id,
        due_by,
        event.traceparent,
        event.arrived_at if event.backfilled else 0,
    )
    if agreement.in_full:
        count_promised(subject, promise, event.occurred_at)
    if agreement.requires:
        return_to_sender(subject, promise, event)
    if len(subject.told) > 1 and (told := subject.told_in(agreement.moved_by)):
        _take_up(subject, promise, told)
    if known:
        carry_over(known, promise)
        del subject.promises[id]
    subject.promises[id] = promise
    return promise


def _opened_with(subject: Subject, event: Event, agreement: str) -> bool:
    """Whether the event opened the promise that a companion comes with."""
    promise = subject.promises.get(promise_id(subject.id, agreement, event.key))
    return promise is not None and promise.opened_by == event.id


def _skip(subject: Subject, event: Event, agreement: Agreement, why: Skipped) -> None:
    skipped = {**subject.rare.skipped, (agreement.name, event.id): why}
    subject.rare = replace(subject.rare, skipped=skipped)


def _due_by(subject: Subject, event: Event, agreement: Agreement) -> Instant | Skipped:
    if event.arrived_at - event.occurred_at > AGE_LIMIT and not event.backfilled:
        return Skipped.TOO_OLD
    if len(subject.promises) >= PROMISES_LIMIT and _open_ones(subject) >= PROMISES_LIMIT:
        return Skipped.TOO_MANY_PROMISES
    if agreement.elapsed is not None:
        return event.occurred_at + agreement.elapsed
    return due_of(subject, agreement, event.occurred_at, event.key)


def _open_ones(subject: Subject) -> int:
    return sum(settled_state(each) is None for each in subject.promises.values())


def _take_up(subject: Subject, promise: Promise, told: Sequence[Event]) -> None:
    """Events that happened before the promise was made: its evidence, its pauses, its end.

    Evidence that kept another promise of the agreement counts only where promises come in parts.
    """
    agreement = promise.agreement
    used = {each.settled_by for each in subject.of_agreements((agreement.name,))}
    for event in (each for each in told if agree(promise.key, each.key)):
        if settled_state(promise):
            if more_of(promise, event):
                _match(subject, event)
        elif event.type in agreement.cancels_on:
            end(promise, State.CANCELLED, promise.opened_at, event.id)
        elif event.type == agreement.amends_on or event.id in used:
            continue  # the facts that it told are known, and what it kept is kept
        elif move(subject, promise, event):
            _match(subject, event)


def _match(subject: Subject, event: Event) -> None:
    unmatched = subject.rare.unmatched
    if event.id in unmatched:
        left = {id: each for id, each in unmatched.items() if id != event.id}
        subject.rare = replace(subject.rare, unmatched=left)
