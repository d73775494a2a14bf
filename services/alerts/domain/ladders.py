"""Ladders: who is told of an alert, who next while nobody takes it up, and which alert takes which.

A ladder is what other products call an escalation policy, a rung its step.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.alerts.domain.alert import Alert
from services.alerts.domain.matching import EVERYTHING, Matcher
from services.alerts.domain.schedules.on_call import on_call
from services.alerts.domain.schedules.schedule import OnCall, Schedule
from services.shared.clock import Instant


@dataclass(frozen=True, slots=True)
class Rung:
    """Told `after` so many microseconds on the rung before it; the very first is told at once.

    Beside the receivers to `tell` it is told to whoever is on call of its `schedules` then. Its
    `acknowledgements` count from then on; None: as many as before.
    """

    tell: tuple[str, ...]
    after: Instant = 0
    schedules: tuple[str, ...] = ()
    acknowledgements: int | None = None


@dataclass(frozen=True, slots=True)
class Ladder:
    """Its rungs are climbed once, and `repeat` times more. An acknowledgement stops it, and holds
    for `acknowledged_for` microseconds; None: until it gets worse or is over. So many different
    people have to give `acknowledgements` until they stop it, where no rung says how many.
    """

    name: str
    rungs: tuple[Rung, ...]
    repeat: int = 0
    acknowledged_for: Instant | None = None
    acknowledgements: int = 1

    def rung(self, number: int) -> Rung | None:
        """Counted from 1 through all repeats; None beyond the last one."""
        if number > len(self.rungs) * (self.repeat + 1):
            return None
        return self.rungs[(number - 1) % len(self.rungs)]

    def hands(self, number: int) -> int:
        """How many people have to take up what is on this rung: a higher one never needs fewer, and
        a repeat as many as there were.
        """
        climbed = (rung.acknowledgements for rung in self.rungs[:number])
        return max((each for each in climbed if each is not None), default=self.acknowledgements)


@dataclass(frozen=True, slots=True)
class Step:
    """The rung that a climb leads to, whom it is told to, and who was found on call on the way."""

    rungs: int
    receivers: tuple[str, ...]
    on_call: tuple[OnCall, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """The alerts that `wanted` takes climb `ladder`."""

    ladder: str
    wanted: Matcher = EVERYTHING


@dataclass(frozen=True, slots=True)
class Escalation:
    """The ladder that an agreement names, or where there is no such one the routes in order, of
    which the first that takes an alert counts; the last takes all.

    `schedules` are those of the moment, at least those that a rung names.
    """

    ladders: Mapping[str, Ladder]
    routes: tuple[Route, ...]
    schedules: Mapping[str, Schedule] = field(default_factory=dict)

    def ladder_of(self, alert: Alert) -> Ladder:
        if named := self.ladders.get(alert.promise.escalate):
            return named
        route = next(each for each in self.routes if each.wanted.takes(alert))
        return self.ladders[route.ladder]

    @property
    def schedules_called(self) -> frozenset[str]:
        rungs = (rung for ladder in self.ladders.values() for rung in ladder.rungs)
        return frozenset(name for rung in rungs for name in rung.schedules)

    def step(self, ladder: Ladder, number: int, at: Instant) -> Step:
        """To this rung, or where nobody is on call for it to the next that reaches somebody.

        The last rung is stayed on, also where it reaches nobody, and so is one beyond it.
        """
        passed: tuple[OnCall, ...] = ()
        receivers: tuple[str, ...] = ()
        while rung := ladder.rung(number):
            receivers, found = self._called(rung, at)
            passed = tuple(dict.fromkeys((*passed, *found)))
            if receivers or ladder.rung(number + 1) is None:
                break
            number += 1
        return Step(number, receivers, passed)

    def _called(self, rung: Rung, at: Instant) -> tuple[tuple[str, ...], tuple[OnCall, ...]]:
        receivers, found = list(rung.tell), []
        for name in rung.schedules:
            schedule = self.schedules[name]
            people = on_call(schedule, at)
            receivers += [schedule.receiver_of(person) for person in people]
            found += [OnCall(name, person) for person in people or ("",)]
        return tuple(dict.fromkeys(receivers)), tuple(found)


def everybody_at_once(receivers: tuple[str, ...]) -> Escalation:
    """What holds where nobody has written ladders down."""
    name = "everybody"
    return Escalation({name: Ladder(name, (Rung(receivers),))}, (Route(name),))
