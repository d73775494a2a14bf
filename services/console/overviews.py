"""What is asked of all promises together, and of those who are on call, as plain data."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class OpenCounts:
    """How many promises are open from one party to another, as they were counted at `at`."""

    at: datetime
    by_pair: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class AgreementInWords:
    """One agreement; `blocks` are headings, each with its sentences."""

    name: str
    version: int
    kind: str
    owed_by: str
    owed_to: str
    because: str
    blocks: tuple[tuple[str, tuple[str, ...]], ...]
    agreed_by: tuple[tuple[str, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class ActiveAgreements:
    """The set that is active, or was asked for, by its hash; `sets` are all, the oldest first."""

    set_id: str
    active_from: datetime | None
    agreements: tuple[AgreementInWords, ...]
    sets: tuple[tuple[str, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """One person on call, or nobody where `person` is empty; without an end it goes on."""

    person: str
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Schedule:
    """Who is on call, turn by turn without a hole."""

    name: str
    zone: str
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class OnCall:
    """Every schedule from `now` on."""

    now: datetime
    schedules: tuple[Schedule, ...]


@dataclass(frozen=True, slots=True)
class Silence:
    """Whose alerts nobody hears for a while; what is empty may be anything."""

    id: str
    owed_by: tuple[str, ...]
    owed_to: tuple[str, ...]
    agreements: tuple[str, ...]
    conditions: tuple[str, ...]
    subjects: tuple[str, ...]
    starts_at: datetime | None
    ends_at: datetime
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class RatedWeek:
    """What people said in one week, which has the name of its Monday."""

    monday: str
    useful: int
    not_useful: int

    @property
    def rated(self) -> int:
        return self.useful + self.not_useful


@dataclass(frozen=True, slots=True)
class RatingCount:
    """How many people the alerts of an agreement, or of a finding, were of use to: in all, and in
    each of the last weeks, the oldest first."""

    agreement: str
    useful: int
    not_useful: int
    weeks: tuple[RatedWeek, ...] = ()

    @property
    def busiest(self) -> int:
        """The most that was said in a week, or 1 where nothing was."""
        return max((each.rated for each in self.weeks), default=0) or 1


@dataclass(frozen=True, slots=True)
class SourceSkew:
    """How far a source's clock is behind the broker's, in seconds."""

    party: str
    source: str
    skew_s: float
    samples: int


@dataclass(frozen=True, slots=True)
class ParkedType:
    """Events of a day that no agreement was there for."""

    type: str
    events: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Partition:
    """How far the tracker is with one partition."""

    number: int
    epoch: int
    seq: int
    open_promises: int
    fenced: int
    caught_up_at: datetime | None
    complete_through: tuple[tuple[str, datetime], ...]
    skews: tuple[SourceSkew, ...]
    parked: tuple[ParkedType, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """Every partition at the tracker's own now."""

    now: datetime
    partitions: tuple[Partition, ...]
