"""What the fold needs of an event, taken from its envelope and its decoded body."""

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime

from services.shared.clock import SECOND, Instant, iso, to_instant
from services.shared.events.envelope import Envelope, Facts, Retracted
from services.shared.events.oncall import PromiseReleased
from services.shared.subjects import EVENT_TYPES
from services.tracker.core.facts import Fact
from services.tracker.core.subject import Event

FUTURE_LIMIT = 300 * SECOND
"""An event's own time may be this much after the broker's; beyond it the broker's counts."""

TEXT_LIMIT = 120
"""Characters of a key or a fact; 2,000 events of a subject have to fit into one document."""


def event_of(
    envelope: Envelope,
    body: object,
    arrived_at: Instant,
    facts: Collection[Fact],
    traceparent: str = "",
) -> Event:
    """The fold's event; `body` is the decoded dataclass, `facts` what agreements name."""
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
        fields=_fields(body, facts),
        retracts=body.event_id if isinstance(body, Retracted) else b"",
        promise_id=body.promise_id if isinstance(body, PromiseReleased) else "",
        traceparent=traceparent,
    )


def bounded(occurred_at: Instant, arrived_at: Instant) -> Instant:
    """A claim about the future is not believed: the broker's time counts instead."""
    return arrived_at if occurred_at > arrived_at + FUTURE_LIMIT else occurred_at


def content_of(envelope: Envelope) -> bytes:
    """4 bytes of SHA-256 over what the event says: its type, subject, own time and body."""
    said = (envelope.type, envelope.subject, str(envelope.occurred_at))
    return hashlib.sha256("\x00".join(said).encode() + b"\x00" + envelope.body).digest()[:4]


def _fields(body: object, facts: Collection[Fact]) -> Mapping[str, object]:
    said = body.facts if isinstance(body, Facts) else None
    named: dict[str, object] = {}
    for fact in facts:
        value = said.get(fact.name) if said is not None else getattr(body, fact.name, None)
        if isinstance(value, datetime):
            named[fact.name] = to_instant(value)
        elif isinstance(value, int | float) or (
            isinstance(value, str) and len(value) <= TEXT_LIMIT
        ):
            named[fact.name] = value
    return named


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return iso(to_instant(value))
    text = value.hex() if isinstance(value, bytes) else str(value)
    return text if len(text) <= TEXT_LIMIT else hashlib.sha256(text.encode()).hexdigest()
