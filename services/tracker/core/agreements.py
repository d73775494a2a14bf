"""Agreements as the fold sees them: who owes what to whom, opened and kept by which event types.

How they are written as YAML is the affair of `language/`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from services.shared.clock import Instant
from services.shared.events.common import Money
from services.shared.subjects import EVENT_TYPES
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


@dataclass(frozen=True, slots=True)
class Agreement:
    """One directed promise: `owed_by` the debtor, `owed_to` the creditor.

    Due `within` a span of the opening event, `by` the instant in a fact, or `before` another
    promise: exactly one is set. `evidence` are the event types of which any one keeps it.
    `confirmed_by` or `confirm_within` say that the debtor's own word is not enough. `serves` names
    the customer's promise that this one is a part of, `requires` what a complete handoff has with
    it. `opens_on` may be a verdict on another agreement, `verdict.warned(deliver-order)`.
    `risk_above` is the probability of a breach, 0 to 1, that a risk model would have to warn of;
    `part_of` names the agreement that this one was derived from, as in `companions.py`.

    What every event asks for is derived once: the `debtor` is the party that answers for it, as
    `owed_by` may name a part of it (`sales/seller`). `clock` is in whose time the promise's clock
    runs: `48 hours` are elapsed time for everybody. `elapsed` are the microseconds from the opening
    to the deadline and `warning_spans` those to each warning in order, where elapsed time alone
    says it, else None. `two_sided` says that the debtor's own word does not close it; `simple` that
    one evidence does, and nothing else but its end can befall it. `evidence_parties` are those
    whose silence keeps a verdict open: they could still tell of fulfilment. `moved_by` are the
    event types that do anything to an open promise of it, `facts` every fact that it names.
    `unkeyed` is the evidence whose natural key has no field in common with that of the opening:
    it keeps any promise of the subject.
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

    debtor: str = field(init=False, repr=False, compare=False)
    clock: Calendar = field(init=False, repr=False, compare=False)
    elapsed: int | None = field(init=False, repr=False, compare=False)
    warning_spans: tuple[tuple[int, str], ...] | None = field(init=False, repr=False, compare=False)
    two_sided: bool = field(init=False, repr=False, compare=False)
    simple: bool = field(init=False, repr=False, compare=False)
    unkeyed: frozenset[str] = field(init=False, repr=False, compare=False)
    evidence_parties: frozenset[str] = field(init=False, repr=False, compare=False)
    moved_by: frozenset[str] = field(init=False, repr=False, compare=False)
    facts: frozenset[Fact] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        wall = isinstance(self.within, WallTime)
        two_sided = bool(self.confirmed_by) or self.confirm_within is not None
        course = (self.in_full, self.acknowledge, self.amends_on, self.pauses, self.requires)
        more = any(course) or two_sided or self.part_of or self.update_every
        told = {
            "debtor": self.owed_by.partition("/")[0],
            "clock": ALWAYS if wall else self.calendar,
            "elapsed": self.within.micros if isinstance(self.within, WallTime) else None,
            "warning_spans": _warning_spans(self.within, self.warn),
            "two_sided": two_sided,
            "simple": not more,
            "unkeyed": _unkeyed(self),
            "evidence_parties": _evidence_parties(self),
            "moved_by": _moved_by(self),
            "facts": _facts(self),
        }
        for name, value in told.items():
            object.__setattr__(self, name, value)


def _unkeyed(agreement: Agreement) -> frozenset[str]:
    opening = EVENT_TYPES.get(agreement.opens_on)
    if opening is None:
        return frozenset()
    rows = ((type, EVENT_TYPES.get(type)) for type in agreement.evidence)
    return frozenset(type for type, row in rows if row and not {*row.key} & {*opening.key})


def _evidence_parties(agreement: Agreement) -> frozenset[str]:
    confirmed_by = (agreement.confirmed_by,) if agreement.confirmed_by else ()
    types = (*agreement.evidence, *confirmed_by)
    return frozenset(map(party_of, types)) or frozenset({agreement.owed_by.partition("/")[0]})


def _moved_by(agreement: Agreement) -> frozenset[str]:
    pausing = (each for rule in agreement.pauses for each in (rule.starts_on, rule.ends_on))
    acknowledging = (agreement.acknowledge.on,) if agreement.acknowledge else ()
    types = (*agreement.evidence, *agreement.cancels_on, *pausing, *acknowledging)
    return frozenset(filter(None, (*types, agreement.amends_on, agreement.confirmed_by)))


def _facts(agreement: Agreement) -> frozenset[Fact]:
    where, full = agreement.where, agreement.in_full
    told = (agreement.by, *agreement.requires, *(where.facts if where else ()))
    counted = (full.promised, full.delivered) if full else ()
    return frozenset(each for each in (*told, *counted) if each)


def _warning_spans(
    within: Duration | None, warn: Iterable[Rung]
) -> tuple[tuple[int, str], ...] | None:
    if not isinstance(within, WallTime):
        return None
    given, spans = within.micros, list[tuple[int, str]]()
    for rung in warn:
        if isinstance(rung.before, WallTime):
            spans.append((given - rung.before.micros, rung.label))
        elif rung.share is not None:
            spans.append((int(given * rung.share), rung.label))
        else:
            return None
    return tuple(sorted(each for each in spans if each[0] < given))


def party_of(event_type: str) -> str:
    """Who says events of this type."""
    return event_type.partition(".")[0]
