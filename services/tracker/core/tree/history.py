"""How long the hops took: the working time that debtors needed, as far as it was seen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from services.shared.clock import Instant
from services.tracker.core.agreements import Agreement

SAMPLES_LIMIT = 1_000
"""How many of the latest samples of a name are kept."""

SAMPLES_NEEDED = 20
"""With fewer samples a name has no quantile: chance would say more than its history."""


class Sample(NamedTuple):
    """Working time in microseconds that ended `at` a moment; `name` is an agreement's, or a
    `last_leg`."""

    name: str
    at: Instant
    micros: int


@dataclass(frozen=True)
class Durations:
    """The latest samples of each name, in order of time."""

    samples: tuple[Sample, ...] = ()

    def also(self, samples: Iterable[Sample]) -> "Durations":
        """With more samples, in any order; the oldest of a name go when it has too many."""
        by_name: dict[str, list[Sample]] = {}
        for each in sorted((*self.samples, *samples)):
            by_name.setdefault(each.name, []).append(each)
        return Durations(
            tuple(each for known in by_name.values() for each in known[-SAMPLES_LIMIT:])
        )

    def quantile(self, name: str, percent: int) -> int | None:
        """The working time in microseconds within which `percent` of the samples were done.

        By nearest rank, so that it is always a time that was seen: definition 1 of Hyndman and Fan,
        "Sample quantiles in statistical packages", The American Statistician 50 (1996), 361-365.
        """
        seen = self._sorted.get(name, ())
        if len(seen) < SAMPLES_NEEDED:
            return None
        return seen[max(1, -(-percent * len(seen) // 100)) - 1]

    @cached_property
    def _sorted(self) -> Mapping[str, tuple[int, ...]]:
        seen: dict[str, list[int]] = {}
        for each in self.samples:
            seen.setdefault(each.name, []).append(each.micros)
        return {name: tuple(sorted(micros)) for name, micros in seen.items()}


def last_leg(outer: str) -> str:
    """The name under which the time from an outer promise's last hop to its own end is kept."""
    return f"{outer}~last-leg"


def lost(agreement: Agreement, opened_at: Instant, due_by: Instant) -> int:
    """Working time in microseconds by which pauses and amendments moved the deadline back so far.

    It is none of what the debtor needed. Unknown, and 0, where a date is agreed and no span.
    """
    if agreement.within is None:
        return 0
    first_due_by = agreement.clock.add(opened_at, agreement.within)
    return max(0, agreement.calendar.between(first_due_by, due_by))
