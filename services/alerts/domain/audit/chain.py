"""Entries that each carry the hash of the one before, so that none can be changed unnoticed.

An entry's hash is the SHA-256 of its other fields as JSON: keys sorted, no spaces, ASCII alone, so
that anybody can compute it again.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from services.shared.clock import Instant


class Action(StrEnum):
    """What a person may do, as a slug."""

    ACKNOWLEDGE = "acknowledge"
    SNOOZE = "snooze"
    ASSIGN = "assign"
    ESCALATE = "escalate"
    NOTE = "note"
    CLOSE = "close"
    DISPUTE = "dispute"
    RATE = "rate"
    ASK_NEW_DATE = "ask_new_date"
    TELL_CUSTOMER = "tell_customer"
    RELEASE = "release"
    BEGIN_SILENCE = "begin_silence"
    END_SILENCE = "end_silence"
    REDRIVE = "redrive"


Facts = dict[str, str]
"""Fields and their values in words; what is empty is left out."""


@dataclass(frozen=True, slots=True)
class Act:
    """Who did what to what, when and why, and which facts it changed from what into what.

    `about` is an alert's key, a promise, a silence or dead letters; `detail` is whatever else was
    asked for, such as the assignee. `request` is the idempotency key that the actor gave; of one
    about the same only the first has an effect.
    """

    actor: str
    action: Action
    about: str
    at: Instant
    reason: str = ""
    detail: str = ""
    subject: str = ""
    before: Facts = field(default_factory=dict)
    after: Facts = field(default_factory=dict)
    request: str = ""
    trace_id: str = ""

    def same_wish(self, other: "Act") -> bool:
        """Whether two of one request ask for the same."""
        return self._wish == other._wish

    @property
    def _wish(self) -> tuple[str, ...]:
        return self.actor, self.action, self.about, self.reason, self.detail


@dataclass(frozen=True, slots=True)
class Head:
    """How far a chain has come: the number and the hash of its last entry."""

    number: int
    hash: str


START = Head(0, "0" * 64)
"""What the first entry follows."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One act at its place in the chain; the first is number 1, and no number is left out."""

    number: int
    act: Act
    previous: str
    hash: str

    @property
    def head(self) -> Head:
        return Head(self.number, self.hash)


def appended(act: Act, head: Head) -> Entry:
    """The entry that follows `head`."""
    number = head.number + 1
    return Entry(number, act, head.hash, hash_of(number, act, head.hash))


def hash_of(number: int, act: Act, previous: str) -> str:
    content = {**asdict(act), "number": number, "previous": previous}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
