"""Where promises and events lie on one shared axis of time, in percent of its width.

Pure geometry: what was promised, what happened instead, and now. Colours and shapes are the page's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.console.desk import Event, Promise
from services.console.standing import clock_stands, standing
from services.console.times import MONTHS

OPEN_STATES = frozenset(
    {"proposed", "on_track", "at_risk", "overdue_unconfirmed", "breached", "unknown", "paused"}
    | {"reported_done"}
)
TICKS_LIMIT = 6
_MARGIN = 0.04
_LEAST_SPAN = timedelta(minutes=30)
_STEPS = tuple(
    timedelta(minutes=minutes)
    for minutes in (5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7 * 1440, 14 * 1440)
)
_EPOCH = datetime(1970, 1, 5, tzinfo=UTC)  # a Monday: steps of weeks fall on Mondays


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `x` on for `width`, both in percent."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Tick:
    """One labelled moment of the axis."""

    x: float
    word: str


@dataclass(frozen=True, slots=True)
class Axis:
    """The stretch of time that a page shows."""

    start: datetime
    end: datetime
    now: float | None
    ticks: tuple[Tick, ...]

    def at(self, moment: datetime) -> float:
        return round(100 * ((moment - self.start) / (self.end - self.start)), 3)


@dataclass(frozen=True, slots=True)
class Bar:
    """One promise: the time it was given, the time it took, and how much of that came too late.

    In the `pauses` the clock stood; while it still stands there is no due date to draw.
    """

    promised: Stretch | None
    in_time: Stretch | None
    late: Stretch | None
    due: float | None
    ended: float | None
    customer: float | None
    pauses: tuple[Stretch, ...]


def axis(promises: Sequence[Promise], events: Sequence[Event], now: datetime) -> Axis:
    """Wide enough for all; now belongs to it only while something is open."""
    moments = [each.occurred_at for each in events]
    for promise in promises:
        due = drawn_due(promise)
        named = (promise.opened_at, due, promise.settled_at, promise.customer_visible_by)
        moments += [each for each in named if each is not None]
    still_open = any(is_open(promise) for promise in promises)
    if still_open or not moments:
        moments.append(now)
    start, end = min(moments), max(moments)
    margin = max((end - start) * _MARGIN, _LEAST_SPAN / 2)
    bare = Axis(start - margin, end + margin, None, ())
    return Axis(bare.start, bare.end, bare.at(now) if still_open else None, _ticks(bare))


def bar(promise: Promise, axis: Axis, now: datetime) -> Bar:
    opened, due = promise.opened_at, drawn_due(promise)
    ended = None if is_open(promise) else promise.settled_at
    until = _taken_until(promise, now)
    return Bar(
        promised=_stretch(axis, opened, due),
        in_time=_stretch(axis, opened, min(until, due) if until and due else until),
        late=_stretch(axis, due, until),
        due=None if due is None else axis.at(due),
        ended=None if ended is None else axis.at(ended),
        customer=None
        if promise.customer_visible_by is None
        else axis.at(promise.customer_visible_by),
        pauses=tuple(_pauses(promise, axis, until or axis.end)),
    )


def drawn_due(promise: Promise) -> datetime | None:
    """None while the clock stands: then it moves on, perhaps by years."""
    return None if clock_stands(promise) else promise.due_by


def is_open(promise: Promise) -> bool:
    return promise.state in OPEN_STATES or (
        promise.state.startswith("UNKNOWN(") and promise.settled_at is None
    )


def _taken_until(promise: Promise, now: datetime) -> datetime | None:
    if not is_open(promise):
        return promise.settled_at
    return promise.reported_at if standing(promise) == "reported_done" else now


def _pauses(promise: Promise, axis: Axis, until: datetime) -> Iterator[Stretch]:
    for pause in promise.pauses:
        stretch = _stretch(
            axis, max(pause.started_at, axis.start), min(pause.ended_at or until, axis.end)
        )
        if stretch:
            yield stretch


def _stretch(axis: Axis, start: datetime | None, end: datetime | None) -> Stretch | None:
    if start is None or end is None or end <= start:
        return None
    x = axis.at(start)
    return Stretch(x, round(axis.at(end) - x, 3))


def _ticks(axis: Axis) -> tuple[Tick, ...]:
    """At most TICKS_LIMIT round moments: whole steps of the day, or weeks from a Monday on."""
    span = axis.end - axis.start
    step = next((each for each in _STEPS if span / each <= TICKS_LIMIT), None)
    while step is None or span / step > TICKS_LIMIT:
        step = 2 * (step or _STEPS[-1])
    first = _EPOCH + -((axis.start - _EPOCH) // -step) * step
    found: list[Tick] = []
    while first <= axis.end:
        found.append(Tick(axis.at(first), _tick_word(first)))
        first += step
    return tuple(found)


def _tick_word(moment: datetime) -> str:
    if moment.hour == moment.minute == 0:
        return f"{moment.day} {MONTHS[moment.month - 1]}"
    return f"{moment:%H:%M}"
