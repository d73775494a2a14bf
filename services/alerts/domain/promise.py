"""What the ledger says of a promise or a finding, as far as a person may have to act on it.

How a verdict or a row of the ledger is read from the wire is left to the edges.
"""

from dataclasses import dataclass
from enum import StrEnum

from services.shared.clock import Instant
from services.shared.events.common import Money


class Condition(StrEnum):
    """What a promise or a finding is alerted for."""

    AT_RISK = "at_risk"
    UNKNOWN = "unknown"
    BREACHED = "breached"
    RETURNED = "returned"
    """The handoff was incomplete: the clock stands, and the creditor has to act."""
    DISPUTED = "disputed"
    """The creditor does not accept what the debtor reported as done."""
    BOUNCED = "bounced"
    FOUND = "found"
    """Something that no single promise covers; the finding's slug says what."""


class Resolution(StrEnum):
    """Why an announcement is over."""

    KEPT = "kept"
    KEPT_LATE = "kept_late"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    RELEASED = "released"
    AMENDED = "amended"
    PAUSED = "paused"
    RESUMED = "resumed"
    """What was missing from the handoff is there."""
    REPORTED_DONE = "reported_done"
    """The debtor says that it is done; the creditor or another party has to confirm it."""
    CLEARED = "cleared"
    """What was found, bounced or disputed is no longer so."""
    DATE_MOVED = "date_moved"
    """The promise was announced again with another due date."""
    NO_LONGER_ANNOUNCED = "no_longer_announced"
    """The ledger says so, and the verdict that ended it was never seen."""
    HISTORIC = "historic"
    """It was due before its agreement was active: on record, never sent to anybody."""


@dataclass(frozen=True, slots=True)
class End:
    """Why and when an alert was resolved."""

    resolution: Resolution
    at: Instant


FINDINGS = frozenset({Condition.BOUNCED, Condition.FOUND})
"""What stands on its own, beside every promise: it has an owner, and no due date."""

ENDS_ONLY = {
    Resolution.RESUMED: frozenset({Condition.RETURNED}),
    Resolution.CLEARED: FINDINGS | {Condition.DISPUTED, Condition.RETURNED},
}
"""These end nothing else: a promise that was warned of or broken before still is."""


@dataclass(frozen=True, slots=True)
class Promise:
    """Who owes what to whom, by when, and which customer would notice when.

    A finding has the same shape: `finding` says what was found, `owed_by` has the next step,
    `owed_to` waits for it, and `due_by` is since when it is so. `slack_s` is the working time that
    is left for the rest of the chain, in seconds; None where there is no chain, or nobody said.
    `serves` names the customer's promise about the same subject that this one is a part of, and
    `escalate` the ladder that its agreement wants.
    """

    promise_id: str
    agreement: str
    owed_by: str
    owed_to: str
    subject: str
    due_by: Instant
    opened_at: Instant | None = None
    order: str = ""
    customer: str = ""
    case: str = ""
    customer_visible_by: Instant | None = None
    awaits: str = ""
    because: str = ""
    next_step: str = ""
    trace_id: str = ""
    finding: str = ""
    detail: str = ""
    runbook: str = ""
    decides: tuple[str, ...] = ()
    at_stake: Money | None = None
    waiting_on: str = ""
    slack_s: int | None = None
    serves: str = ""
    escalate: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """One thing that the ledger says of a promise, at one of the promise's revisions.

    `why` is the verdict's slug, `decided_at` when it was concluded. `reconciled` marks what was
    read from the ledger itself, because the verdict may have been lost on its way.
    """

    promise: Promise
    revision: int
    says: Condition | Resolution
    why: str = ""
    decided_at: Instant = 0
    historic: bool = False
    reconciled: bool = False


SETTLED = frozenset(
    {Resolution.KEPT, Resolution.KEPT_LATE, Resolution.CANCELLED, Resolution.RELEASED}
)
"""After these nothing is owed any more."""


def next_action_owner(promise: Promise, condition: Condition) -> str:
    """Who has to act: the debtor, except where the debtor waits for a complete handoff."""
    if condition is Condition.RETURNED:
        return promise.waiting_on or promise.owed_to
    return promise.owed_by
