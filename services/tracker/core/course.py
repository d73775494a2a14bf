"""What befell a promise between its opening and its end, and how much of that was told already."""

from dataclasses import dataclass
from typing import NamedTuple

from services.shared.clock import Instant
from services.tracker.core.pausing import Pause


class Part(NamedTuple):
    """One line of what was promised: pieces of an article, or minor units of a currency."""

    name: str
    promised: int
    delivered: int


@dataclass(frozen=True, slots=True)
class Course:
    """What befell a promise between its opening and its end, as its subject's events say.

    `version` counts amendments up from 1.
    `requested_by` and `confirmed_by` are the date that was asked for and the one that the debtor
    first confirmed, where they are not `due_by`; `undelayed_by` is the due date without pauses.
    `missed` are the due dates of earlier versions that had passed when they were amended.
    `reported_at` is when the debtor said that it was done, where that is not enough;
    `accepted_by` when the creditor's silence counts as acceptance, `deemed_accepted` that it did.
    `parts` are counted where a promise is kept in parts, `exceeded_at` is when it was more than
    that; `missing` are the facts that a complete handoff would have had.
    """

    version: int = 1
    requested_by: Instant | None = None
    confirmed_by: Instant | None = None
    undelayed_by: Instant | None = None
    missed: tuple[Instant, ...] = ()
    acknowledged_at: Instant | None = None
    reported_at: Instant | None = None
    reported_in: bytes = b""
    accepted_by: Instant | None = None
    deemed_accepted: bool = False
    disputes: tuple[bytes, ...] = ()
    pauses: tuple[Pause, ...] = ()
    parts: tuple[Part, ...] = ()
    exceeded_at: Instant | None = None
    missing: tuple[str, ...] = ()


STRAIGHT = Course()


@dataclass(frozen=True, slots=True)
class Mentioned:
    """Which parts of a promise's course were concluded already.

    `missed` are the deadlines and `disputes` the events that were told of, `pause` is the event of
    the pause that stands, `resumed` those of the pauses that are over.
    """

    version: int = 1
    missed: tuple[Instant, ...] = ()
    acknowledged: bool = False
    disputes: tuple[bytes, ...] = ()
    pause: bytes = b""
    resumed: tuple[bytes, ...] = ()


NOTHING = Mentioned()


class Outcome(NamedTuple):
    """`at` is when its evidence was there, or when the first date passed that was not kept."""

    at: Instant
    kept: bool
