"""Why a promise stands where it stands, as plain data; the tracker computed it."""

from dataclasses import dataclass
from datetime import datetime

from services.console.desk import Event, Promise


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of an agreement; `key` is empty where the rules of all promises say it."""

    key: str
    words: str


@dataclass(frozen=True, slots=True)
class Change:
    """What a step did, as a slug, and the clause by which it did."""

    move: str
    clause: Clause


@dataclass(frozen=True, slots=True)
class ClockStep:
    """One step of the promise's clock; working time in seconds since the step before."""

    at: datetime
    event: Event | None
    changes: tuple[Change, ...]
    worked_s: int
    due_before: datetime | None
    due_after: datetime | None


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What the tracker concluded, when and by which rule; `told` where people were told."""

    kind: str
    reason: str
    rule: str
    occurred_at: datetime | None
    decided_at: datetime | None
    due_by: datetime | None
    needed_through: datetime | None
    told: bool


@dataclass(frozen=True, slots=True)
class Wait:
    """What is still waited for; `party` is empty where it is time alone."""

    need: str
    party: str
    words: str
    by: datetime | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """All of it at one moment; `left_s` is None where the clock stands or the promise is over."""

    promise: Promise
    as_of: datetime
    deadline: Clause
    calendar: str
    steps: tuple[ClockStep, ...]
    conclusions: tuple[Conclusion, ...]
    waits: tuple[Wait, ...]
    complete_through: datetime | None
    worked_s: int
    left_s: int | None
