"""The same facts as JSON: what `.json` behind a page's path answers. Times are ISO 8601 in UTC."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from services.console.alert_view import latest_by_promise
from services.console.belonging import Belonging
from services.console.customer_words import customer_words
from services.console.desk import Alert, Promise, Snapshot, SubjectFacts
from services.console.explanation import Explanation
from services.console.inbox import Inbox
from services.console.standing import standing
from services.console.times import iso
from services.console.words import subject_path

Json = dict[str, Any]


def inbox_answer(inbox: Inbox, snapshot: Snapshot) -> Json:
    """Raises nothing and knows nothing of a tracker that is down: the route refuses then."""
    return {
        "as_of": _time(snapshot.as_of),
        "age_s": round(snapshot.age.total_seconds(), 3),
        "problems": [each for each in (snapshot.alerts_problem,) if each],
        "filters": asdict(inbox.filters),
        "counts": {
            facet.name: {count.value: count.count for count in facet.counts}
            for facet in inbox.facets
        },
        "matching": inbox.matching,
        "cut": inbox.cut,
        "promises": [
            _promise(row.promise, snapshot.alerts.get(row.promise.promise_id)) for row in inbox.rows
        ],
    }


def unknown_answer(problem: str, snapshot: Snapshot) -> Json:
    """What `.json` says, with status 503, while the tracker does not answer."""
    return {
        "error": problem,
        "as_of": _time(snapshot.as_of),
        "age_s": round(snapshot.age.total_seconds(), 3) if snapshot.as_of else None,
    }


def subject_answer(facts: SubjectFacts, alerts: tuple[Alert, ...], problems: list[str]) -> Json:
    newest = latest_by_promise(alerts)
    return {
        "subject": facts.subject,
        "to_customer": list(customer_words(facts)),
        "as_of": _time(facts.as_of),
        "problems": problems,
        "promises": [_promise(each, newest.get(each.promise_id)) for each in facts.promises],
        "events": [as_json(asdict(each)) for each in facts.events],
        "findings": [as_json(asdict(each)) for each in facts.findings],
        "trees": [as_json(asdict(each)) for each in facts.trees],
        "skipped": [as_json(asdict(each)) for each in facts.skipped],
    }


def explanation_answer(explained: Explanation) -> Json:
    """The tracker's own words, with the console's word for where the promise stands."""
    fields: Json = as_json(asdict(explained))
    return fields | {"promise": _promise(explained.promise, None)}


def belonging_answer(belonging: Belonging) -> Json:
    return {
        "as_of": _time(belonging.as_of),
        "cut": belonging.cut,
        "subjects": [
            as_json(asdict(each))
            | {
                "path": subject_path(each.subject),
                "promises": [_promise(promise, None) for promise in each.promises],
            }
            for each in belonging.subjects
        ],
    }


def _promise(promise: Promise, alert: Alert | None) -> Json:
    fields: Json = as_json(asdict(promise))
    return fields | {
        "standing": standing(promise),
        "path": subject_path(promise.subject),
        "alert": None if alert is None else as_json(asdict(alert)),
    }


def as_json(value: Any) -> Any:  # noqa: ANN401 - whatever a dataclass holds
    match value:
        case datetime():
            return _time(value)
        case dict():
            return {name: as_json(each) for name, each in value.items()}
        case tuple() | list():
            return [as_json(each) for each in value]
        case _:
            return value


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else iso(moment)
