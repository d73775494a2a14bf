"""The list's rows under the headings of their groups: one pair, one agreement, one state. Pure.

A group stands where its first row would; what is alone of its kind has no heading.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from services.console.alert_view import can_acknowledge
from services.console.filters import Filters
from services.console.matching import Entry
from services.console.standing import clock_stands, sender, standing
from services.console.times import Moment, maybe_moment
from services.console.views import Row, Slack, row, slack

ROWS_LIMIT = 200
"""More rows than this are counted and not shown: nobody works through them by eye."""
GROUP_ROWS_LIMIT = 50
"""So many rows of one group among others, so that one bad group hides no other one."""
ASSIGNEES_LIMIT = 3
OPEN_ROWS_LIMIT = 5
"""A group with more rows begins closed: its heading says what they have in common."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What the rows of one group have in common, and the worst of each of them.

    `rows` are in it, `shown` of them in the list; `unanswered` alerts may be acknowledged. The
    first few `assignees` are named.
    """

    id: str
    first: Row
    rows: int
    shown: int
    unanswered: int
    assignees: tuple[str, ...]
    customer: Moment | None
    due: Moment | None
    slack: Slack | None
    closed: bool

    @property
    def url(self) -> str:
        """The list with this group alone."""
        promise = self.first.promise
        alone = Filters(
            owed_by=(promise.owed_by,),
            owed_to=(promise.owed_to,),
            agreement=(promise.agreement,),
            state=(self.first.state,),
        )
        return "/" + alone.query()


Line = Heading | Row


def lines(entries: Sequence[Entry]) -> tuple[Line, ...]:
    """At most ROWS_LIMIT rows, under their headings where two or more belong together."""
    groups = _groups(entries)
    each_limit = ROWS_LIMIT if len(groups) == 1 else GROUP_ROWS_LIMIT
    found: list[Line] = []
    left = ROWS_LIMIT
    for group in groups:
        shown = [row(entry) for entry in group[: min(each_limit, left)]]
        if not shown:
            break
        left -= len(shown)
        found += shown if len(group) == 1 else _headed(group, shown)
    return tuple(found)


def _groups(entries: Iterable[Entry]) -> list[list[Entry]]:
    found: dict[tuple[str, ...], list[Entry]] = {}
    for entry in entries:
        found.setdefault(_key(entry), []).append(entry)
    return list(found.values())


def _key(entry: Entry) -> tuple[str, ...]:
    promise = entry.promise
    state = standing(promise)
    waits_on = sender(promise) if state == "returned" else ""
    return promise.owed_by, promise.owed_to, promise.agreement, state, waits_on


def _headed(group: Sequence[Entry], shown: Sequence[Row]) -> Iterable[Line]:
    heading = _heading(group, shown)
    yield heading
    for each in shown:
        yield replace(each, group=heading.id)


def _heading(group: Sequence[Entry], shown: Sequence[Row]) -> Heading:
    alerts = [entry.alert for entry in group if entry.alert]
    slacks = [alert.slack_s for alert in alerts if alert.slack_s is not None]
    promises = [entry.promise for entry in group]
    dues = [each.due_by for each in promises if each.due_by and not clock_stands(each)]
    return Heading(
        id="g-" + hashlib.sha256(repr(_key(group[0])).encode()).hexdigest()[:16],
        first=shown[0],
        rows=len(group),
        shown=len(shown),
        unanswered=sum(map(can_acknowledge, alerts)),
        assignees=tuple(sorted({each.assignee for each in alerts} - {""})[:ASSIGNEES_LIMIT]),
        customer=shown[0].customer,
        due=maybe_moment(min(dues, default=None), group[0].now),
        slack=slack(min(slacks)) if slacks else None,
        closed=len(group) > OPEN_ROWS_LIMIT,
    )
