"""One agreement set: all agreements and rules of facts that are active together."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from services.shared.clock import Instant
from services.tracker.core.agreements import Agreement
from services.tracker.core.companions import with_companions
from services.tracker.core.facts import FactRule


@dataclass(frozen=True)
class AgreementSet:
    """All agreements and rules of facts that are active together, from a broker time on.

    `files` are the texts that they were read from, by name; the fold needs none.
    """

    id: str
    active_from: Instant
    agreements: tuple[Agreement, ...]
    fact_rules: tuple[FactRule, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def all(self) -> tuple[Agreement, ...]:
        """With those that follow from another's `acknowledge` and `update_every`."""
        return tuple(each for one in self.agreements for each in with_companions(one))

    @cached_property
    def opened_by(self) -> Mapping[str, tuple[Agreement, ...]]:
        """The agreements that each event type opens; what is due before another comes after it,
        and a companion after its own."""
        by_name = {each.name: each for each in self.agreements}
        outer_first = sorted(self.agreements, key=lambda each: _depth(each, by_name))
        ordered = [each for one in outer_first for each in with_companions(one)]
        types = {agreement.opens_on for agreement in ordered}
        return {
            each: tuple(agreement for agreement in ordered if agreement.opens_on == each)
            for each in types
        }

    @cached_property
    def rules_of(self) -> Mapping[str, tuple[FactRule, ...]]:
        """The rules that each event type asserts something for, or is a gate of."""
        types: dict[str, dict[str, FactRule]] = {}
        for rule in self.fact_rules:
            for type in (*(each.event_type for each in rule.asserted_by), *rule.gates):
                types.setdefault(type, {})[rule.name] = rule
        return {type: tuple(rules.values()) for type, rules in types.items()}


def _depth(agreement: Agreement, by_name: Mapping[str, Agreement]) -> int:
    """How many promises its date hangs on, one behind the other; none leads back to itself."""
    outer = by_name.get(agreement.before.promise) if agreement.before else None
    return 1 + _depth(outer, by_name) if outer else 0


def content_hash(texts: Iterable[str]) -> str:
    """The id of a set: SHA-256 of its files' texts, in any order, as 64 hex digits."""
    whole = hashlib.sha256()
    for text in sorted(texts):
        whole.update(hashlib.sha256(text.encode()).digest())
    return whole.hexdigest()
