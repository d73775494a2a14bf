"""A promise, and the two questions that everybody asks of it: its status, and when to look again.

Promises are the tracker's hot table: slotted and mutable, and read through these two functions.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from services.shared.clock import SECOND, Instant
from services.tracker.core.agreements import Agreement
from services.tracker.core.course import NOTHING, STRAIGHT, Course, Mentioned, Outcome
from services.tracker.core.durations import BusinessTime, Rung
from services.tracker.core.pausing import delayed, paused_at

COMMIT_MARGIN = 2 * SECOND
"""A department's transaction is aborted after this, so its event is at most this much older."""

SILENCE_LIMIT = 180 * SECOND
"""A party not heard from for this long leaves its promises unknown."""


class State(StrEnum):
    """Where a promise stands; derived on every look, never stored as the truth."""

    PROPOSED = "proposed"
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    PAUSED = "paused"
    REPORTED_DONE = "reported_done"
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
    RETURNED = "returned"
    DISPUTED = "disputed"
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
    `ended_at` with `ended_as` (cancelled or released), its `course`. What was concluded so far:
    `concluded` (the settled state that was last recorded), `breached_at` (the deadline of a breach
    that stands), `rungs` (how many warnings were passed), `announced`, `withdrawals` (how often a
    conclusion was taken back), `mentioned`, `revision`, and the outcome that was `counted`. Nobody
    is told of what lay before `silent_until`. `queued_at` is the moment at which the table looks at
    it again.
    """

    id: str
    agreement: Agreement
    key: tuple[tuple[str, str], ...]
    opened_at: Instant
    opened_by: bytes
    due_by: Instant
    traceparent: str = ""
    silent_until: Instant = 0
    queued_at: Instant | None = None
    settled_at: Instant | None = None
    settled_by: bytes = b""
    ended_at: Instant | None = None
    ended_as: State | None = None
    course: Course = STRAIGHT
    concluded: State | None = None
    breached_at: Instant | None = None
    rungs: int = 0
    announced: Announced | None = None
    withdrawals: int = 0
    mentioned: Mentioned = NOTHING
    revision: int = 0
    counted: Outcome | None = None
    _warnings: Warnings | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def opening_taken_back(self) -> bool:
        """It ended as cancelled without any event that cancels."""
        return self.ended_as is State.CANCELLED and not self.settled_by

    @property
    def requested_by(self) -> Instant:
        """The date that was asked for."""
        return self.due_by if self.course.requested_by is None else self.course.requested_by

    @property
    def first_confirmed_by(self) -> Instant | None:
        """The date that the debtor first confirmed; None while it has confirmed none."""
        if self.course.confirmed_by is not None:
            return self.course.confirmed_by
        return None if self.agreement.acknowledge else self.requested_by

    @property
    def is_over(self) -> bool:
        """Its events ended it; how, `settled_state` says."""
        return self.settled_at is not None or self.ended_as is not None

    def due_again(self, due_by: Instant) -> None:
        """Another deadline: its warnings move with it."""
        self.due_by, self._warnings = due_by, None


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
    if promise.breached_at is not None:
        return State.BREACHED
    if promise.course is not STRAIGHT and (held := _held(promise, now)):
        return held
    if promise.due_by <= now:
        return _overdue(promise, watermark)
    return _before_due(promise, watermark)


def _held(promise: Promise, now: Instant) -> State | None:
    """Time breaks nothing while the clock stands, or the creditor may accept that it was kept."""
    if paused_at(promise.course.pauses, now, promise.due_by):
        return State.PAUSED
    reported_at = promise.course.reported_at
    in_time = reported_at is not None and reported_at <= promise.due_by
    return State.REPORTED_DONE if in_time and promise.course.accepted_by is not None else None


def _overdue(promise: Promise, watermark: Watermark) -> State:
    if promise.due_by <= watermark.at - COMMIT_MARGIN:
        return State.BREACHED
    return State.UNKNOWN if watermark.silent else State.OVERDUE_UNCONFIRMED


def _before_due(promise: Promise, watermark: Watermark) -> State:
    if promise.course.reported_at is not None:
        return State.REPORTED_DONE
    if rungs_passed(promise, watermark.at):
        return State.AT_RISK
    if promise.agreement.acknowledge and promise.course.acknowledged_at is None:
        return State.PROPOSED
    return State.ON_TRACK


def look_again_at(promise: Promise) -> Instant | None:
    """The watermark at which the promise may change by itself; None when it cannot any more."""
    if promise.is_over:
        return None
    if promise.course is STRAIGHT:
        spans = promise.agreement.warning_spans
        if spans and promise.rungs < len(spans) and promise.breached_at is None:
            return promise.opened_at + spans[promise.rungs][0]
    elif (at := _turn_of(promise)) is not None:
        return at
    if promise.breached_at is not None:
        return None
    moments = warning_moments(promise)
    if promise.rungs < len(moments):
        return moments[promise.rungs][0]
    return promise.due_by + COMMIT_MARGIN


def _turn_of(promise: Promise) -> Instant | None:
    """Where its course decides: a missed version, a pause that ends by itself, a silence."""
    course = promise.course
    if missed := untold(promise):
        return missed[0] + COMMIT_MARGIN
    if promise.mentioned.pause and promise.breached_at is None:
        told = [each.until for each in course.pauses if each.event == promise.mentioned.pause]
        return max(told, default=promise.due_by)
    if course.accepted_by is None:
        return None
    assert course.reported_at is not None, "only what was reported waits for acceptance"
    decided = course.reported_at <= promise.due_by or promise.breached_at is not None
    return course.accepted_by + COMMIT_MARGIN if decided else promise.due_by + COMMIT_MARGIN


def untold(promise: Promise) -> tuple[Instant, ...]:
    """The deadlines of earlier versions that had passed, and that nobody has recorded yet."""
    told = promise.mentioned.missed
    return tuple(sorted(each for each in promise.course.missed if each not in told))


def warning_moments(promise: Promise) -> Warnings:
    """When each warning is due, with its rung's label, in order; none after the deadline."""
    if promise._warnings is None:
        spans = promise.agreement.warning_spans
        if spans is not None and promise.course is STRAIGHT:
            promise._warnings = tuple((promise.opened_at + span, label) for span, label in spans)
            return promise._warnings
        moments = ((_moment(rung, promise), rung.label) for rung in promise.agreement.warn)
        promise._warnings = tuple(sorted(each for each in moments if each[0] < promise.due_by))
    return promise._warnings


def _moment(rung: Rung, promise: Promise) -> Instant:
    clock, course = promise.agreement.clock, promise.course
    if rung.before is not None:
        return promise.agreement.calendar.subtract(promise.due_by, rung.before)
    undelayed_by = promise.due_by if course.undelayed_by is None else course.undelayed_by
    given = clock.between(promise.opened_at, undelayed_by)
    consumed = BusinessTime(int(given * (rung.share or 0.0)))
    return delayed(clock.add(promise.opened_at, consumed), course.pauses, clock)


def rungs_passed(promise: Promise, at: Instant) -> int:
    return sum(moment <= at for moment, _ in warning_moments(promise))
