"""What the ledger says of a promise, as far as a person may have to act on it.

How a verdict or a row of the ledger is read from the wire is left to the edges.
"""

from dataclasses import dataclass
from enum import StrEnum

from services.shared.clock import Instant


class Condition(StrEnum):
    """What a promise is alerted for."""

    AT_RISK = "at_risk"
    UNKNOWN = "unknown"
    BREACHED = "breached"


class Resolution(StrEnum):
    """Why an announcement is over."""

    KEPT = "kept"
    KEPT_LATE = "kept_late"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    RELEASED = "released"
    AMENDED = "amended"
    PAUSED = "paused"
    DATE_MOVED = "date_moved"
    """The promise was announced again with another due date."""
    NO_LONGER_ANNOUNCED = "no_longer_announced"
    """The ledger says so, and the verdict that ended it was never seen."""
    HISTORIC = "historic"
    """It was due before its agreement was active: on record, never sent to anybody."""


@dataclass(frozen=True, slots=True)
class Promise:
    """Who owes what to whom, by when, and which customer would notice when."""

    promise_id: str
    agreement: str
    owed_by: str
    owed_to: str
    subject: str
    due_by: Instant
    order: str = ""
    customer: str = ""
    case: str = ""
    customer_visible_by: Instant | None = None
    awaits: str = ""
    because: str = ""
    next_step: str = ""
    trace_id: str = ""


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
