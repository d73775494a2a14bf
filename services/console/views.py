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
from services.console.times import Moment, age, maybe_moment, moment
from services.console.words import element_id, known_state, plain, state_word, subject_path

ROWS_LIMIT = 200
"""More rows than this are counted and not shown: nobody works through them by eye."""

_FAR = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Row:
    """One promise in the list."""

    id: str
    promise: Promise
    state: str
    word: str
    what: str
    customer: Moment | None
    due: Moment | None
    late: bool
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
    return Row(
        id=element_id(promise.promise_id),
        promise=promise,
        state=known_state(promise.state),
        word=state_word(promise.state),
        what=plain(promise.awaits) or plain(promise.agreement),
        customer=maybe_moment(promise.customer_visible_by, now),
        due=maybe_moment(promise.due_by, now),
        late=promise.state == "breached",
        path=subject_path(promise.subject),
        alert=alert_view(snapshot.alerts.get(promise.promise_id), now),
    )


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
        and (not filters.state or promise.state in filters.state)
    )


def _facets(promises: Sequence[Promise], filters: Filters) -> tuple[Facet, ...]:
    """Each facet counts under the other filters, so that a number is what its link will show."""
    return (
        _facet("state", "State", promises, filters, lambda each: each.state),
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
