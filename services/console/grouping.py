"""The list's rows under the headings of their groups: one pair, one agreement, one state. Pure.

A group stands where its first row would; what is alone of its kind has no heading.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from services.console.filters import Filters
from services.console.times import Moment
from services.console.views import Row, Slack

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


def lines(rows: Sequence[Row]) -> tuple[Line, ...]:
    """At most ROWS_LIMIT rows, under their headings where two or more belong together."""
    groups = _groups(rows)
    each_limit = ROWS_LIMIT if len(groups) == 1 else GROUP_ROWS_LIMIT
    found: list[Line] = []
    left = ROWS_LIMIT
    for group in groups:
        shown = group[: min(each_limit, left)]
        if not shown:
            break
        left -= len(shown)
        found += shown if len(group) == 1 else _headed(group, shown)
    return tuple(found)


def _groups(rows: Iterable[Row]) -> list[list[Row]]:
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(_key(row), []).append(row)
    return list(found.values())


def _key(row: Row) -> tuple[str, ...]:
    promise = row.promise
    return promise.owed_by, promise.owed_to, promise.agreement, row.state, row.sender


def _headed(group: Sequence[Row], shown: Sequence[Row]) -> Iterable[Line]:
    heading = _heading(group, len(shown))
    yield heading
    for row in shown:
        yield replace(row, group=heading.id)


def _heading(group: Sequence[Row], shown: int) -> Heading:
    first = group[0]
    slacks = [row.slack for row in group if row.slack]
    dues = [row.due for row in group if row.due]
    return Heading(
        id="g-" + hashlib.sha256(repr(_key(first)).encode()).hexdigest()[:16],
        first=first,
        rows=len(group),
        shown=shown,
        unanswered=sum(bool(row.alert and row.alert.can_acknowledge) for row in group),
        assignees=_assignees(group),
        customer=first.customer,
        due=min(dues, key=lambda each: each.iso, default=None),
        slack=min(slacks, key=lambda each: each.seconds, default=None),
        closed=len(group) > OPEN_ROWS_LIMIT,
    )


def _assignees(group: Sequence[Row]) -> tuple[str, ...]:
    named = {row.alert.assignee for row in group if row.alert and row.alert.assignee}
    return tuple(sorted(named)[:ASSIGNEES_LIMIT])
