"""What travels around every event, and the three events that any party may send."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from msgspec import Struct

from services.shared.clock import Instant

EVENT_BYTES_LIMIT = 65_536
"""Bytes of one encoded envelope; more is refused, or dead-lettered as `too_large`."""


class Envelope(Struct, frozen=True, gc=False):
    """One event on its way: who says it, about what, when it happened; `body` is its encoded event.

    `id` is a UUIDv7 of 16 bytes, `sequence` counts up a source, `cause` is the id of the event
    that led to this one, `subject` is also the key of the Kafka record. One is made for each
    record that is read: a frozen dataclass takes twenty times as long to make.
    """

    id: bytes
    type: str
    party: str
    source: str
    subject: str
    occurred_at: Instant
    sequence: int = 0
    channel: str = ""
    order: str = ""
    customer: str = ""
    case: str = ""
    actor: str = ""
    cause: bytes = b""
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """All that the party committed before `complete_through` is already in this partition."""

    complete_through: datetime


@dataclass(frozen=True, slots=True)
class Retracted:
    """An earlier event of the same subject is taken back, as if it had not been."""

    event_id: bytes
    reason: str


@dataclass(frozen=True, slots=True)
class Facts:
    """The body of an event whose type no class knows: fields that agreements can read."""

    facts: dict[str, Any] = field(default_factory=dict)
