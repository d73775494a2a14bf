"""From what the tracker and the alerts say about one subject to what its page shows.

Pure, as `views` is; the bars' places come from `timeline`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.console.alert_view import AlertView, alert_view, latest_by_promise
from services.console.customer_words import customer_words
from services.console.desk import Alert, Event, Promise, SubjectFacts
from services.console.facts import Skipped
from services.console.filters import ATTENTION
from services.console.finding_view import FindingView, findings
from services.console.promise_parts import PartLine, PauseLine, dates, parts, pauses
from services.console.standing import clock_stands, remark, standing
from services.console.timeline import Axis, Bar, axis, bar, drawn_due, is_open
from services.console.times import Moment, distance, maybe_moment, moment
from services.console.tree_view import TreeView, tree_view
from services.console.views import by_customer_moment, what
from services.console.words import (
    element_id,
    known_state,
    plain,
    promise_path,
    skipped_word,
    state_word,
)
from services.shared.money import amount_in_words

ARRIVED_LATE_AFTER = timedelta(minutes=1)
"""An event that took longer to arrive is marked: decisions were made without it meanwhile."""


@dataclass(frozen=True, slots=True)
class Card:
    """One promise of the subject, with its bar and what may be done about it."""

    id: str
    why: str
    promise: Promise
    state: str
    word: str
    what: str
    lateness: str
    remark: str
    dates: tuple[tuple[str, Moment], ...]
    parts: tuple[PartLine, ...]
    pauses: tuple[PauseLine, ...]
    at_stake: str
    next_step: str
    opened: Moment | None
    due: Moment | None
    settled: Moment | None
    customer: Moment | None
    bar: Bar
    alert: AlertView | None
    can_release: bool


@dataclass(frozen=True, slots=True)
class SkippedLine:
    """What was not promised, the event that should have opened it, and why it did not."""

    what: str
    event: str
    why: str


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
    to_customer: tuple[str, ...]
    baton: tuple[str, ...]
    bounces: int
    tally: tuple[tuple[str, str, int], ...]
    axis: Axis
    trees: tuple[TreeView, ...]
    findings: tuple[FindingView, ...]
    cards: tuple[Card, ...]
    skipped: tuple[SkippedLine, ...]
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
        to_customer=customer_words(facts),
        baton=_baton(facts),
        bounces=sum(each.kind == "bounced" for each in facts.findings),
        tally=_tally(promises),
        axis=shared,
        trees=tuple(tree_view(each, promises, facts.as_of) for each in facts.trees),
        findings=findings(facts.findings, newest, facts.as_of),
        cards=tuple(card(p, newest.get(p.promise_id), shared, facts.as_of) for p in promises),
        skipped=tuple(_skipped_line(each, events) for each in facts.skipped),
        events=tuple(_event_line(each, shared, facts.as_of) for each in events),
    )


def card(promise: Promise, alert: Alert | None, shared: Axis, now: datetime) -> Card:
    state = standing(promise)
    return Card(
        id=element_id(promise.promise_id),
        why=promise_path(promise.promise_id),
        promise=promise,
        state=known_state(state),
        word=state_word(state),
        what=what(promise),
        lateness=_lateness(promise, now),
        remark=remark(promise, now),
        dates=dates(promise, now),
        parts=parts(promise),
        pauses=pauses(promise, now),
        at_stake=amount_in_words(promise.at_stake) if promise.at_stake else "",
        next_step=alert.next_step if alert and alert.next_step else promise.next_step,
        opened=maybe_moment(promise.opened_at, now),
        due=maybe_moment(drawn_due(promise), now),
        settled=maybe_moment(promise.settled_at, now),
        customer=maybe_moment(promise.customer_visible_by, now),
        bar=bar(promise, shared, now),
        alert=alert_view(alert, now) if is_open(promise) else None,
        can_release=is_open(promise),
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


def _baton(facts: SubjectFacts) -> tuple[str, ...]:
    """Who has the next step on the way to each of the customer's dates, each once."""
    return tuple({each.next_action_owner: None for each in facts.trees if each.next_action_owner})


def _tally(promises: Sequence[Promise]) -> tuple[tuple[str, str, int], ...]:
    counts = Counter(standing(each) for each in promises)
    order = [*_WORST_FIRST, *sorted(counts.keys() - set(_WORST_FIRST))]
    return tuple((known_state(s), state_word(s), counts[s]) for s in order if counts[s])


def _lateness(promise: Promise, now: datetime) -> str:
    """How the promise stands against its due date, in words."""
    if clock_stands(promise):
        return ""
    if promise.due_by is None:
        return "no due date"
    if is_open(promise):
        return _gap_of_open(promise, promise.due_by, now)
    if promise.state not in ("kept", "kept_late") or promise.settled_at is None:
        return ""
    gap = promise.due_by - promise.settled_at
    if not gap:
        return "to the moment"
    return f"{distance(gap)} early" if gap > timedelta() else f"{distance(-gap)} late"


def _gap_of_open(promise: Promise, due_by: datetime, now: datetime) -> str:
    """What was reported done in time is not late while it waits to be confirmed."""
    reported = promise.reported_at if standing(promise) == "reported_done" else None
    if reported and reported <= due_by:
        return f"reported {distance(due_by - reported)} early"
    gap = due_by - (reported or now)
    return f"{distance(gap)} left" if gap > timedelta() else f"{distance(-gap)} late"


def _skipped_line(skipped: Skipped, events: Sequence[Event]) -> SkippedLine:
    by = next((each.type for each in events if each.id == skipped.event_id), "")
    return SkippedLine(plain(skipped.agreement), plain(by), skipped_word(skipped.reason))


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
    *ATTENTION,
    "paused",
    "reported_done",
    "proposed",
    "on_track",
    "kept_late",
    "kept",
    "released",
    "cancelled",
)
