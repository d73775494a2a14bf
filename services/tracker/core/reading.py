"""What the fold needs of an event, taken from its envelope and its decoded body."""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, get_type_hints

from services.shared.clock import SECOND, Instant, iso, to_instant
from services.shared.events.envelope import Envelope, Facts
from services.shared.events.oncall import PromiseConfirmed, PromiseDisputed, PromiseReleased
from services.shared.subjects import EVENT_TYPES, RETRACTED, TYPE_OF
from services.tracker.core.subject import Event

FUTURE_LIMIT = 300 * SECOND
"""An event's own time may be this much after the broker's; beyond it the broker's counts."""

TEXT_LIMIT = 120
"""Characters of a key or of a text in a field; a subject's events have to fit into one document."""

ENTRIES_LIMIT = 1_000
"""Entries of a list, or of a message, in a field."""

DEPTH_LIMIT = 8
"""Lists and messages inside each other in a field."""

Wanted = Callable[[str], Collection[str]]
"""The names of the fields that are to be kept of an event type."""

_OF_ENVELOPE = frozenset({"party", "channel", "customer"})
_DECISIONS = frozenset(
    TYPE_OF[each] for each in (PromiseReleased, PromiseConfirmed, PromiseDisputed)
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read of the events of one type.

    `key` are the fields of its natural key, and how each is written; `kept` those that are wanted
    and that its body or its envelope may have.
    """

    key: tuple[tuple[str, Callable[[Any], str]], ...]
    kept: tuple[str, ...]
    retracts: bool
    decides: bool

    @property
    def of_body(self) -> frozenset[str]:
        """All the fields that a body is asked for."""
        return frozenset((*dict(self.key), *self.kept))


@lru_cache(maxsize=1_024)
def reading_of(event_type: str, wanted: tuple[str, ...]) -> Reading:
    """It follows from the type and the names of the wanted fields alone."""
    row = EVENT_TYPES.get(event_type)
    if not row:
        return Reading((), wanted, retracts=False, decides=False)
    may_have = _OF_ENVELOPE.union(each.name for each in fields(row.event))
    return Reading(
        tuple((name, _text_of(row.event, name)) for name in row.key),
        tuple(name for name in wanted if name in may_have),
        retracts=event_type == RETRACTED,
        decides=event_type in _DECISIONS,
    )


def said_in(body: object) -> Mapping[str, object]:
    """The fields of a decoded body, moments as Instants, or the facts that it carries."""
    if isinstance(body, Facts):
        return body.facts
    assert is_dataclass(body)
    return {each.name: _moment(getattr(body, each.name)) for each in fields(body)}


def _moment(value: object) -> object:
    return to_instant(value) if isinstance(value, datetime) else value


def event_of(
    envelope: Envelope,
    said: Mapping[str, Any],
    arrived_at: Instant,
    reading: Reading,
    traceparent: str = "",
    backfilled: bool = False,
) -> Event:
    """The fold's event; `said` are the fields of its body, at least those that `reading` names."""
    occurred_at = envelope.occurred_at
    return Event(
        envelope.id,
        envelope.type,
        envelope.party,
        bounded(occurred_at, arrived_at),
        arrived_at,
        envelope.order,
        envelope.customer,
        envelope.case,
        content_of(envelope),
        tuple([(name, text(said[name])) for name, text in reading.key]),
        _fields(envelope, said, reading.kept),
        said["event_id"] if reading.retracts else b"",
        said["promise_id"] if reading.decides else "",
        traceparent,
        envelope.channel,
        envelope.actor,
        backfilled,
    )


def bounded(occurred_at: Instant, arrived_at: Instant) -> Instant:
    """A claim about the future is not believed: the broker's time counts instead."""
    return arrived_at if occurred_at > arrived_at + FUTURE_LIMIT else occurred_at


def content_of(envelope: Envelope) -> bytes:
    """4 bytes of SHA-256 over what the event says: its type, subject, own time and body."""
    said = f"{envelope.type}\0{envelope.subject}\0{envelope.occurred_at}\0"
    return hashlib.sha256(said.encode() + envelope.body).digest()[:4]


def _fields(
    envelope: Envelope, said: Mapping[str, object], names: Collection[str]
) -> Mapping[str, object]:
    """What the body has under these names, or else its envelope, as plain values."""
    kept: dict[str, object] = {}
    for name in names:
        value = said.get(name)
        if value is None and name in _OF_ENVELOPE:
            value = getattr(envelope, name) or None
        if value is not None and (plain := _plain(value, DEPTH_LIMIT)) is not None:
            kept[name] = plain
    return kept


def _plain(value: object, depth: int) -> object:
    """A number, a text, an Instant, or lists and dicts of these; None where it cannot be kept.

    A value of which one part is over its limit is left out whole: half a list would be a lie.
    """
    match value:
        case datetime():
            return to_instant(value)
        case str():
            return str(value) if len(value) <= TEXT_LIMIT else None
        case int() | float():
            return value
        case tuple() | list():
            return _plain_list(value, depth - 1)
        case _:
            parts = _parts(value)
            return None if parts is None else _plain_dict(parts, depth - 1)


def _parts(value: object) -> dict[str, object] | None:
    """A message's parts by name without the absent ones; None where it is no message."""
    if isinstance(value, dict):
        parts = value
    elif is_dataclass(value):
        parts = {each.name: getattr(value, each.name) for each in fields(value)}
    else:
        return None
    return {name: part for name, part in parts.items() if part is not None}


def _plain_list(values: Collection[object], depth: int) -> list[object] | None:
    if depth < 0 or len(values) > ENTRIES_LIMIT:
        return None
    plain = [_plain(each, depth) for each in values]
    return None if None in plain else plain


def _plain_dict(parts: Mapping[str, object], depth: int) -> dict[str, object] | None:
    """A name that no document can have refuses the whole."""
    if not all(len(name) <= TEXT_LIMIT and "\x00" not in name for name in parts):
        return None
    plain = _plain_list(tuple(parts.values()), depth)
    return None if plain is None else dict(zip(parts, plain, strict=True))


def _text_of(event: type, name: str) -> Callable[[Any], str]:
    """How a field of this event is written in a natural key."""
    hint = get_type_hints(event)[name]
    return _iso if hint in (datetime, datetime | None) else _text


def _iso(moment: Instant | None) -> str:
    return str(moment) if moment is None else iso(moment)


def _text(value: object) -> str:
    text = value.hex() if isinstance(value, bytes) else str(value)
    return text if len(text) <= TEXT_LIMIT else hashlib.sha256(text.encode()).hexdigest()
