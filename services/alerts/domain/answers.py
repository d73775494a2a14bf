"""What people say of an alert: that they have it, notes, questions, the cause, a dispute, whether
it was of use; and who was told that somebody has it.
"""

from dataclasses import dataclass
from enum import StrEnum

from services.shared.clock import Instant


class Cause(StrEnum):
    """Why a promise was broken, as whoever is through with it sees it."""

    APPROVAL = "approval"
    MISSING_INFORMATION = "missing_information"
    CAPACITY = "capacity"
    SYSTEM = "system"
    KNOW_HOW = "know_how"
    SUPPLIER = "supplier"
    CUSTOMER = "customer"
    OVER_PROMISE = "over_promise"


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Who took the alert up, when, and for how long; `until` None has no end. `through` is the
    receiver in whose system it was said, if any.
    """

    actor: str
    at: Instant
    note: str = ""
    until: Instant | None = None
    through: str = ""


@dataclass(frozen=True, slots=True)
class CalledOff:
    """Which receivers know that somebody has the alert, and when any was told so last."""

    receivers: tuple[str, ...]
    at: Instant


@dataclass(frozen=True, slots=True)
class Said:
    """A person's words: a note, or what is asked of others."""

    actor: str
    at: Instant
    words: str


@dataclass(frozen=True, slots=True)
class Closing:
    """Who is through with it, and why it came to that."""

    actor: str
    at: Instant
    cause: Cause


@dataclass(frozen=True, slots=True)
class Dispute:
    """A party of the promise does not agree with what was concluded."""

    actor: str
    party: str
    at: Instant
    reason: str


@dataclass(frozen=True, slots=True)
class Rating:
    """Whether the alert was of use to one person, who said so `at` that moment.

    Of those that were kept before the moment was, it is 0.
    """

    actor: str
    useful: bool
    words: str = ""
    at: Instant = 0
