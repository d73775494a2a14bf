"""From a snapshot of promises and alerts to what the inbox shows: rows, counts, words, links.

Pure: no clock, no request, no markup. The page of one subject is in `subject_view`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from services.console.alert_view import AlertView, alert_view
from services.console.desk import Promise, Snapshot
from services.console.filters import ATTENTION, Filters
from services.console.standing import clock_stands, remark, sender, standing
from services.console.times import Moment, age, maybe_moment, moment
from services.console.words import (
    element_id,
    finding_word,
    known_state,
    owed_word,
    state_word,
    subject_path,
)

ROWS_LIMIT = 200
"""More rows than this are counted and not shown: nobody works through them by eye."""

_FAR = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Row:
    """One promise or finding in the list; `due` is since when a finding is so.

    While the clock `stands` there is no due date, and where `sender` is named it has to act.
    """

    id: str
    promise: Promise
    state: str
    word: str
    what: str
    detail: str
    next_step: str
    customer: Moment | None
    due: Moment | None
    late: bool
    found: bool
    stands: bool
    sender: str
    path: str
    alert: AlertView | None


@dataclass(frozen=True, slots=True)
class Count:
    """A number that links to what it counts; the chosen one links back to all."""

    value: str
    word: str
    count: int
    url: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """One way to divide the list, with a count for each part."""

    name: str
    word: str
    counts: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """How fresh the page is, and what is wrong where it is not."""

    as_of: Moment | None
    age: str
    tracker_problem: str | None
    alerts_problem: str | None


@dataclass(frozen=True, slots=True)
class Inbox:
    """The live page for one choice of filters."""

    status: Status
    facets: tuple[Facet, ...]
    rows: tuple[Row, ...]
    matching: int
    cut: bool
    filters: Filters


def inbox(snapshot: Snapshot, filters: Filters) -> Inbox:
    matching = [promise for promise in snapshot.promises if _matches(promise, filters)]
    now = snapshot.as_of or _FAR
    return Inbox(
        status=status(snapshot),
        facets=_facets(snapshot.promises, filters),
        rows=tuple(row(each, snapshot, now) for each in matching[:ROWS_LIMIT]),
        matching=len(matching),
        cut=snapshot.cut,
        filters=filters,
    )


def by_customer_moment(promises: Iterable[Promise]) -> tuple[Promise, ...]:
    """Whose customer notices first comes first; what no customer has a date for comes last."""
    return tuple(
        sorted(
            promises,
            key=lambda each: (
                each.customer_visible_by or _FAR,
                each.due_by or _FAR,
                each.promise_id,
            ),
        )
    )


def row(promise: Promise, snapshot: Snapshot, now: datetime) -> Row:
    alert, state = snapshot.alerts.get(promise.promise_id), standing(promise)
    return Row(
        id=element_id(promise.promise_id),
        promise=promise,
        state=known_state(state),
        word=state_word(state),
        what=what(promise),
        detail=promise.detail or remark(promise, now),
        next_step=alert.next_step if alert and alert.next_step else promise.next_step,
        customer=maybe_moment(promise.customer_visible_by, now),
        due=None if clock_stands(promise) else maybe_moment(promise.due_by, now),
        late=state == "breached",
        found=bool(promise.finding),
        stands=clock_stands(promise),
        sender=sender(promise) if state == "returned" else "",
        path=subject_path(promise.subject),
        alert=alert_view(alert, now),
    )


def what(promise: Promise) -> str:
    """What is owed, or what was found."""
    if promise.finding:
        return finding_word(promise.finding)
    return owed_word(promise.agreement, promise.awaits)


def status(snapshot: Snapshot) -> Status:
    as_of = snapshot.as_of
    return Status(
        as_of=None if as_of is None else moment(as_of, as_of),
        age=age(snapshot.age),
        tracker_problem=snapshot.tracker_problem,
        alerts_problem=snapshot.alerts_problem,
    )


def _matches(promise: Promise, filters: Filters) -> bool:
    return (
        (not filters.owed_by or promise.owed_by in filters.owed_by)
        and (not filters.owed_to or promise.owed_to in filters.owed_to)
        and (not filters.state or standing(promise) in filters.state)
    )


def _facets(promises: Sequence[Promise], filters: Filters) -> tuple[Facet, ...]:
    """Each facet counts under the other filters, so that a number is what its link will show."""
    return (
        _facet("state", "State", promises, filters, standing),
        _facet("owed_by", "Owed by", promises, filters, lambda each: each.owed_by),
        _facet("owed_to", "Owed to", promises, filters, lambda each: each.owed_to),
    )


def _facet(
    name: str,
    word: str,
    promises: Sequence[Promise],
    filters: Filters,
    value_of: Callable[[Promise], str],
) -> Facet:
    others = filters.without(name)
    counts = Counter(value_of(each) for each in promises if _matches(each, others))
    chosen: tuple[str, ...] = getattr(filters, name)
    values = ATTENTION if name == "state" else sorted({*counts, *chosen})
    return Facet(
        name,
        word,
        tuple(
            Count(
                value=value,
                word=state_word(value) if name == "state" else value,
                count=counts[value],
                url="/" + (others if value in chosen else filters.only(name, value)).query(),
                chosen=value in chosen,
            )
            for value in values
        ),
    )
