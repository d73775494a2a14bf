"""What one look at handoff itself sees; what of it is wrong is said in `troubles`."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from services.shared.clock import SECOND, Instant

LETTERS_WITHIN = 900 * SECOND
"""Dead letters are news for so long after the last one came."""
REFUSED_WITHIN = 900 * SECOND
"""Notices that nobody took are news for so long."""


@dataclass(frozen=True, slots=True)
class PartitionSeen:
    """How far one partition has come; `complete_through` is by party, absent where never heard."""

    number: int
    caught_up_at: Instant | None
    complete_through: Mapping[str, Instant] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SkewSeen:
    """How far a source's clock is behind the broker's, in seconds; negative where it is ahead."""

    party: str
    source: str
    skew_s: float


@dataclass(frozen=True, slots=True)
class GapSeen:
    """From when until when nobody is on call of a schedule."""

    schedule: str
    starts_at: Instant
    ends_at: Instant


@dataclass(frozen=True, slots=True)
class Turned:
    """How many promises turned out how within one window."""

    kept: int
    broken: int

    @property
    def share(self) -> float:
        """Of those that turned out, the broken ones; none where none did."""
        return self.broken / (self.kept + self.broken or 1)


@dataclass(frozen=True, slots=True)
class AttainmentSeen:
    """What of an agreement was kept and broken lately, by the window's seconds.

    `objective` is the share to be kept, 0 to 1, over so many days.
    """

    agreement: str
    owed_by: str
    owed_to: str
    objective: float
    over_days: int
    windows: Mapping[int, Turned]

    @property
    def budget(self) -> float:
        """The share that may be broken."""
        return round(1.0 - self.objective, 9)


@dataclass(frozen=True, slots=True)
class Sight:
    """One look at everything, at `now`.

    `since` is the first look: of what was never heard nothing is known before. `unanswered_since`
    is when the tracker last answered, None where it did just now; `partitions` and `skews` are what
    it said last, as are `attainments`, None where it never did. `letters` came within
    LETTERS_WITHIN, None where Kafka never said how many. `failing` says since when something is
    tried in vain at a receiver, `refused` how many notices within REFUSED_WITHIN it will never
    take, and nobody took instead.
    """

    now: Instant
    since: Instant
    parties: Collection[str] = ()
    unanswered_since: Instant | None = None
    partitions: tuple[PartitionSeen, ...] = ()
    skews: tuple[SkewSeen, ...] = ()
    letters: int | None = 0
    failing: Mapping[str, Instant] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)
    gaps: tuple[GapSeen, ...] = ()
    attainments: tuple[AttainmentSeen, ...] | None = None
