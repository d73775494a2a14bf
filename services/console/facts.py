"""What a promise and a subject consist of, as plain data: pauses, parts, findings, trees."""

from dataclasses import dataclass
from datetime import datetime

from services.shared.events.common import Money


@dataclass(frozen=True, slots=True)
class Pause:
    """A while in which a promise's clock stood; it still stands where `ended_at` is None."""

    started_at: datetime
    ended_at: datetime | None
    waiting_on: str
    because_of: str
    actor: str


@dataclass(frozen=True, slots=True)
class Part:
    """One line of what was promised: pieces of an article, or minor units of a currency."""

    name: str
    promised: int
    delivered: int


@dataclass(frozen=True, slots=True)
class Said:
    """A person's words: a note, or what was asked of others."""

    actor: str
    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """An event that should have opened a promise and did not."""

    agreement: str
    event_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about a subject; it still is so where `cleared_at` is None."""

    finding_id: str
    kind: str
    found_at: datetime | None
    owed_by: str
    owed_to: str
    detail: str
    next_step: str
    at_stake: Money | None
    cleared_at: datetime | None


@dataclass(frozen=True, slots=True)
class Hop:
    """One department's part on the way to the customer's date; slack is working time."""

    agreement: str
    owed_by: str
    promise_id: str
    latest_finish: datetime | None
    expected_finish: datetime | None
    slack_s: int
    received_late_s: int
    done: bool


@dataclass(frozen=True, slots=True)
class CustomerTree:
    """What hangs on one date that the customer was given."""

    promise_id: str
    customer_visible_by: datetime | None
    predicted_p50: datetime | None
    predicted_p80: datetime | None
    jeopardy: str
    next_action_owner: str
    root_cause: str
    hops: tuple[Hop, ...]
