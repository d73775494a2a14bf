"""Agreement sets: what is active together, and which set applies to an event."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from services.shared.clock import Instant
from services.shared.subjects import EVENT_TYPES
from services.tracker.core import decisions
from services.tracker.core.agreement_set import AgreementSet
from services.tracker.core.agreements import Agreement, party_of
from services.tracker.core.companions import UPDATE, name_of
from services.tracker.core.facts import Fact
from services.tracker.core.handoffs import case_events

if TYPE_CHECKING:
    from services.tracker.core.roles import Role

_ID = "_id"
VERDICT = "verdict."
"""Event types that begin so are verdicts of our own: `verdict.warned(deliver-order)`."""
_READS = {
    **case_events.READS,
    **decisions.READS,
    "operations.OrderReturnedIncomplete": ("missing",),
}


@dataclass(frozen=True)
class AgreementSets:
    """The sets that were ever active, oldest first.

    Which one applies to an event follows from its broker time alone, so that every tracker and
    every replay agree. What came before the first set's activation is read by the first. `roles`
    is where `roles.py` keeps what events of each type can do.
    """

    sets: tuple[AgreementSet, ...]
    _by_name: dict[tuple[str, int], Agreement] = field(init=False, repr=False, compare=False)
    _starts: list[Instant] = field(init=False, repr=False, compare=False)
    _fields: dict[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    roles: "dict[str, Role]" = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.sets:
            raise ValueError("There is no agreement set; a tracker needs at least one.")
        ordered = tuple(sorted(self.sets, key=lambda each: each.active_from))
        by_name = {
            (agreement.name, agreement.version): agreement
            for each in ordered
            for agreement in each.all
        }
        object.__setattr__(self, "sets", ordered)
        object.__setattr__(self, "_by_name", by_name)
        object.__setattr__(self, "_starts", [each.active_from for each in ordered])
        object.__setattr__(self, "_fields", {})
        object.__setattr__(self, "roles", {})

    @cached_property
    def ids(self) -> tuple[tuple[str, Instant], ...]:
        """What tells these sets from others: the hash of each, and since when it is active."""
        return tuple((each.id, each.active_from) for each in self.sets)

    def at(self, arrived_at: Instant) -> AgreementSet:
        if arrived_at >= self._starts[-1]:
            return self.sets[-1]
        return self.sets[max(0, bisect_right(self._starts, arrived_at) - 1)]

    def after(self, arrived_at: Instant) -> tuple[AgreementSet, ...]:
        """Those that became active later."""
        return self.sets[max(1, bisect_right(self._starts, arrived_at)) :]

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
        return frozenset[Fact]().union(*(each.facts for each in self._by_name.values()))

    @cached_property
    def kept_facts(self) -> frozenset[tuple[str, str]]:
        """What each fact is about, and its field."""
        return frozenset((fact.about, fact.name) for fact in self.facts)

    def fields_of(self, event_type: str) -> tuple[str, ...]:
        """The fields of an event of this type that some agreement or rule reads."""
        if event_type not in self._fields:
            self._fields[event_type] = tuple(sorted(self._named(event_type)))
        return self._fields[event_type]

    def _named(self, event_type: str) -> set[str]:
        row = EVENT_TYPES.get(event_type)
        about = {"event", row.kind, *nouns_of(row.key)} if row else None
        asserted = {
            assertion.name
            for each in self.sets
            for rule in each.fact_rules
            for assertion in rule.asserted_by
            if assertion.event_type == event_type
        }
        return (
            asserted
            | {*_READS.get(event_type, ())}
            | {fact.name for fact in self.facts if about is None or fact.about in about}
        )

    @cached_property
    def all(self) -> tuple[Agreement, ...]:
        """Every version of every agreement that some set holds."""
        return tuple(self._by_name.values())

    @cached_property
    def moved_by(self) -> Mapping[str, tuple[str, ...]]:
        """By event type, the names of the agreements whose promises it may change."""
        names: dict[str, dict[str, None]] = {}
        for agreement in self._by_name.values():
            for type in agreement.moved_by:
                names.setdefault(type, {})[agreement.name] = None
        return {type: tuple(each) for type, each in names.items()}

    @cached_property
    def updated_by(self) -> Mapping[str, tuple[str, ...]]:
        """By party, the names of the agreements under which its every word is an update."""
        names: dict[str, dict[str, None]] = {}
        for agreement in self._by_name.values():
            if agreement.update_every:
                names.setdefault(agreement.debtor, {})[name_of(agreement.name, UPDATE)] = None
        return {party: tuple(each) for party, each in names.items()}

    @cached_property
    def due_before(self) -> Mapping[str, tuple[str, ...]]:
        """By agreement, the names of those that are due so long before it."""
        names: dict[str, dict[str, None]] = {}
        for agreement in self._by_name.values():
            if agreement.before:
                names.setdefault(agreement.before.promise, {})[agreement.name] = None
        return {outer: tuple(each) for outer, each in names.items()}

    @cached_property
    def draw_along(self) -> bool:
        """Whether what befalls a promise of some agreement has a consequence for another one."""
        return bool(self.due_before) or any(not each.simple for each in self._by_name.values())

    @cached_property
    def requiring(self) -> tuple[str, ...]:
        """The names of the agreements that a handoff has to be complete for."""
        return tuple({each.name: None for each in self._by_name.values() if each.requires})

    @cached_property
    def accepting(self) -> tuple[str, ...]:
        """The names of the agreements whose creditors accept a report by their silence."""
        waiting = (each for each in self._by_name.values() if each.confirm_within is not None)
        return tuple({each.name: None for each in waiting})

    @cached_property
    def evidence(self) -> frozenset[str]:
        """The event types that keep a promise of some agreement."""
        return frozenset(each for one in self._by_name.values() for each in one.evidence)

    @cached_property
    def detected(self) -> frozenset[str]:
        """The event types after which something may be found that no promise covers."""
        counted = (each for each in self._by_name.values() if each.in_full)
        parts = ((*each.evidence, each.amends_on) for each in counted)
        ruled = (each.rules_of for each in self.sets)
        return frozenset(case_events.READS).union(*parts, *ruled)

    def openers_of(self, evidence: str) -> frozenset[str]:
        """The parties whose events open the promises that this type of event keeps."""
        opened = (each for each in self._by_name.values() if evidence in each.evidence)
        return frozenset(
            party_of(each.opens_on) for each in opened if not each.opens_on.startswith(VERDICT)
        )

    @cached_property
    def parties(self) -> frozenset[str]:
        """Everybody whose events open, keep or tell something under some set."""
        ruled = (type for each in self.sets for type in each.rules_of)
        types = {*self.opening, *self.moved_by, *ruled, *case_events.READS}
        told = (party_of(type) for type in types if not type.startswith(VERDICT))
        return frozenset((*told, *(each.debtor for each in self._by_name.values())))

    @cached_property
    def opening(self) -> frozenset[str]:
        """The event types that open a promise under some set, verdicts among them."""
        return frozenset(each.opens_on for each in self._by_name.values())

    @cached_property
    def opens_on_verdicts(self) -> bool:
        """Whether some agreement opens on a verdict on another one."""
        return any(type.startswith(VERDICT) for type in self.opening)


def nouns_of(key: Iterable[str]) -> tuple[str, ...]:
    """What the fields of a natural key name: `refund` for `refund_id`."""
    return tuple(name.removesuffix(_ID) for name in key if name.endswith(_ID))
