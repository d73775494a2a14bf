"""What happened in a partition, for metrics, and how far the clocks of its sources are off."""

from collections.abc import Mapping

from services.tracker.core.skew import Skews, SourceSkew
from services.tracker.core.subject import COMMON, FOLDED, Counted, Event, Subject
from services.tracker.exchange import Told

What = tuple[str, ...]
"""The kind of what happened, and the labels of its counter: `("verdict", "warned")`."""

HEARTBEAT, REFUSED, BACKFILLED = "heartbeat", "refused", "backfilled"
"""What becomes of a record beside being folded or a duplicate."""

_TELLS_THE_TIME = frozenset({FOLDED, HEARTBEAT})


class Counts:
    """How often what happened since somebody last took them; `skews` are as last estimated.

    In a simulation there is one clock only, and nothing to compare.
    """

    def __init__(self, *, simulated: bool) -> None:
        self.skews: tuple[SourceSkew, ...] = ()
        self._simulated = simulated
        self._counted: dict[What, int] = {}
        self._clocks: dict[tuple[str, str], Told] = {}
        self._skews = Skews()

    def add(self, *what: str) -> None:
        self._counted[what] = self._counted.get(what, 0) + 1

    def take(self) -> Mapping[What, int]:
        counted, self._counted = self._counted, {}
        return counted

    def became(self, told: Told, what: str) -> None:
        """What became of a record."""
        self.add("consumed", told.received.topic, what)
        if what in _TELLS_THE_TIME:
            self._clocks[told.party, told.source] = told

    def folded(self, told: Told, event: Event, subject: Subject) -> None:
        """What an event did beside changing its subject's promises."""
        self.became(told, BACKFILLED if event.backfilled else Counted.FOLDED)
        if event.occurred_at < told.said_at:
            self.add("clamped", told.party)
        if subject.rare is COMMON:
            return
        for (agreement, event_id), reason in subject.rare.skipped.items():
            if event_id == event.id:
                self.add("skipped", agreement, reason)
        if event.id in subject.rare.parked:
            self.add("parked", event.type)

    def compare_clocks(self) -> None:
        """The last that each source said since is a sample of its clock."""
        for told in () if self._simulated else self._clocks.values():
            self._skews.hear(told.party, told.source, told.said_at, told.received.arrived_at)
        self._clocks.clear()

    def estimate_skews(self) -> None:
        """A source whose clock is found to be off is counted once, until it goes right again."""
        known = {(each.party, each.source) for each in self.skews if each.is_off}
        self.skews = self._skews.estimates()
        for each in self.skews:
            if each.is_off and (each.party, each.source) not in known:
                self.add("skewed", each.party)
