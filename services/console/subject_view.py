"""From what the tracker and the alerts say about one subject to what its page shows.

Pure, as `views` is; the bars' places come from `timeline`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.console.alert_view import AlertView, alert_view, latest_by_promise
from services.console.desk import Alert, Event, Promise, SubjectFacts
from services.console.timeline import Axis, Bar, axis, bar, is_open
from services.console.times import Moment, distance, maybe_moment, moment
from services.console.views import by_customer_moment
from services.console.words import element_id, known_state, plain, state_word

ARRIVED_LATE_AFTER = timedelta(minutes=1)
"""An event that took longer to arrive is marked: decisions were made without it meanwhile."""


@dataclass(frozen=True, slots=True)
class Card:
    """One promise of the subject, with its bar and what may be done about it."""

    id: str
    promise: Promise
    state: str
    word: str
    what: str
    lateness: str
    opened: Moment | None
    due: Moment | None
    settled: Moment | None
    customer: Moment | None
    bar: Bar
    alert: AlertView | None
    can_release: bool


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event in words; `delay` only where it arrived late, `x` is its place on the axis."""

    event: Event
    word: str
    at: Moment
    delay: str
    x: float


@dataclass(frozen=True, slots=True)
class SubjectView:
    """The page of one subject."""

    subject: str
    as_of: Moment
    order: str
    customer: str
    case: str
    noticed: Moment | None
    tally: tuple[tuple[str, str, int], ...]
    axis: Axis
    cards: tuple[Card, ...]
    events: tuple[EventLine, ...]


def subject_view(facts: SubjectFacts, alerts: Iterable[Alert]) -> SubjectView:
    promises = sorted(facts.promises, key=_by_time)
    events = sorted(facts.events, key=lambda each: (each.occurred_at, each.id))
    shared = axis(promises, events, facts.as_of)
    newest = latest_by_promise(alerts)
    return SubjectView(
        subject=facts.subject,
        as_of=moment(facts.as_of, facts.as_of),
        order=_first(each.order for each in promises),
        customer=_first(each.customer for each in promises),
        case=_first(each.case for each in promises),
        noticed=_noticed(promises, facts.as_of),
        tally=_tally(promises),
        axis=shared,
        cards=tuple(_card(p, newest.get(p.promise_id), shared, facts.as_of) for p in promises),
        events=tuple(_event_line(each, shared, facts.as_of) for each in events),
    )


def _by_time(promise: Promise) -> tuple[float, float, str]:
    opened, due = promise.opened_at, promise.due_by
    return (
        opened.timestamp() if opened else 0,
        due.timestamp() if due else float("inf"),
        promise.promise_id,
    )


def _first(values: Iterable[str]) -> str:
    return next((value for value in values if value), "")


def _noticed(promises: Sequence[Promise], now: datetime) -> Moment | None:
    """The first moment at which the customer notices, among promises that are still open."""
    waiting = by_customer_moment(each for each in promises if is_open(each))
    return maybe_moment(waiting[0].customer_visible_by, now) if waiting else None


def _tally(promises: Sequence[Promise]) -> tuple[tuple[str, str, int], ...]:
    counts = Counter(each.state for each in promises)
    order = [*_WORST_FIRST, *sorted(counts.keys() - set(_WORST_FIRST))]
    return tuple((known_state(s), state_word(s), counts[s]) for s in order if counts[s])


def _card(promise: Promise, alert: Alert | None, shared: Axis, now: datetime) -> Card:
    return Card(
        id=element_id(promise.promise_id),
        promise=promise,
        state=known_state(promise.state),
        word=state_word(promise.state),
        what=plain(promise.awaits) or plain(promise.agreement),
        lateness=_lateness(promise, now),
        opened=maybe_moment(promise.opened_at, now),
        due=maybe_moment(promise.due_by, now),
        settled=maybe_moment(promise.settled_at, now),
        customer=maybe_moment(promise.customer_visible_by, now),
        bar=bar(promise, shared, now),
        alert=alert_view(alert, now) if is_open(promise) else None,
        can_release=is_open(promise),
    )


def _lateness(promise: Promise, now: datetime) -> str:
    """How the promise stands against its due date, in words."""
    if promise.due_by is None:
        return "no due date"
    if is_open(promise):
        gap = promise.due_by - now
        return f"{distance(gap)} left" if gap > timedelta() else f"{distance(-gap)} late"
    if promise.state not in ("kept", "kept_late") or promise.settled_at is None:
        return ""
    gap = promise.due_by - promise.settled_at
    if not gap:
        return "to the moment"
    return f"{distance(gap)} early" if gap > timedelta() else f"{distance(-gap)} late"


def _event_line(event: Event, shared: Axis, now: datetime) -> EventLine:
    took = event.arrived_at - event.occurred_at if event.arrived_at else timedelta()
    return EventLine(
        event=event,
        word=plain(event.type),
        at=moment(event.occurred_at, now),
        delay=distance(took) if took > ARRIVED_LATE_AFTER else "",
        x=shared.at(event.occurred_at),
    )


_WORST_FIRST = (
    "breached",
    "overdue_unconfirmed",
    "at_risk",
    "unknown",
    "paused",
    "reported_done",
    "proposed",
    "on_track",
    "kept_late",
    "kept",
    "released",
    "cancelled",
)
