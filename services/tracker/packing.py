"""A subject as bytes, both ways: its events, and what was concluded of it so far.

MessagePack, with an array for each event and promise: 1.5 us for a subject of two events and three
promises, where a document of named fields took 19.
"""

from typing import NamedTuple

from msgspec import msgpack

from services.shared.clock import Instant
from services.tracker.core.continuing import promise_id
from services.tracker.core.course import NOTHING, STRAIGHT, Course, Mentioned
from services.tracker.core.findings import Found
from services.tracker.core.folding import refold
from services.tracker.core.outcomes import count
from services.tracker.core.promises import Announced, Promise, State
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Event, Key, Subject
from services.tracker.core.weight import weight


class _History(NamedTuple):
    """A promise as it is packed; the opening is among the events, unless it was taken back."""

    agreement: str
    version: int
    key: Key
    opened_at: Instant
    opened_by: bytes
    due_by: Instant
    traceparent: str
    concluded: State | None
    breached_at: Instant | None
    rungs: int
    announced: Announced | None
    withdrawals: int
    mentioned: Mentioned | None
    deemed_accepted: Instant | None
    revision: int


_encoder = msgpack.Encoder()
_decoder = msgpack.Decoder(tuple[tuple[Event, ...], tuple[_History, ...], dict[str, Found]])


def pack(subject: Subject) -> bytes:
    """Events whole, promises as their history: what else they are is folded from the events."""
    histories = [_history_fields(promise) for promise in subject.promises.values()]
    return _encoder.encode((subject.events, histories, subject.found))


def unpack(id: str, packed: bytes, sets: AgreementSets) -> Subject:
    """Raises KeyError for an agreement version that no stored set holds."""
    events, histories, found = _decoder.decode(packed)
    subject = Subject(id, events)
    subject.weight = sum(weight(event.fields) for event in events if event.fields)
    for history in histories:
        promise = _promise(id, history, sets)
        subject.promises[promise.id] = promise
    subject.found = found
    refold(subject, sets)
    count(subject.promises.values(), sets.historic_before, {})  # the commit that stored it did
    return subject


def _history_fields(promise: Promise) -> tuple[object, ...]:
    """Those of `_History`, which would take longer to make than to pack."""
    agreement, orphaned = promise.agreement, promise.opening_taken_back
    return (
        agreement.name,
        agreement.version,
        promise.key,
        promise.opened_at,
        promise.opened_by if orphaned else b"",
        promise.due_by,
        promise.traceparent if orphaned else "",
        promise.concluded,
        promise.breached_at,
        promise.rungs,
        promise.announced,
        promise.withdrawals,
        None if promise.mentioned is NOTHING else promise.mentioned,
        promise.course.reported_at if promise.course.deemed_accepted else None,
        promise.revision,
    )


def _promise(subject: str, history: _History, sets: AgreementSets) -> Promise:
    return Promise(
        promise_id(subject, history.agreement, history.key),
        sets.agreement(history.agreement, history.version),
        history.key,
        history.opened_at,
        history.opened_by,
        history.due_by,
        history.traceparent,
        concluded=history.concluded,
        breached_at=history.breached_at,
        rungs=history.rungs,
        announced=history.announced,
        withdrawals=history.withdrawals,
        mentioned=history.mentioned or NOTHING,
        course=_course(history.deemed_accepted),
        revision=history.revision,
    )


def _course(deemed_accepted: Instant | None) -> Course:
    """Enough of a course to carry its history over: the fold makes the rest of it again."""
    if deemed_accepted is None:
        return STRAIGHT
    return Course(reported_at=deemed_accepted, deemed_accepted=True)
