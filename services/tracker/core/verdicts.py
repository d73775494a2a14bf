"""What comes out of the fold, with ids that are the same however often the log is read."""

import hashlib
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import NamedTuple

from services.shared.clock import Instant
from services.tracker.core.promises import Announced, Promise


class Kind(StrEnum):
    """What was concluded about a promise."""

    OPENED = "opened"
    ACKNOWLEDGED = "acknowledged"
    WARNED = "warned"
    UNKNOWN = "unknown"
    BREACHED = "breached"
    WITHDRAWN = "withdrawn"
    KEPT = "kept"
    KEPT_LATE = "kept_late"
    CANCELLED = "cancelled"
    RELEASED = "released"
    PAUSED = "paused"
    RESUMED = "resumed"
    AMENDED = "amended"
    DISPUTED = "disputed"
    RETURNED = "returned"
    BOUNCED = "bounced"
    FOUND = "found"
    CLEARED = "cleared"


class Reason(StrEnum):
    """Why it was concluded."""

    OPENING_EVENT = "opening_event"
    EVIDENCE_RETRACTED = "evidence_retracted"
    REOPENED = "reopened"
    OPENING_RETRACTED = "opening_retracted"
    WARNING_TIME = "warning_time"
    DEADLINE_PASSED = "deadline_passed"
    EVIDENCE_AFTER_DEADLINE = "evidence_after_deadline"
    PARTY_SILENT = "party_silent"
    EVIDENCE = "evidence"
    LATE_EVIDENCE = "late_evidence"
    DEADLINE_MOVED = "deadline_moved"
    CANCELLING_EVENT = "cancelling_event"
    RELEASED_BY_CREDITOR = "released_by_creditor"
    DEEMED_ACCEPTED = "deemed_accepted"
    ACKNOWLEDGED_BY_DEBTOR = "acknowledged_by_debtor"
    AMENDMENT = "amendment"
    AMENDED_TOO_LATE = "amended_too_late"
    PAUSING_EVENT = "pausing_event"
    RESUMING_EVENT = "resuming_event"
    PAUSE_LIMIT = "pause_limit"
    INCOMPLETE = "incomplete"
    DISPUTE = "dispute"
    EVENTS_SAY_SO = "events_say_so"
    NO_LONGER_SO = "no_longer_so"


class Verdict(NamedTuple):
    """One conclusion about one promise; `promise` is as it stood right after.

    `cause` is what tells two verdicts of a kind apart: the rung, or the evidence's id in hex;
    `again` counts the conclusions that were taken back before this one.
    `publish` says that a person may act on it, or was told something that this ends.
    """

    kind: Kind
    reason: Reason
    promise_id: str
    revision: int
    due_by: Instant
    occurred_at: Instant
    decided_at: Instant
    cause: str
    publish: bool
    again: int = 0

    @property
    def id(self) -> bytes:
        """16 bytes of SHA-256 over promise, kind, due date, cause, and how often it came again."""
        said = [self.promise_id, self.kind, str(self.due_by), self.cause]
        if self.again:
            said.append(str(self.again))
        return hashlib.sha256("\x00".join(said).encode()).digest()[:16]


as_verdict: Callable[[tuple[object, ...]], Verdict] = partial(tuple.__new__, Verdict)
"""A verdict of all its fields in order, for what each event concludes: it costs half as much."""

ANNOUNCES = {
    Kind.WARNED: Announced.WARNED,
    Kind.UNKNOWN: Announced.UNKNOWN,
    Kind.BREACHED: Announced.BREACHED,
    Kind.RETURNED: Announced.RETURNED,
    Kind.DISPUTED: Announced.DISPUTED,
}
_SILENT = frozenset({Kind.OPENED, Kind.ACKNOWLEDGED, Kind.RESUMED})
"""They neither announce anything nor end what was announced."""


def conclude(  # noqa: PLR0913 - what a verdict says
    promise: Promise,
    kind: Kind,
    reason: Reason,
    *,
    occurred_at: Instant,
    decided_at: Instant,
    cause: str = "",
    due_by: Instant | None = None,
    quietly: bool = False,
) -> Verdict:
    """Record a conclusion on the promise and give the verdict that tells of it.

    `due_by` is the promise's own unless it speaks of an earlier version; `quietly` records what
    nobody has to be told.
    """
    announces = ANNOUNCES.get(kind)
    publish = announces is not None or (promise.announced is not None and kind not in _SILENT)
    if quietly or (announces is not None and occurred_at < promise.silent_until):
        publish = False
    elif kind not in _SILENT:
        promise.announced = announces
    promise.revision += 1
    return Verdict(
        kind,
        reason,
        promise.id,
        promise.revision,
        promise.due_by if due_by is None else due_by,
        occurred_at,
        decided_at,
        cause,
        publish,
        promise.withdrawals,
    )
