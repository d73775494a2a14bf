"""Where departments tell one fact of a subject differently: what is so now, and what was.

A party's last telling by its own time counts. How two are compared is in `comparing.py`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, groupby

from services.shared.clock import Instant
from services.tracker.core.comparing import (
    Telling,
    difference,
    money_between,
    parts_that_differ,
    telling,
)
from services.tracker.core.facts import FactRule
from services.tracker.core.findings import Finding, FindingKind
from services.tracker.core.subject import Event


@dataclass(frozen=True, slots=True)
class Dispute:
    """A time in which parties told a fact differently, from the first difference to agreement.

    `about` is the refund, invoice... that it is of, empty for the whole subject; `told` what each
    party said last in it. It is true from `true_from`, perhaps still to come, until `until`; None
    while they differ. `visible_at` is when a gate let the customer see it; None if none did.
    """

    about: str
    told: Mapping[str, Telling]
    true_from: Instant
    visible_at: Instant | None = None
    until: Instant | None = None

    @property
    def caught_before_visible(self) -> bool:
        """It was found before the customer could see it."""
        return self.visible_at is None or self.true_from < self.visible_at


def disagreements(rule: FactRule, events: Sequence[Event]) -> tuple[Finding, ...]:
    """What the parties of a subject tell differently now, one finding a rule, or a key of `each`.

    It holds since the last telling that changed something has settled, or since a gate showed the
    difference. Once it holds it stays, though what is told may move on, until all tell the same.
    `events` are in order of their own times, without those taken back and without repetitions.
    """
    return tuple(_finding(rule, each) for each in disputes(rule, events) if each.until is None)


def disputes(rule: FactRule, events: Sequence[Event]) -> tuple[Dispute, ...]:
    """Every dispute that outlived its settling or met a gate, or may still do so; as above."""
    heard: dict[str, list[Event]] = {}
    for event in events:
        if event.type in rule.told_in or event.type in rule.gates:
            about = dict(event.key).get(f"{rule.each}_id") if rule.each else ""
            if about is not None:
                heard.setdefault(about, []).append(event)
    return tuple(each for about in heard for each in _disputes(rule, about, heard[about]))


def _disputes(rule: FactRule, about: str, events: Sequence[Event]) -> Iterator[Dispute]:
    """Those of one key. What happened at the same moment is taken together, in whatever order."""
    told: dict[str, Telling] = {}
    standing: Dispute | None = None
    for at, same in groupby(events, key=lambda event: event.occurred_at):
        together = tuple(same)
        told, before = told | _tellings(rule, together), told
        if not parts_that_differ(rule.compare, told.values()):
            if standing and standing.true_from < at:
                yield replace(standing, until=at)
            standing = None
            continue
        if not standing or (told != before and at < standing.true_from):
            standing = Dispute(about, told, rule.clock.add(at, rule.settle))
        standing = replace(standing, told=told)
        if any(event.type in rule.gates for event in together):
            standing = _seen(standing, at)
    if standing:
        yield standing


def _tellings(rule: FactRule, events: Sequence[Event]) -> dict[str, Telling]:
    """What each party tells last of all in these events; what is absent tells nothing."""
    told: dict[str, Telling] = {}
    for event in events:
        if assertion := rule.told_in.get(event.type):
            value = telling(rule.compare, event.fields.get(assertion.name), rule.calendar)
            if value:
                told[assertion.party] = value
    return told


def _seen(dispute: Dispute, at: Instant) -> Dispute:
    """The customer may see it since `at`, so that it settles no longer."""
    visible_at = at if dispute.visible_at is None else dispute.visible_at
    return replace(dispute, true_from=min(dispute.true_from, at), visible_at=visible_at)


def _finding(rule: FactRule, dispute: Dispute) -> Finding:
    told = {party: dispute.told[party] for party in rule.parties if party in dispute.told}
    return Finding(
        kind=FindingKind.DISAGREEMENT,
        key=f"{rule.name}/{dispute.about}" if dispute.about else rule.name,
        true_from=dispute.true_from,
        owed_by=rule.owner,
        owed_to=_contradicts(rule, told),
        detail=f"{rule.name.replace('-', ' ')}: {difference(rule.compare, told)}",
        next_step=rule.next_step,
        at_stake=money_between(told.values()),
        awaits=frozenset(rule.parties),
    )


def _contradicts(rule: FactRule, told: Mapping[str, Telling]) -> str:
    """The first that tells something else than the owner, or than another party."""
    return next(
        other
        for (_, one), (other, two) in combinations(told.items(), 2)
        if parts_that_differ(rule.compare, (one, two))
    )
