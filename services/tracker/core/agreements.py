"""Agreements as the fold sees them: who owes what to whom, opened and kept by which event types.

How they are written as YAML is the affair of `language/`.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from services.shared.clock import Instant
from services.shared.events.common import Money
from services.tracker.core.calendars.calendar import ALWAYS, Calendar
from services.tracker.core.conditions import Condition
from services.tracker.core.durations import Duration, Rung, WallTime
from services.tracker.core.facts import Fact


class AgreementKind(StrEnum):
    """To the customer, between departments, or with an outside supplier."""

    SLA = "SLA"
    OLA = "OLA"
    UC = "UC"


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The debtor says `on` that it has it, `within` so long."""

    on: str
    within: Duration


@dataclass(frozen=True, slots=True)
class InFull:
    """How much was promised and how much an evidence delivers; they are summed up line by line.

    `tolerance` is the share of what was promised that may be missing, 0 to 1.
    """

    promised: Fact
    delivered: Fact
    tolerance: float = 0.0


@dataclass(frozen=True, slots=True)
class Before:
    """Due so long before another promise of the same subject is: `promise` names its agreement."""

    promise: str
    slack: Duration


@dataclass(frozen=True, slots=True)
class PauseRule:
    """The clock stands between two events, `at_most` so long, while the debtor waits on someone."""

    starts_on: str
    ends_on: str
    waiting_on: str
    at_most: Duration | None = None


@dataclass(frozen=True, slots=True)
class Decides:
    """Who may give an approval now: above `up_to`, or where `who` is away, it is the deputy."""

    who: str
    up_to: Money | None = None
    deputy: str = ""


@dataclass(frozen=True, slots=True)
class Objective:
    """The share of promises to be kept, 0 to 1, over so many days."""

    kept: float
    over_days: int


@dataclass(frozen=True)
class Agreement:
    """One directed promise: `owed_by` the debtor, `owed_to` the creditor.

    Due `within` a span of the opening event, `by` the instant in a fact, or `before` another
    promise: exactly one is set. `evidence` are the event types of which any one keeps it.
    `confirmed_by` or `confirm_within` say that the debtor's own word is not enough. `serves` names
    the customer's promise that this one is a part of, `requires` what a complete handoff has with
    it. `opens_on` may be a verdict on another agreement, `verdict.warned(deliver-order)`.
    `risk_above` is the probability of a breach, 0 to 1, that a risk model would have to warn of;
    `part_of` names the agreement that this one was derived from, as in `companions.py`.
    """

    name: str
    version: int
    effective_from: Instant
    kind: AgreementKind
    owed_by: str
    owed_to: str
    because: str
    opens_on: str
    evidence: tuple[str, ...]
    within: Duration | None = None
    by: Fact | None = None
    before: Before | None = None
    calendar: Calendar = ALWAYS
    where: Condition | None = None
    acknowledge: Acknowledgement | None = None
    in_full: InFull | None = None
    confirmed_by: str = ""
    confirm_within: Duration | None = None
    pauses: tuple[PauseRule, ...] = ()
    cancels_on: tuple[str, ...] = ()
    amends_on: str = ""
    update_every: Duration | None = None
    warn: tuple[Rung, ...] = ()
    requires: tuple[Fact, ...] = ()
    serves: str = ""
    next_step: str = ""
    runbook: str = ""
    decides: Decides | None = None
    cost_of_breach: Money | None = None
    cost_of_alert: Money | None = None
    objective: Objective | None = None
    escalate: str = ""
    agreed_by: tuple[tuple[str, Instant], ...] = ()
    review_by: Instant | None = None
    part_of: str = ""
    risk_above: float | None = None

    @cached_property
    def evidence_parties(self) -> frozenset[str]:
        """Those whose silence keeps a verdict open: they could still tell of fulfilment."""
        types = (*self.evidence, self.confirmed_by) if self.confirmed_by else self.evidence
        return frozenset(party_of(each) for each in types) or frozenset({self.debtor})

    @cached_property
    def debtor(self) -> str:
        """The party that answers for it; `owed_by` may name a part of it, as in `sales/seller`."""
        return self.owed_by.partition("/")[0]

    @cached_property
    def clock(self) -> Calendar:
        """In whose time the promise's clock runs: `48 hours` are elapsed time for everybody."""
        return ALWAYS if isinstance(self.within, WallTime) else self.calendar

    @cached_property
    def elapsed(self) -> int | None:
        """Microseconds from the opening to the deadline, where elapsed time alone says it."""
        return self.within.micros if isinstance(self.within, WallTime) else None

    @cached_property
    def warning_spans(self) -> tuple[tuple[int, str], ...] | None:
        """How long after the opening each warning is due, where elapsed time says it: in order.

        None where a calendar or a fact has to be asked.
        """
        if not isinstance(self.within, WallTime):
            return None
        given = self.within.micros
        spans: list[tuple[int, str]] = []
        for rung in self.warn:
            if isinstance(rung.before, WallTime):
                spans.append((given - rung.before.micros, rung.label))
            elif rung.share is not None:
                spans.append((int(given * rung.share), rung.label))
            else:
                return None
        return tuple(sorted(each for each in spans if each[0] < given))

    @cached_property
    def two_sided(self) -> bool:
        """The debtor's own word does not close it."""
        return bool(self.confirmed_by) or self.confirm_within is not None

    @cached_property
    def simple(self) -> bool:
        """One evidence closes it, and nothing else but its end can befall it."""
        course = (self.in_full, self.acknowledge, self.amends_on, self.pauses, self.requires)
        return not (any(course) or self.two_sided or self.part_of or self.update_every)

    @cached_property
    def moved_by(self) -> frozenset[str]:
        """Every event type that does anything to a promise of it once it is open."""
        pausing = (each for rule in self.pauses for each in (rule.starts_on, rule.ends_on))
        acknowledging = (self.acknowledge.on,) if self.acknowledge else ()
        types = (*self.evidence, *self.cancels_on, *pausing, *acknowledging)
        return frozenset(filter(None, (*types, self.amends_on, self.confirmed_by)))

    @cached_property
    def facts(self) -> frozenset[Fact]:
        """Every fact that it names."""
        told = (self.by, *self.requires, *(self.where.facts if self.where else ()))
        full = (self.in_full.promised, self.in_full.delivered) if self.in_full else ()
        return frozenset(each for each in (*told, *full) if each)


def party_of(event_type: str) -> str:
    """Who says events of this type."""
    return event_type.partition(".")[0]
