"""A promise, and the two questions that everybody asks of it: its status, and when to look again.

Promises are the tracker's hot table: slotted and mutable, and read through these two functions.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from services.shared.clock import SECOND, Instant
from services.tracker.core.agreements import Agreement
from services.tracker.core.calendars import Calendar
from services.tracker.core.durations import BusinessTime, Rung

COMMIT_MARGIN = 2 * SECOND
"""A department's transaction is aborted after this, so its event is at most this much older."""

SILENCE_LIMIT = 180 * SECOND
"""A party not heard from for this long leaves its promises unknown."""


class State(StrEnum):
    """Where a promise stands; derived on every look, never stored as the truth."""

    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    OVERDUE_UNCONFIRMED = "overdue_unconfirmed"
    UNKNOWN = "unknown"
    BREACHED = "breached"
    KEPT = "kept"
    KEPT_LATE = "kept_late"
    CANCELLED = "cancelled"
    RELEASED = "released"


SETTLED = frozenset({State.KEPT, State.KEPT_LATE, State.CANCELLED, State.RELEASED})


class Announced(StrEnum):
    """The last thing that people were told of a promise and that has no end yet."""

    WARNED = "warned"
    UNKNOWN = "unknown"
    BREACHED = "breached"


Warnings = tuple[tuple[Instant, str], ...]


class Watermark(NamedTuple):
    """How far the evidence for a promise is complete, and why it may be no farther.

    `heard_at` is when its quietest party last spoke, `caught_up_at` how far we have read.
    """

    at: Instant
    heard_at: Instant
    caught_up_at: Instant

    @property
    def silent(self) -> bool:
        """The party is, and not we who are behind."""
        return self.caught_up_at - self.heard_at >= SILENCE_LIMIT


@dataclass(slots=True)
class Promise:
    """One promise of one subject.

    What the events say: `opened_at`, `due_by`, `settled_at` with `settled_by` (the evidence's id),
    `ended_at` with `ended_as` (cancelled or released). What was concluded so far: `concluded` (the
    settled state that was last recorded), `breached_at` (the deadline of a breach that stands),
    `rungs` (how many warnings were passed), `announced`, `withdrawals` (how often a conclusion was
    taken back), `revision`.
    `queued_at` is the entry in the table's queue that stands for it.
    """

    id: str
    agreement: Agreement
    key: tuple[tuple[str, str], ...]
    opened_at: Instant
    opened_by: bytes
    due_by: Instant
    traceparent: str = ""
    settled_at: Instant | None = None
    settled_by: bytes = b""
    ended_at: Instant | None = None
    ended_as: State | None = None
    concluded: State | None = None
    breached_at: Instant | None = None
    rungs: int = 0
    announced: Announced | None = None
    withdrawals: int = 0
    revision: int = 0
    queued_at: Instant | None = None
    _warnings: Warnings | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def opening_taken_back(self) -> bool:
        """It ended as cancelled without any event that cancels."""
        return self.ended_as is State.CANCELLED and not self.settled_by


def settled_state(promise: Promise) -> State | None:
    """How the events ended the promise; None while they have not. Kept exactly at due is kept."""
    if promise.ended_as is not None:
        return promise.ended_as
    if promise.settled_at is None:
        return None
    return State.KEPT if promise.settled_at <= promise.due_by else State.KEPT_LATE


def status(promise: Promise, now: Instant, watermark: Watermark) -> State:
    """Where the promise stands at `now`, given how far its evidence is complete."""
    if settled := settled_state(promise):
        return settled
    if promise.breached_at is not None or promise.due_by <= watermark.at - COMMIT_MARGIN:
        return State.BREACHED
    if promise.due_by <= now:
        return State.UNKNOWN if watermark.silent else State.OVERDUE_UNCONFIRMED
    return State.AT_RISK if rungs_passed(promise, watermark.at) else State.ON_TRACK


def look_again_at(promise: Promise) -> Instant | None:
    """The watermark at which the promise may change by itself; None when it cannot any more."""
    if promise.breached_at is not None or settled_state(promise):
        return None
    moments = warning_moments(promise)
    if promise.rungs < len(moments):
        return moments[promise.rungs][0]
    return promise.due_by + COMMIT_MARGIN


def warning_moments(promise: Promise) -> Warnings:
    """When each warning is due, with its rung's label, in order; none after the deadline."""
    if promise._warnings is None:
        opened_at, due_by = promise.opened_at, promise.due_by
        moments = (
            (_moment(rung, promise.agreement.clock, opened_at, due_by), rung.label)
            for rung in promise.agreement.warn
        )
        promise._warnings = tuple(sorted(moment for moment in moments if moment[0] < due_by))
    return promise._warnings


def _moment(rung: Rung, clock: Calendar, opened_at: Instant, due_by: Instant) -> Instant:
    if rung.before is not None:
        return clock.subtract(due_by, rung.before)
    given = clock.between(opened_at, due_by)
    return clock.add(opened_at, BusinessTime(int(given * (rung.share or 0.0))))


def rungs_passed(promise: Promise, at: Instant) -> int:
    return sum(moment <= at for moment, _ in warning_moments(promise))
