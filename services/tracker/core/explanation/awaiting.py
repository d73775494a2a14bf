"""What an open promise still waits for, by its agreement and by what befell it so far."""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from services.shared.clock import Instant
from services.tracker.core.agreements import party_of
from services.tracker.core.interruptions import INCOMPLETE
from services.tracker.core.language.words import said
from services.tracker.core.pausing import holding
from services.tracker.core.promises import Promise, State, settled_state, warning_moments


class Need(StrEnum):
    """What kind of thing is waited for."""

    FACTS = "facts"
    END_OF_PAUSE = "end_of_pause"
    ACKNOWLEDGEMENT = "acknowledgement"
    EVIDENCE = "evidence"
    CONFIRMATION = "confirmation"
    SILENCE = "silence"
    WARNING = "warning"
    DEADLINE = "deadline"


class Wait(NamedTuple):
    """One thing that it waits for; `party` is empty where it is time alone.

    `by` is when it is due, or when time does it by itself.
    """

    need: Need
    party: str
    words: str
    by: Instant | None = None


def awaiting(promise: Promise, state: State, now: Instant) -> tuple[Wait, ...]:
    """In the order in which somebody would look at them; nothing of one that is over."""
    if settled_state(promise) is not None:
        return ()
    return (*_standing(promise, now), *_from_people(promise), *_from_time(promise, state))


def _standing(promise: Promise, now: Instant) -> Iterator[Wait]:
    agreement = promise.agreement
    for pause in holding(promise.course.pauses, now, promise.due_by):
        if pause.rule == INCOMPLETE:
            facts = ", ".join(promise.course.missing)
            yield Wait(Need.FACTS, agreement.owed_to, f"completes the handoff with {facts}")
        else:
            ends_on = said(agreement.pauses[pause.rule].ends_on)
            yield Wait(
                Need.END_OF_PAUSE, pause.waiting_on, f"lets it go on: {ends_on}", pause.limit
            )


def _from_people(promise: Promise) -> Iterator[Wait]:
    agreement, course = promise.agreement, promise.course
    if agreement.acknowledge and course.acknowledged_at is None:
        words = f"says that it has it: {said(agreement.acknowledge.on)}"
        yield Wait(Need.ACKNOWLEDGEMENT, agreement.owed_by, words)
    if course.reported_at is None:
        words = " or ".join(said(each) for each in agreement.evidence) or "any word of the debtor"
        yield Wait(Need.EVIDENCE, agreement.owed_by, f"keeps it: {words}", promise.due_by)
    elif agreement.confirmed_by:
        words = f"confirms it: {said(agreement.confirmed_by)}"
        yield Wait(Need.CONFIRMATION, party_of(agreement.confirmed_by), words, course.accepted_by)
    if course.accepted_by is not None:
        words = f"the silence of {agreement.owed_to} counts as accepted"
        yield Wait(Need.SILENCE, "", words, course.accepted_by)


def _from_time(promise: Promise, state: State) -> Iterator[Wait]:
    """While the clock stands its moments still move; they are not foretold then."""
    if promise.breached_at is not None or state is State.PAUSED:
        return
    for at, label in warning_moments(promise)[promise.rungs :][:1]:
        yield Wait(Need.WARNING, "", f"a warning by the rule {label}", at)
    words = "it is breached unless it is kept, once all is known of that moment"
    yield Wait(Need.DEADLINE, "", words, promise.due_by)
