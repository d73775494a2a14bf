"""What the next shift takes over: who is on call, what nobody has, who has what. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.console.desk import Snapshot
from services.console.filters import YES, Filters
from services.console.matching import VALUES, Entry, needing
from services.console.overviews import OnCall, Schedule
from services.console.times import Moment, moment
from services.console.views import Row, Status, row, status

ROWS_LIMIT = 100
"""So many of each part are listed; the number above says how many there are."""


@dataclass(frozen=True, slots=True)
class Duty:
    """Who is on call by one schedule, until when, and who is next; empty is nobody."""

    schedule: str
    now: str
    until: Moment | None
    next: str


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the hand-over: how many there are, the first of them, and the whole list."""

    name: str
    heading: str
    count: int
    rows: tuple[Row, ...]
    url: str


@dataclass(frozen=True, slots=True)
class Shift:
    """The page; `on_call_problem` says why it is not known who is on call."""

    status: Status
    duties: tuple[Duty, ...]
    on_call_problem: str | None
    parts: tuple[Part, ...]
    cut: bool


def shift(snapshot: Snapshot, on_call: OnCall | str) -> Shift:
    """`on_call` is a sentence where nobody could be asked."""
    known = needing(snapshot)
    problem = on_call if isinstance(on_call, str) else None
    return Shift(
        status=status(snapshot),
        duties=() if isinstance(on_call, str) else duties(on_call),
        on_call_problem=problem,
        parts=(
            _part("open", "Nobody has it in hand", filter(_is_open, known), UNACKNOWLEDGED),
            *_in_hand(known),
            _part("snoozed", "Put off", (each for each in known if _state(each) == "snoozed")),
            _part("awaited", "Waits on somebody", filter(_waits, known)),
        ),
        cut=snapshot.cut,
    )


def duties(on_call: OnCall) -> tuple[Duty, ...]:
    return tuple(_duty(each, on_call.now) for each in on_call.schedules)


UNACKNOWLEDGED = "/" + Filters(unacknowledged=(YES,)).query()


def _duty(schedule: Schedule, now: datetime) -> Duty:
    first, *later = schedule.turns or (None,)
    ends_at = first.ends_at if first else None
    return Duty(
        schedule=schedule.name,
        now=first.person if first else "",
        until=moment(ends_at, now) if ends_at else None,
        next=later[0].person if later and later[0] else "",
    )


def _in_hand(known: Iterable[Entry]) -> tuple[Part, ...]:
    """One part a person, in the order of their names."""
    by_person: dict[str, list[Entry]] = {}
    for each in known:
        if each.alert and each.alert.state == "acknowledged":
            by_person.setdefault(each.alert.acknowledged_by, []).append(each)
    return tuple(
        _part("in-hand", f"{person or 'Somebody'} has it in hand", by_person[person])
        for person in sorted(by_person)
    )


def _part(name: str, heading: str, some: Iterable[Entry], url: str = "") -> Part:
    rows = tuple(row(each) for each in some)
    return Part(name, heading, len(rows), rows[:ROWS_LIMIT], url)


def _is_open(entry: Entry) -> bool:
    return YES in VALUES["unacknowledged"](entry)


def _state(entry: Entry) -> str:
    return entry.alert.state if entry.alert else ""


def _waits(entry: Entry) -> bool:
    waiting_on = entry.promise.waiting_on or (entry.alert.waiting_on if entry.alert else "")
    return bool(waiting_on)
