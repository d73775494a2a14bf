"""How Mongo is asked for alerts; only `store.py` uses these."""

from collections.abc import Iterable

from services.alerts.domain.ratings import FIRST_MONDAY, WEEK, WeekCount
from services.alerts.domain.requests import Place, Query
from services.shared.mongo import Row

RATED: Row = {"content.ratings.actor": {"$gt": ""}}
"""Whoever rates has a name, so the sparse index of it holds just these."""
_SAID_AT = {
    "$cond": [{"$gt": ["$content.ratings.at", 0]}, "$content.ratings.at", "$content.opened_at"]
}
"""Of a rating from before its moment was kept, the alert's has to do."""
_MONDAY = {"$subtract": [_SAID_AT, {"$mod": [{"$subtract": [_SAID_AT, FIRST_MONDAY]}, WEEK]}]}
RATINGS_BY_WEEK: list[Row] = [
    {"$unwind": "$content.ratings"},
    {
        "$group": {
            "_id": {"agreement": "$content.promise.agreement", "monday": _MONDAY},
            "useful": {"$sum": {"$cond": ["$content.ratings.useful", 1, 0]}},
            "not_useful": {"$sum": {"$cond": ["$content.ratings.useful", 0, 1]}},
        }
    },
]
"""As `ratings.monday_of` does, in Mongo."""


def rated_week(row: Row) -> tuple[str, WeekCount]:
    """One row of RATINGS_BY_WEEK."""
    of = row["_id"]
    return of["agreement"], WeekCount(of["monday"], row["useful"], row["not_useful"])


def condition_of(query: Query) -> Row:
    named = {"owed_by": query.owed_by, "owed_to": query.owed_to, "subject": query.subject}
    condition: Row = {name: value for name, value in named.items() if value}
    if query.assignee or query.unassigned:
        condition["content.assignee"] = query.assignee or {"$in": ["", None]}
    condition["state"] = {"$in": sorted(state.value for state in query.states)}
    if query.after:
        condition["$or"] = list(_beyond(query.after))
    return condition


def _beyond(place: Place) -> Iterable[Row]:
    visible_by, due_by, key = place
    yield {"visible_by": {"$gt": visible_by}}
    yield {"visible_by": visible_by, "due_by": {"$gt": due_by}}
    yield {"visible_by": visible_by, "due_by": due_by, "_id": {"$gt": key}}
