"""What goes with a promise when it is folded anew, ends, or loses its opening: ids and history."""

import hashlib
from urllib.parse import quote

from services.tracker.core.companions import ACKNOWLEDGE, UPDATE, name_of
from services.tracker.core.promises import Promise, State, settled_state
from services.tracker.core.settling import accept_silence
from services.tracker.core.subject import Key, Subject

_KEY_LENGTH = 120
PLAIN_LENGTH = 64


def promise_id(subject: str, agreement: str, key: Key) -> str:
    """Subject, agreement and the natural key of the opening fact, `~` between them."""
    if not key:
        return f"{subject}~{agreement}"
    parts = "&".join([f"{name}={quote(value)}" for name, value in key])
    if len(parts) > _KEY_LENGTH:
        parts = hashlib.sha256(parts.encode()).hexdigest()[:32]
    return f"{subject}~{agreement}~{parts}"


def plain_id(agreement: str, name: str) -> str:
    """What stands in an id between the subject and the one value of a key, if that is plain; all of
    it where the key has no field, whose `name` is empty then.

    Values of less than `PLAIN_LENGTH` ASCII letters and digits stand there as they are.
    """
    return f"~{agreement}~{name}=" if name else f"~{agreement}"


def carry_over(old: Promise, new: Promise) -> None:
    """What was concluded of a promise is history, and stays with it when it is folded again."""
    new.concluded, new.breached_at = old.concluded, old.breached_at
    new.rungs, new.announced, new.withdrawals = old.rungs, old.announced, old.withdrawals
    new.mentioned, new.revision, new.counted = old.mentioned, old.revision, old.counted
    if new.due_by != old.due_by and new.announced is None:
        new.rungs = 0  # what was too late to warn of may be in time for the other deadline
    course = new.course
    accepted = old.course.deemed_accepted and old.concluded is not None
    if accepted and course.reported_at == old.course.reported_at:
        accept_silence(new, course.accepted_by or 0)


def without_opening(old: Promise) -> Promise:
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


def end_companions(subject: Subject, promise: Promise) -> list[Promise]:
    """Once a promise is over, nobody has to acknowledge it or tell how it goes; gives these."""
    agreement = promise.agreement
    ended: list[Promise] = []
    if not (agreement.acknowledge or agreement.update_every) or settled_state(promise) is None:
        return ended
    for companion in (ACKNOWLEDGE, UPDATE):
        id = promise_id(subject.id, name_of(agreement.name, companion), promise.key)
        with_it = subject.promises.get(id)
        if with_it and settled_state(with_it) is None:
            with_it.settled_at, with_it.settled_by = promise.settled_at, promise.settled_by
            with_it.ended_at, with_it.ended_as = promise.ended_at, promise.ended_as
            ended.append(with_it)
    return ended
