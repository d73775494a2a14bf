"""What can happen in a run, one step each; a seed makes a list of them.

A step does not depend on what the others did (one that cannot be carried out does nothing), so
that any of them can be taken out of a history that fails. `after` is the time that passes first.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from services.shared.clock import SECOND, Instant
from tests.simulation.events import MENU, MINUTE, PARTIES, PARTITIONS, SUBJECTS

STEPS = 200
TRACKERS = 3
_WEIGHTS = [telling.weight for telling in MENU]


class Answer(StrEnum):
    """How the store answers a commit.

    `LOST`: it is written and nobody hears of it; `LATE`: it gets there some time after it was
    given up.
    """

    DONE = "done"
    FAILED = "failed"
    LOST = "lost"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Tell:
    """A party commits an event of MENU that happened `back` ago and promises a date `ahead`."""

    after: Instant
    row: int
    subject: int
    value: int
    back: Instant
    ahead: Instant
    astray: bool


@dataclass(frozen=True, slots=True)
class TellAgain:
    """The `nth` last event of a party: as a new one, with other content, or taken back."""

    after: Instant
    party: str
    nth: int
    how: str


@dataclass(frozen=True, slots=True)
class Poison:
    """A record that nobody can read."""

    after: Instant
    party: str
    partition: int


@dataclass(frozen=True, slots=True)
class Relay:
    """A party's relay publishes what waits, then beats; one that `dies` forgets that it did."""

    after: Instant
    party: str
    rows: int
    dies: bool


@dataclass(frozen=True, slots=True)
class Stall:
    """A party's relay does nothing for a while."""

    after: Instant
    party: str
    length: Instant


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What happens between two effects of a tracker: it dies, with None, or another one works.

    `tracker` counts those that could.
    """

    at: int
    tracker: int | None
    effects: int


@dataclass(frozen=True, slots=True)
class Work:
    """A tracker goes on, so many effects far, wherever it stands; a dead one is started.

    A `deaf` one does not hear that the group has given its partitions to others.
    """

    after: Instant
    tracker: int
    effects: int
    asks: bool
    deaf: bool
    answer: Answer
    meanwhile: Meanwhile | None


@dataclass(frozen=True, slots=True)
class Crash:
    after: Instant
    tracker: int


@dataclass(frozen=True, slots=True)
class Rebalance:
    """The group gives the partitions to `members`; the others were not heard of."""

    after: Instant
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Land:
    """Commits that were given up get to the store."""

    after: Instant


@dataclass(frozen=True, slots=True)
class Activate:
    """The later agreements are stored, to be active a little later."""

    after: Instant


Step = Tell | TellAgain | Poison | Relay | Stall | Work | Crash | Rebalance | Land | Activate
Draw = random.Random


def steps_of(seed: int) -> list[Step]:
    draw = random.Random(seed)
    kinds = draw.choices(list(_CHANCES), list(_CHANCES.values()), k=STEPS)
    return [kind(draw) for kind in kinds]


def _after(draw: Draw) -> Instant:
    longest = draw.choices((0, 1, 5, 20, 90, 240), (30, 20, 30, 15, 4, 1))[0]
    return draw.randrange(longest * 1_000 + 1) * (SECOND // 1_000)


def _tell(draw: Draw) -> Tell:
    (row,) = draw.choices(range(len(MENU)), _WEIGHTS)
    back = draw.choices((0, 2 * SECOND, 2 * MINUTE), (60, 25, 15))[0]
    return Tell(
        _after(draw),
        row,
        draw.randrange(len(SUBJECTS)),
        draw.randrange(MENU[row].values) + 1,
        draw.randint(0, back),
        draw.randint(-MINUTE, 6 * MINUTE),
        draw.random() < 0.03,
    )


def _tell_again(draw: Draw) -> TellAgain:
    how = draw.choice(("new id", "new id", "other content", "taken back", "taken back"))
    return TellAgain(_after(draw), draw.choice(PARTIES), draw.randrange(4), how)


def _poison(draw: Draw) -> Poison:
    return Poison(_after(draw), draw.choice(PARTIES), draw.randrange(PARTITIONS))


def _relay(draw: Draw) -> Relay:
    return Relay(_after(draw), draw.choice(PARTIES), draw.randint(1, 6), draw.random() < 0.08)


def _stall(draw: Draw) -> Stall:
    return Stall(_after(draw), draw.choice(PARTIES), draw.randint(10, 400) * SECOND)


def _work(draw: Draw) -> Work:
    answers, meanwhile = (Answer.DONE, Answer.FAILED, Answer.LOST, Answer.LATE), None
    if draw.random() < 0.35:
        other = draw.choice((None, *range(TRACKERS)))
        meanwhile = Meanwhile(draw.randrange(4), other, draw.randint(4, 14))
    return Work(
        _after(draw),
        draw.randrange(TRACKERS),
        draw.randint(1, 14),
        draw.random() < 0.6,
        draw.random() < 0.4,
        draw.choices(answers, (85, 3, 5, 7))[0],
        meanwhile,
    )


def _crash(draw: Draw) -> Crash:
    return Crash(_after(draw), draw.randrange(TRACKERS))


def _rebalance(draw: Draw) -> Rebalance:
    members = draw.sample(range(TRACKERS), draw.randint(1, TRACKERS))
    return Rebalance(_after(draw), tuple(sorted(members)))


def _land(draw: Draw) -> Land:
    return Land(_after(draw))


def _activate(draw: Draw) -> Activate:
    return Activate(_after(draw))


_CHANCES: dict[Callable[[Draw], Step], float] = {
    _tell: 24,
    _tell_again: 5,
    _poison: 1,
    _relay: 26,
    _stall: 1,
    _work: 38,
    _crash: 1,
    _rebalance: 4,
    _land: 1.5,
    _activate: 0.5,
}
