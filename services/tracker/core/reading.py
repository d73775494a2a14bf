"""What the fold needs of an event, taken from its envelope and its decoded body."""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime

from services.shared.clock import SECOND, Instant, iso, to_instant
from services.shared.events.envelope import Envelope, Facts, Retracted
from services.shared.events.oncall import PromiseConfirmed, PromiseDisputed, PromiseReleased
from services.shared.subjects import EVENT_TYPES
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

Decision = PromiseReleased | PromiseConfirmed | PromiseDisputed

_OF_ENVELOPE = frozenset({"party", "channel", "customer"})


def event_of(
    envelope: Envelope,
    body: object,
    arrived_at: Instant,
    wanted: Wanted,
    traceparent: str = "",
    backfilled: bool = False,
) -> Event:
    """The fold's event; `body` is the decoded dataclass, `wanted` says what is read of it."""
    row = EVENT_TYPES.get(envelope.type)
    return Event(
        id=envelope.id,
        type=envelope.type,
        party=envelope.party,
        occurred_at=bounded(envelope.occurred_at, arrived_at),
        arrived_at=arrived_at,
        order=envelope.order,
        customer=envelope.customer,
        case=envelope.case,
        content=content_of(envelope),
        key=tuple((name, _text(getattr(body, name))) for name in row.key) if row else (),
        fields=_fields(envelope, body, wanted(envelope.type)),
        retracts=body.event_id if isinstance(body, Retracted) else b"",
        promise_id=body.promise_id if isinstance(body, Decision) else "",
        traceparent=traceparent,
        backfilled=backfilled,
        channel=envelope.channel,
        actor=envelope.actor,
    )


def bounded(occurred_at: Instant, arrived_at: Instant) -> Instant:
    """A claim about the future is not believed: the broker's time counts instead."""
    return arrived_at if occurred_at > arrived_at + FUTURE_LIMIT else occurred_at


def content_of(envelope: Envelope) -> bytes:
    """4 bytes of SHA-256 over what the event says: its type, subject, own time and body."""
    said = (envelope.type, envelope.subject, str(envelope.occurred_at))
    return hashlib.sha256("\x00".join(said).encode() + b"\x00" + envelope.body).digest()[:4]


def _fields(envelope: Envelope, body: object, names: Collection[str]) -> Mapping[str, object]:
    """What the body has under these names, or else its envelope, as plain values."""
    said = body.facts if isinstance(body, Facts) else None
    kept: dict[str, object] = {}
    for name in names:
        value = said.get(name) if said is not None else getattr(body, name, None)
        if value is None and name in _OF_ENVELOPE:
            value = getattr(envelope, name) or None
        if (plain := _plain(value, DEPTH_LIMIT)) is not None:
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


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return iso(to_instant(value))
    text = value.hex() if isinstance(value, bytes) else str(value)
    return text if len(text) <= TEXT_LIMIT else hashlib.sha256(text.encode()).hexdigest()
