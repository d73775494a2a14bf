"""What a schedule of who is on call consists of; what follows from it is left to its neighbours."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.shared.clock import Instant
from services.shared.zones import DAY

WEEK = 7 * DAY


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """On call from `opens` until `closes`, every week.

    Both are microseconds by the wall clock after a Monday's midnight. `opens` lies in the week;
    `closes` is later by at most a week, and may lie in the next one.
    """

    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class Rotation:
    """People who take turns in this order, for ever, from its first hand-over on.

    `begins` is what the wall clock of `zone` shows at the first hand-over, in microseconds after
    the midnight of 1970-01-01, and `shift` the length of a turn by the same clock: a turn of a day
    has 23 or 25 hours where the clocks change, and the hand-over stays at its time. A hand-over
    that such a change skips is at the first valid instant after it; one that occurs twice is at
    the first of the two. Outside its windows a rotation has nobody; without any it always has
    somebody. Turns pass on outside the windows too.
    """

    name: str
    people: tuple[str, ...]
    begins: int
    shift: int
    zone: str
    windows: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True)
class Override:
    """`person` is on call from `starts_at` until `ends_at`, whatever the rotations say.

    With `replaces` only while the rotations have that person; without it even where they have
    nobody.
    """

    person: str
    starts_at: Instant
    ends_at: Instant
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Rotations, of which the first that has somebody wins, and overrides, of which the last does.

    `zone` is the one in which people read it and write overrides. `receivers` are those of people
    who have another than the one of their own name.
    """

    name: str
    zone: str
    rotations: tuple[Rotation, ...]
    overrides: tuple[Override, ...] = ()
    receivers: Mapping[str, str] = field(default_factory=dict)

    def receiver_of(self, person: str) -> str:
        return self.receivers.get(person, person)


@dataclass(frozen=True, slots=True)
class Shift:
    """One person on call without a break."""

    person: str
    starts_at: Instant
    ends_at: Instant


@dataclass(frozen=True, slots=True)
class Gap:
    """Nobody on call."""

    starts_at: Instant
    ends_at: Instant


@dataclass(frozen=True, slots=True)
class OnCall:
    """Who was on call of a schedule when somebody asked; an empty `person` is nobody."""

    schedule: str
    person: str
