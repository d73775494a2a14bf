"""The file of ladders and routes: read once at the start, and every fault of it named at once."""

import pathlib
import re
from collections.abc import Collection, Iterator
from typing import Annotated, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from services.alerts.domain.ladders import Escalation, Ladder, Route, Rung
from services.alerts.domain.matching import Matcher
from services.alerts.domain.promise import Condition
from services.alerts.files import text_of
from services.shared.clock import SECOND, Instant
from services.shared.errors import SettingsError
from services.shared.faults import Fault, Read, fault_at, in_order, read_keys
from services.shared.yaml_text import Path

RUNGS_LIMIT = 20
REPEAT_LIMIT = 50
HANDS_LIMIT = 10
NAMES_LIMIT = 100
SPAN_LIMIT = 30 * 86_400 * SECOND

ON_CALL = "schedule:"
"""How `tell` names whoever is on call of a schedule."""

_UNITS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}
_SPAN = re.compile(r"([0-9]{1,7}) (second|minute|hour|day)s?")


def _span(text: object) -> Instant:
    """Microseconds of `15 minutes`."""
    said = _SPAN.fullmatch(str(text))
    span = int(said[1]) * _UNITS[said[2]] * SECOND if said else 0
    if not 0 < span <= SPAN_LIMIT:
        raise ValueError(f"{text!r} is no time; give for example `15 minutes`, at most 30 days")
    return span


_Span = Annotated[Instant, BeforeValidator(_span)]
_Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
_Hands = Annotated[int, Field(ge=1, le=HANDS_LIMIT)]
_Names = Annotated[frozenset[str], Field(max_length=NAMES_LIMIT)]


class _Keys(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RungKeys(_Keys):
    tell: list[str] = Field(min_length=1, max_length=NAMES_LIMIT)
    after: _Span | None = None
    acknowledgements: _Hands | None = None


class LadderKeys(_Keys):
    rungs: list[RungKeys] = Field(min_length=1, max_length=RUNGS_LIMIT)
    repeat: int = Field(0, ge=0, le=REPEAT_LIMIT)
    acknowledged_for: _Span | None = None
    acknowledgements: _Hands = 1


class RouteKeys(_Keys):
    ladder: str
    owed_by: _Names = frozenset()
    owed_to: _Names = frozenset()
    agreements: _Names = frozenset()
    conditions: frozenset[Condition] = frozenset()
    subjects: _Names = frozenset()


class EscalationKeys(_Keys):
    """The keys of the file."""

    ladders: dict[_Name, LadderKeys] = Field(min_length=1, max_length=NAMES_LIMIT)
    routes: list[RouteKeys] = Field([], max_length=NAMES_LIMIT)
    otherwise: str


def load_escalation(
    file: pathlib.Path, receivers: Collection[str], schedules: Collection[str] = ()
) -> Escalation:
    """Raises SettingsError with a line for each fault, one that names no receiver among them."""
    text = text_of(file)
    read = read_keys(text, str(file), EscalationKeys, "ladders:") if isinstance(text, str) else text
    if not isinstance(read, Read):
        raise _refused(read if isinstance(read, tuple) else (read,))
    keys = read.keys
    if faults := tuple(_faults(keys, _There(receivers, schedules))):
        raise _refused(in_order(fault_at(str(file), read.document, *each) for each in faults))
    routes = [
        Route(route.ladder, Matcher(**route.model_dump(exclude={"ladder"})))
        for route in keys.routes
    ]
    return Escalation(
        {name: _ladder(name, ladder) for name, ladder in keys.ladders.items()},
        (*routes, Route(keys.otherwise)),
    )


def _refused(faults: tuple[Fault, ...]) -> SettingsError:
    return SettingsError("\n".join(map(str, faults)))


class _There(NamedTuple):
    """What a rung may name."""

    receivers: Collection[str]
    schedules: Collection[str]

    def fault(self, told: str) -> str:
        """Empty where there is such a one."""
        schedule = told.removeprefix(ON_CALL)
        if schedule == told:
            there = ", ".join(sorted(self.receivers))
            known = told in self.receivers
            return "" if known else f"there is no receiver {told!r}; there are {there}."
        there = ", ".join(sorted(self.schedules)) or "none: set HANDOFF_ALERTS__SCHEDULES"
        known = schedule in self.schedules
        return "" if known else f"there is no schedule {schedule!r}; there are {there}."


_Found = tuple[Path, str]
"""Where something is wrong, and what would be right."""


def _faults(keys: EscalationKeys, there: _There) -> Iterator[_Found]:
    """What no key can see by itself."""
    for name, ladder in keys.ladders.items():
        for path, remedy in _faults_of(ladder, there):
            yield ("ladders", name, *path), remedy
    names = ", ".join(keys.ladders)
    for place, route in enumerate(keys.routes):
        if route.ladder not in keys.ladders:
            remedy = f"there is no ladder {route.ladder!r}; there are {names}."
            yield ("routes", place, "ladder"), remedy
    if keys.otherwise not in keys.ladders:
        yield ("otherwise",), f"there is no ladder {keys.otherwise!r}; there are {names}."


def _faults_of(ladder: LadderKeys, there: _There) -> Iterator[_Found]:
    for place, rung in enumerate(ladder.rungs):
        for told, remedy in enumerate(map(there.fault, rung.tell)):
            if remedy:
                yield ("rungs", place, "tell", told), remedy
        if place and rung.after is None:
            remedy = "`after` is missing; say how long the rung before it has."
            yield ("rungs", place, "after"), remedy
    if ladder.repeat and ladder.rungs[0].after is None and len(ladder.rungs) == 1:
        yield ("rungs", 0, "after"), "`after` is missing; a repeated rung has to wait."
    yield from _faults_of_hands(ladder)
    if all(told.startswith(ON_CALL) for rung in ladder.rungs for told in rung.tell):
        remedy = "all tell schedules, of which nobody may be on call; let one tell a receiver."
        yield ("rungs",), remedy


def _faults_of_hands(ladder: LadderKeys) -> Iterator[_Found]:
    """Nobody comes to have an alert in hand because it climbs."""
    needed = ladder.rungs[0].acknowledgements or ladder.acknowledgements
    for place, rung in enumerate(ladder.rungs):
        own = rung.acknowledgements or needed
        if own < needed:
            remedy = f"{own} is fewer than the {needed} before it; give {needed} or more."
            yield ("rungs", place, "acknowledgements"), remedy
        needed = max(own, needed)


def _ladder(name: str, keys: LadderKeys) -> Ladder:
    """A first rung without `after` waits in repeats as long as the one after it."""
    spans = [rung.after for rung in keys.rungs]
    first = spans[0] or next((each for each in spans[1:] if each), 0)
    rungs = (_rung(rung, after or first) for rung, after in zip(keys.rungs, spans, strict=True))
    held_for, hands = keys.acknowledged_for, keys.acknowledgements
    return Ladder(name, tuple(rungs), keys.repeat, held_for, hands)


def _rung(keys: RungKeys, after: Instant) -> Rung:
    schedules = [each.removeprefix(ON_CALL) for each in keys.tell if each.startswith(ON_CALL)]
    receivers = [each for each in keys.tell if not each.startswith(ON_CALL)]
    return Rung(tuple(receivers), after, tuple(schedules), keys.acknowledgements)
