"""What happened in a partition, in words that metrics know: `verdict:warned`, `clamped:sales`."""

from collections.abc import Iterable, Iterator

from services.tracker.core.skew import SourceSkew
from services.tracker.core.subject import Event, Subject
from services.tracker.exchange import Told


class Counts:
    """How often what happened since somebody last took them."""

    def __init__(self) -> None:
        self._counted: dict[str, int] = {}

    def add(self, *happened: str) -> None:
        for what in happened:
            self._counted[what] = self._counted.get(what, 0) + 1

    def take(self) -> dict[str, int]:
        counted, self._counted = self._counted, {}
        return counted


def of_event(told: Told, event: Event, subject: Subject) -> Iterator[str]:
    """What an event that was folded into the subject did beside changing its promises."""
    if event.occurred_at < told.said_at:
        yield f"clamped:{told.party}"
    for (agreement, event_id), reason in subject.rare.skipped.items():
        if event_id == event.id:
            yield f"skipped:{agreement}:{reason}"
    if event.id in subject.rare.parked:
        yield f"parked:{event.type}"


def of_clocks(before: Iterable[SourceSkew], now: Iterable[SourceSkew]) -> Iterator[str]:
    """A source whose clock is found to be off is counted once, until it goes right again."""
    known = {(each.party, each.source) for each in before if each.is_off}
    for each in now:
        if each.is_off and (each.party, each.source) not in known:
            yield f"skewed:{each.party}"
