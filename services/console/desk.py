"""What the console knows and asks: promises, findings, alerts, events, and who answers.

Two Protocols: the Ledger is the tracker's part, the Desk is the alerts'. `clients` speaks gRPC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from services.console.facts import CustomerTree, Finding, Part, Pause, Said, Skipped
from services.console.overviews import (
    ActiveAgreements,
    OnCall,
    OpenCounts,
    Progress,
    RatingCount,
    Silence,
)
from services.shared.errors import HandoffError
from services.shared.events.common import Money

if TYPE_CHECKING:
    from services.console.acts import Act, Result
    from services.console.audit import Audit, Wanted
    from services.console.belonging import Belonging
    from services.console.explanation import Explanation
    from services.console.letters import Redrive


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise as the tracker tells it; `state` is a slug, UNKNOWN(n) for a newer tracker's.

    In the list of what was announced a finding has the same shape: then `finding` says what was
    found, and `due_by` since when it is so.
    """

    promise_id: str
    agreement: str
    agreement_version: int
    owed_by: str
    owed_to: str
    subject: str
    order: str
    customer: str
    case: str
    state: str
    revision: int
    opened_at: datetime | None
    due_by: datetime | None
    settled_at: datetime | None
    breached_at: datetime | None
    customer_visible_by: datetime | None
    awaits: str
    because: str
    next_step: str
    trace_id: str
    announced: str = ""
    version: int = 0
    requested_by: datetime | None = None
    first_confirmed_by: datetime | None = None
    acknowledged_at: datetime | None = None
    reported_at: datetime | None = None
    deemed_accepted: bool = False
    waiting_on: str = ""
    pauses: tuple[Pause, ...] = ()
    parts: tuple[Part, ...] = ()
    detail: str = ""
    runbook: str = ""
    decides: tuple[str, ...] = ()
    serves: str = ""
    finding: str = ""
    at_stake: Money | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """What was said to a person about a promise, and what the person answered.

    `slack_s` is the working time that the verdict left to the rest of the chain; `rungs` of its
    `ladder` were told so far. It is in hand once `hands_needed` people are in
    `taken_up_by`. Its `notes` are there only where it was asked for alone.
    """

    key: str
    state: str
    promise_id: str
    summary: str
    notified_at: datetime | None
    acknowledged_by: str
    acknowledged_at: datetime | None
    snoozed_until: datetime | None
    next_step: str = ""
    opened_at: datetime | None = None
    slack_s: int | None = None
    next_action_owner: str = ""
    waiting_on: str = ""
    ladder: str = ""
    rungs: int = 0
    next_rung_at: datetime | None = None
    revision: int = 0
    condition: str = ""
    finding: str = ""
    assignee: str = ""
    notes_count: int = 0
    notes: tuple[Said, ...] = ()
    cause: str = ""
    closed_by: str = ""
    closed_at: datetime | None = None
    disputed_by: str = ""
    dispute_reason: str = ""
    useful: int = 0
    not_useful: int = 0
    new_date_asked: Said | None = None
    customer_to_be_told: Said | None = None
    taken_up_by: tuple[str, ...] = ()
    hands_needed: int = 1


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a subject, as the tracker counted it."""

    id: str
    type: str
    party: str
    occurred_at: datetime
    arrived_at: datetime | None
    trace_id: str


@dataclass(frozen=True, slots=True)
class SubjectFacts:
    """All that the tracker says about one subject at one moment."""

    subject: str
    as_of: datetime
    promises: tuple[Promise, ...]
    events: tuple[Event, ...]
    skipped: tuple[Skipped, ...] = ()
    findings: tuple[Finding, ...] = ()
    trees: tuple[CustomerTree, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenPromises:
    """What was announced and has no end yet, at one moment; `cut` when it was over the limit."""

    as_of: datetime
    promises: tuple[Promise, ...]
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that the live page shows, as it was read once for everybody.

    `as_of` is the tracker's own now at its last answer, None before the first; `age` is how long
    ago that was when the snapshot was made. A problem is a sentence, None where it answers.
    """

    seq: int = 0
    as_of: datetime | None = None
    age: timedelta = timedelta()
    promises: tuple[Promise, ...] = ()
    cut: bool = False
    alerts: Mapping[str, Alert] = field(default_factory=dict)
    tracker_problem: str | None = "The tracker has not been asked yet."
    alerts_problem: str | None = None
    counts: OpenCounts | None = None
    counts_problem: str | None = None


class Unreachable(HandoffError):
    """A service did not answer in time; the message names it, its address and the remedy."""


class Refusal(HandoffError):
    """A service answered that it will not; `status` is the HTTP status that says the same."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Ledger(Protocol):
    """The tracker's answers. Each raises Unreachable or Refusal."""

    async def open_promises(self) -> OpenPromises: ...

    async def subject(self, subject: str) -> SubjectFacts: ...

    async def explanation(self, promise_id: str) -> "Explanation": ...

    async def belonging_to(self, kind: str, id: str) -> "Belonging": ...

    async def open_counts(self) -> OpenCounts: ...

    async def agreements(self, set_id: str = "") -> ActiveAgreements: ...

    async def agreement_files(self) -> tuple[str, ...]:
        """The texts of the active set."""
        ...

    async def progress(self) -> Progress: ...


class Desk(Protocol):
    """The alerts' answers, and what a person may tell them. Each raises Unreachable or Refusal."""

    async def alerts(self, subject: str = "") -> tuple[Alert, ...]: ...

    async def alert(self, key: str) -> Alert: ...

    async def act(self, act: "Act") -> "tuple[Result, ...]": ...

    async def audit(self, wanted: "Wanted") -> "Audit": ...

    async def ratings(self) -> tuple[RatingCount, ...]: ...

    async def release(
        self, promise_id: str, actor: str, reason: str, idempotency_key: str
    ) -> None: ...

    async def redrive(self, wanted: "Redrive") -> int:
        """How many dead letters were sent again."""
        ...

    async def on_call(self) -> OnCall: ...

    async def silences(self) -> tuple[Silence, ...]: ...

    async def begin_silence(self, silence: Silence) -> Silence: ...

    async def end_silence(self, id: str, actor: str) -> None: ...
