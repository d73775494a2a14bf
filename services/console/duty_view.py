"""The turns of a schedule for people: a strip of two weeks, and the same line by line. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.console.overviews import OnCall, Schedule, Turn
from services.console.times import Moment, maybe_moment, moment

PERIOD = timedelta(days=14)
TINTS = 6
"""So many people of a schedule are told apart by colour; all of them by name."""


@dataclass(frozen=True, slots=True)
class TurnView:
    """One turn; `x` and `width` are percent of the strip, `tint` is None for nobody."""

    person: str
    tint: int | None
    start: Moment
    end: Moment | None
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class DayMark:
    """Where a day begins on the strip, in UTC."""

    x: float
    word: str


@dataclass(frozen=True, slots=True)
class ScheduleView:
    """One schedule; `gaps` are the turns of nobody."""

    name: str
    zone: str
    turns: tuple[TurnView, ...]
    days: tuple[DayMark, ...]

    @property
    def gaps(self) -> int:
        return sum(each.tint is None for each in self.turns)


def schedule_views(on_call: OnCall) -> tuple[ScheduleView, ...]:
    return tuple(_schedule(each, on_call.now) for each in on_call.schedules)


def _schedule(schedule: Schedule, now: datetime) -> ScheduleView:
    people = dict.fromkeys(turn.person for turn in schedule.turns if turn.person)
    tints = {person: place % TINTS for place, person in enumerate(people)}
    return ScheduleView(
        name=schedule.name,
        zone=schedule.zone,
        turns=tuple(_turn(each, tints.get(each.person), now) for each in schedule.turns),
        days=tuple(_days(now)),
    )


def _turn(turn: Turn, tint: int | None, now: datetime) -> TurnView:
    begins, ends = _place(turn.starts_at, now), _place(turn.ends_at or now + PERIOD, now)
    return TurnView(
        person=turn.person,
        tint=tint,
        start=moment(turn.starts_at, now),
        end=maybe_moment(turn.ends_at, now),
        x=begins,
        width=round(ends - begins, 2),
    )


def _days(now: datetime) -> list[DayMark]:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    days = [midnight + timedelta(days=n) for n in range(1, PERIOD.days + 1)]
    return [DayMark(_place(day, now), f"{day:%a} {day.day}") for day in days]


def _place(at: datetime, now: datetime) -> float:
    """Percent of the strip, inside of it."""
    return round(min(max((at - now) / PERIOD, 0.0), 1.0) * 100, 2)
