"""Agreements as the fold sees them: who owes what to whom, opened and kept by which event types.

How they are written as YAML is the affair of `language/`.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from services.shared.clock import Instant
from services.shared.events.common import Money
from services.tracker.core.calendars import ALWAYS, Calendar
from services.tracker.core.case_events import READS
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
    it. An event type may be a verdict on another agreement, `verdict.warned(deliver-order)`.
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

    @cached_property
    def evidence_parties(self) -> frozenset[str]:
        """Those whose silence keeps a verdict open: they could still tell of fulfilment."""
        types = (*self.evidence, self.confirmed_by) if self.confirmed_by else self.evidence
        return frozenset(each.partition(".")[0] for each in types)

    @cached_property
    def clock(self) -> Calendar:
        """In whose time the promise's clock runs: `48 hours` are elapsed time for everybody."""
        return ALWAYS if isinstance(self.within, WallTime) else self.calendar

    @cached_property
    def two_sided(self) -> bool:
        """The debtor's own word does not close it."""
        return bool(self.confirmed_by) or self.confirm_within is not None


@dataclass(frozen=True)
class AgreementSet:
    """All agreements that are active together; `active_from` is a broker time."""

    id: str
    active_from: Instant
    agreements: tuple[Agreement, ...]

    @cached_property
    def opened_by(self) -> Mapping[str, tuple[Agreement, ...]]:
        """The agreements that each event type opens."""
        types = {agreement.opens_on for agreement in self.agreements}
        return {
            each: tuple(agreement for agreement in self.agreements if agreement.opens_on == each)
            for each in types
        }


def content_hash(texts: Iterable[str]) -> str:
    """The id of a set: SHA-256 of its files' texts, in any order, as 64 hex digits."""
    whole = hashlib.sha256()
    for text in sorted(texts):
        whole.update(hashlib.sha256(text.encode()).digest())
    return whole.hexdigest()


@dataclass(frozen=True)
class AgreementSets:
    """The sets that were ever active, oldest first.

    Which one applies to an event follows from its broker time alone, so that every tracker and
    every replay agree. What came before the first set's activation is read by the first.
    """

    sets: tuple[AgreementSet, ...]
    _by_name: dict[tuple[str, int], Agreement] = field(init=False, repr=False, compare=False)
    _starts: list[Instant] = field(init=False, repr=False, compare=False)
    _fields: dict[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.sets:
            raise ValueError("There is no agreement set; a tracker needs at least one.")
        ordered = tuple(sorted(self.sets, key=lambda each: each.active_from))
        by_name = {
            (agreement.name, agreement.version): agreement
            for each in ordered
            for agreement in each.agreements
        }
        object.__setattr__(self, "sets", ordered)
        object.__setattr__(self, "_by_name", by_name)
        object.__setattr__(self, "_starts", [each.active_from for each in ordered])
        object.__setattr__(self, "_fields", {})

    def at(self, arrived_at: Instant) -> AgreementSet:
        return self.sets[max(0, bisect_right(self._starts, arrived_at) - 1)]

    def agreement(self, name: str, version: int) -> Agreement:
        """Raises KeyError for a version that no set holds."""
        return self._by_name[name, version]

    @property
    def historic_before(self) -> Instant:
        """What was due before the first set was active is history: recorded, never paged."""
        return self.sets[0].active_from

    @cached_property
    def facts(self) -> frozenset[Fact]:
        """Every fact that some agreement names; the fold keeps only these."""
        return frozenset(each.by for each in self._by_name.values() if each.by)

    def fields_of(self, event_type: str) -> tuple[str, ...]:
        """The fields that are kept of events of this type: what facts name, and what is read of it
        to find bounces, cases left alone and repeated requests."""
        if (known := self._fields.get(event_type)) is None:
            names = {fact.name for fact in self.facts}.union(READS.get(event_type, ()))
            known = self._fields[event_type] = tuple(sorted(names))
        return known

    @cached_property
    def ending(self) -> frozenset[str]:
        """The event types that keep or cancel a promise of some agreement."""
        return frozenset(
            event_type
            for each in self._by_name.values()
            for event_type in (*each.evidence, *each.cancels_on)
        )
