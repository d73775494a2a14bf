"""What is found about a subject that no single promise covers: bounces, repeated requests,
disagreements, evidence that nobody was waiting for.
"""

from dataclasses import dataclass
from enum import StrEnum

from services.shared.clock import Instant
from services.shared.events.common import Money


class FindingKind(StrEnum):
    """What was found."""

    BOUNCED = "bounced"
    LEFT_ALONE = "left_alone"
    REPEATED_REQUEST = "repeated_request"
    OVER_FULFILLED = "over_fulfilled"
    DISAGREEMENT = "disagreement"
    UNMATCHED_EVIDENCE = "unmatched_evidence"
    EVIDENCE_AFTER_END = "evidence_after_end"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is so as long as the subject's events say it.

    `key` tells findings of a kind and a subject apart. It holds from `true_from` on: a moment that
    may still be to come, when it says that something did not happen until then; `awaits` are the
    parties who could still tell otherwise. `owed_by` has the next step, `owed_to` waits for it.
    `detail` is in plain words; `at_stake` is the money that hangs on it. Only an `actionable` one
    disturbs a person.
    """

    kind: FindingKind
    key: str
    true_from: Instant
    owed_by: str
    owed_to: str
    detail: str
    next_step: str = ""
    at_stake: Money | None = None
    awaits: frozenset[str] = frozenset()
    actionable: bool = True


@dataclass(slots=True)
class Found:
    """What was told of a finding so far; `cleared_at` is None while it is so."""

    finding: Finding
    revision: int = 0
    cleared_at: Instant | None = None
