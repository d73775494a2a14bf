"""Agreements as the fold sees them: who owes what to whom, opened and kept by which event types.

How they are written as YAML is `language.py`'s affair.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from services.shared.clock import Instant
from services.shared.subjects import Kind


class AgreementKind(StrEnum):
    """To the customer, between departments, or with an outside supplier."""

    SLA = "SLA"
    OLA = "OLA"
    UC = "UC"


@dataclass(frozen=True, slots=True)
class Rung:
    """A warning before the deadline: after a share of the time given, or a span before the end.

    `share` is 0 to 1, `before` in microseconds; exactly one of them is set.
    """

    label: str
    share: float | None = None
    before: int | None = None

    def at(self, opened_at: Instant, due_by: Instant) -> Instant:
        if self.before is not None:
            return due_by - self.before
        return opened_at + int((due_by - opened_at) * (self.share or 0.0))


@dataclass(frozen=True, slots=True)
class Fact:
    """A field of the subject's facts that an agreement names, as in `order.ship_by`."""

    kind: Kind
    name: str

    def __str__(self) -> str:
        return f"{self.kind}.{self.name}"


@dataclass(frozen=True)
class Agreement:
    """One directed promise: `owed_by` the debtor, `owed_to` the creditor.

    Due `within` microseconds of the opening event, or `by` the instant in a fact: one is set.
    """

    name: str
    version: int
    effective_from: Instant
    kind: AgreementKind
    owed_by: str
    owed_to: str
    because: str
    opens_on: str
    evidence: str
    within: int | None
    by: Fact | None
    warn: tuple[Rung, ...] = ()
    cancels_on: tuple[str, ...] = ()
    next_step: str = ""

    @cached_property
    def evidence_parties(self) -> frozenset[str]:
        """Those whose silence keeps a verdict open: they could still tell of fulfilment."""
        return frozenset({self.evidence.partition(".")[0]})


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

    @cached_property
    def ending(self) -> frozenset[str]:
        """The event types that keep or cancel a promise of some agreement."""
        return frozenset(
            event_type
            for each in self._by_name.values()
            for event_type in (each.evidence, *each.cancels_on)
        )
