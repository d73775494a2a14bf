"""What happened in a partition, in words that metrics know: `("verdict", "warned")`."""

from collections.abc import Iterable, Mapping

from services.tracker.core.skew import SourceSkew
from services.tracker.core.subject import COMMON, Event, Subject
from services.tracker.exchange import Told

What = tuple[str, ...]
"""The kind of what happened, and the labels of its counter."""


class Counts:
    """How often what happened since somebody last took them."""

    def __init__(self) -> None:
        self._counted: dict[What, int] = {}

    def add(self, *what: str) -> None:
        self._counted[what] = self._counted.get(what, 0) + 1

    def take(self) -> Mapping[What, int]:
        counted, self._counted = self._counted, {}
        return counted


def count_event(counts: Counts, told: Told, event: Event, subject: Subject) -> None:
    """What an event that was folded into the subject did beside changing its promises."""
    if event.occurred_at < told.said_at:
        counts.add("clamped", told.party)
    if subject.rare is COMMON:
        return
    for (agreement, event_id), reason in subject.rare.skipped.items():
        if event_id == event.id:
            counts.add("skipped", agreement, reason)
    if event.id in subject.rare.parked:
        counts.add("parked", event.type)


def count_clocks(counts: Counts, before: Iterable[SourceSkew], now: Iterable[SourceSkew]) -> None:
    """A source whose clock is found to be off is counted once, until it goes right again."""
    known = {(each.party, each.source) for each in before if each.is_off}
    for each in now:
        if each.is_off and (each.party, each.source) not in known:
            counts.add("skewed", each.party)
