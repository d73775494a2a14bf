"""Ladders: who is told of an alert, who next while nobody takes it up, and which alert takes which.

A ladder is what other products call an escalation policy, a rung its step.
"""

from dataclasses import dataclass

from services.alerts.domain.alert import Alert
from services.alerts.domain.matching import EVERYTHING, Matcher
from services.shared.clock import Instant


@dataclass(frozen=True, slots=True)
class Rung:
    """Told `after` so many microseconds on the rung before it; the very first is told at once."""

    tell: tuple[str, ...]
    after: Instant = 0


@dataclass(frozen=True, slots=True)
class Ladder:
    """Its rungs are climbed once, and `repeat` times more. An acknowledgement stops it, and holds
    for `acknowledged_for` microseconds; None: until it gets worse or is over.
    """

    name: str
    rungs: tuple[Rung, ...]
    repeat: int = 0
    acknowledged_for: Instant | None = None

    def rung(self, number: int) -> Rung | None:
        """Counted from 1 through all repeats; None beyond the last one."""
        if number > len(self.rungs) * (self.repeat + 1):
            return None
        return self.rungs[(number - 1) % len(self.rungs)]


@dataclass(frozen=True, slots=True)
class Route:
    """The alerts that `wanted` takes climb `ladder`."""

    ladder: str
    wanted: Matcher = EVERYTHING


@dataclass(frozen=True, slots=True)
class Escalation:
    """The routes in order, of which the first that takes an alert counts; the last takes all."""

    ladders: dict[str, Ladder]
    routes: tuple[Route, ...]

    def ladder_of(self, alert: Alert) -> Ladder:
        route = next(each for each in self.routes if each.wanted.takes(alert))
        return self.ladders[route.ladder]


def everybody_at_once(receivers: tuple[str, ...]) -> Escalation:
    """What holds where nobody has written ladders down."""
    name = "everybody"
    return Escalation({name: Ladder(name, (Rung(receivers),))}, (Route(name),))
