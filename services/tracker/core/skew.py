"""How far the clock of each source is off: the broker's time minus its own, at the median.

A skew is positive where the source's clock is behind, or what it says comes late; a median is not
moved by the few events that were told late. It is a claim about operations, not about a promise.
"""

from collections import OrderedDict, deque
from statistics import median_low
from typing import NamedTuple

from services.shared.clock import SECOND, Instant

SAMPLES_KEPT = 101
"""Of the newest events and heartbeats of a source."""

SAMPLES_NEEDED = 20
"""With fewer of them a source has no estimate: one late event would be the whole of it."""

SOURCES_LIMIT = 50
"""Sources of which a partition keeps samples; one more replaces the one that was silent longest."""

SKEW_LIMIT = 30 * SECOND
"""A clock that is off by more than this, either way, is a finding."""

FORGOTTEN_AFTER = 3_600 * SECOND
"""A source that was silent for so long, while others spoke, has no estimate any more."""


class SourceSkew(NamedTuple):
    """An estimate in microseconds, of so many samples."""

    party: str
    source: str
    skew: int
    samples: int

    @property
    def is_off(self) -> bool:
        return abs(self.skew) > SKEW_LIMIT


class _Heard(NamedTuple):
    at: Instant
    skews: deque[int]


class Skews:
    """The newest samples of each source of one partition."""

    def __init__(self) -> None:
        self._heard: OrderedDict[tuple[str, str], _Heard] = OrderedDict()
        self._newest: Instant = 0

    def hear(self, party: str, source: str, said_at: Instant, arrived_at: Instant) -> None:
        """The source gave its own time for what the broker took at `arrived_at`."""
        known = self._heard.pop((party, source), None)
        skews = known.skews if known else deque[int](maxlen=SAMPLES_KEPT)
        skews.append(arrived_at - said_at)
        self._heard[party, source] = _Heard(arrived_at, skews)
        self._newest = max(self._newest, arrived_at)
        if len(self._heard) > SOURCES_LIMIT:
            self._heard.popitem(last=False)

    def estimates(self) -> tuple[SourceSkew, ...]:
        """Of each source that was heard often enough, the worst first."""
        known = (
            SourceSkew(party, source, median_low(heard.skews), len(heard.skews))
            for (party, source), heard in self._heard.items()
            if len(heard.skews) >= SAMPLES_NEEDED and self._newest - heard.at <= FORGOTTEN_AFTER
        )
        return tuple(sorted(known, key=lambda each: (-abs(each.skew), each.party, each.source)))
