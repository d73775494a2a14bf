"""Plays a script on a stage, moment by moment, so that nothing is told earlier or later unseen.

Time stops at each moment of the story, and a microsecond before those at which people have to hear
something: what they hear already then is too early, what follows belongs to that moment.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple, Protocol, assert_never

from services.shared.clock import SECOND, Instant
from services.simulator.acts import Command
from services.simulator.importers.history import Told
from services.simulator.stories.judging import Difference, difference
from services.simulator.stories.script import Does, Happening, Notice, Says, Script, Silence


class Heard(NamedTuple):
    """A notice as it was delivered, at its moment to the microsecond, and its text."""

    notice: Notice
    text: str


Line = Happening | Heard


class Stage(Protocol):
    """Where a story is played."""

    def tell(self, command: Command) -> None:
        """A department carries it out. Raises NotDone."""
        ...

    def publish(self, told: Told) -> None:
        """A system tells it by itself."""
        ...

    def pass_time(self, until: Instant, silent: Mapping[str, Instant]) -> None:
        """Everything up to then is known; of the silent parties nothing after their moment."""
        ...

    def heard(self) -> Sequence[Heard]:
        """What was delivered since the last look; all of it that follows from what is known."""
        ...


def play(
    script: Script, stage: Stage, show: Callable[[Line], object] = lambda _: None
) -> Difference:
    """What people heard otherwise than the script says. Raises NotDone."""
    silent: dict[str, Instant] = {}
    came: list[Notice] = []

    def pass_to(moment: Instant, second: Callable[[Instant], Instant]) -> None:
        stage.pass_time(moment, silent)
        for notice, text in stage.heard():
            came.append(replace(notice, at=second(notice.at)))
            show(Heard(came[-1], text))

    expected = {notice.at for notice in script.expected}
    for moment, happens in _moments(script):
        if moment in expected:
            pass_to(moment - 1, _second_before)
        for each in happens:
            show(each)
            _happen(each, stage, silent)
        pass_to(moment, _second_after)
    return difference(script.expected, came)


def _second_before(at: Instant) -> Instant:
    return at // SECOND * SECOND


def _second_after(at: Instant) -> Instant:
    """What follows from an event may be decided by the time that was before it."""
    return -(-at // SECOND) * SECOND


def _moments(script: Script) -> Iterable[tuple[Instant, Sequence[Happening]]]:
    """Every moment of the story with what happens then, the last one its end."""
    happens = {at: tuple(each) for at, each in groupby(script.happens, attrgetter("at"))}
    moments = {script.ends_at, *happens, *(each.at for each in script.expected)}
    return [(moment, happens.get(moment, ())) for moment in sorted(moments)]


def _happen(happens: Happening, stage: Stage, silent: dict[str, Instant]) -> None:
    match happens:
        case Does():
            stage.tell(happens.command)
        case Says():
            stage.publish(happens.told)
        case Silence(begins=True):
            silent[happens.party] = happens.at
        case Silence():
            del silent[happens.party]
        case _:
            assert_never(happens)
