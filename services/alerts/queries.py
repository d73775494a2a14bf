"""How Mongo is asked for alerts; only `store.py` uses these."""

from collections.abc import Iterable

from services.alerts.domain.requests import Place, Query
from services.shared.mongo import Row

RATINGS_BY_AGREEMENT: list[Row] = [
    {"$unwind": "$content.ratings"},
    {
        "$group": {
            "_id": "$content.promise.agreement",
            "useful": {"$sum": {"$cond": ["$content.ratings.useful", 1, 0]}},
            "not_useful": {"$sum": {"$cond": ["$content.ratings.useful", 0, 1]}},
        }
    },
    {"$sort": {"_id": 1}},
]


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
