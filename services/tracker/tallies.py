"""How many events of each source and hour were applied, had been before, or were refused.

It is compared with what Kafka holds and what the dead letters took. Each event counts in the commit
that also moves the position beyond it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from services.shared.clock import Instant
from services.shared.source_hours import HOUR, SourceHour

if TYPE_CHECKING:
    from services.tracker.exchange import Told


@dataclass(slots=True)
class Tallies:
    """What became of each event of a batch, and `sums` of the batches since the last commit."""

    applied: list["Told"] = field(default_factory=list)
    duplicates: list["Told"] = field(default_factory=list)
    refused: list["Told"] = field(default_factory=list)
    sums: dict[SourceHour, list[int]] = field(default_factory=dict)

    def sum_up(self) -> None:
        """At the end of a batch: its records need not stay in memory until the commit."""
        for place, told in enumerate((self.applied, self.duplicates, self.refused)):
            for hour, count in counted(told).items():
                self.sums.setdefault(hour, [0, 0, 0])[place] += count
            told.clear()


def counted(told: Sequence["Told"]) -> dict[SourceHour, int]:
    """How many there are of each source and hour.

    Those that were read together are mostly of one: an event of the same as the one before costs
    its comparisons only, a third of what counting it by itself does.
    """
    counts: dict[SourceHour, int] = {}
    party, source, begins, ends, run = "", "", 0, 0, 0
    for each in told:
        at = each.said_at
        if begins <= at < ends and each.source == source and each.party is party:
            run += 1
            continue
        _add(counts, party, source, begins, run)
        party, source, run = each.party, each.source, 1
        begins = at - at % HOUR
        ends = begins + HOUR
    _add(counts, party, source, begins, run)
    return counts


def _add(counts: dict[SourceHour, int], party: str, source: str, begins: Instant, run: int) -> None:
    if run:
        hour = SourceHour(party, source, begins)
        counts[hour] = counts.get(hour, 0) + run
