"""From what is known of one promise or finding to its row: words, moments, links.

Pure: no clock, no request, no markup. The page of one subject is in `subject_view`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.console.alert_view import AlertView, alert_view
from services.console.desk import Promise, Snapshot
from services.console.matching import Entry
from services.console.standing import clock_stands, remark, sender, standing
from services.console.times import Moment, age, distance, maybe_moment, moment
from services.console.words import (
    element_id,
    finding_word,
    known_state,
    owed_word,
    state_word,
    subject_path,
)

_FAR = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Slack:
    """Working time that was left for the rest of the chain when that was last told."""

    seconds: int
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """One promise or finding in the list; `due` is since when a finding is so.

    While the clock `stands` there is no due date, and where `sender` is named it has to act. It is
    in the group with the id `group`, or in none.
    """

    id: str
    promise: Promise
    state: str
    word: str
    what: str
    detail: str
    next_step: str
    customer: Moment | None
    slack: Slack | None
    due: Moment | None
    late: bool
    found: bool
    stands: bool
    sender: str
    path: str
    alert: AlertView | None
    group: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """How fresh the page is, and what is wrong where it is not."""

    as_of: Moment | None
    age: str
    tracker_problem: str | None
    alerts_problem: str | None


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


def row(entry: Entry) -> Row:
    promise, alert, now = entry.promise, entry.alert, entry.now
    state = standing(promise)
    return Row(
        id=element_id(promise.promise_id),
        promise=promise,
        state=known_state(state),
        word=state_word(state),
        what=what(promise),
        detail=promise.detail or remark(promise, now),
        next_step=alert.next_step if alert and alert.next_step else promise.next_step,
        customer=maybe_moment(promise.customer_visible_by, now),
        slack=None if alert is None or alert.slack_s is None else slack(alert.slack_s),
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


def slack(seconds: int) -> Slack:
    words = distance(timedelta(seconds=abs(seconds)))
    return Slack(seconds, f"{words} short" if seconds < 0 else f"{words} left")


def status(snapshot: Snapshot) -> Status:
    as_of = snapshot.as_of
    return Status(
        as_of=None if as_of is None else moment(as_of, as_of),
        age=age(snapshot.age),
        tracker_problem=snapshot.tracker_problem,
        alerts_problem=snapshot.alerts_problem,
    )
