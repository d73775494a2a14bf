"""Which of the list a reader's filters take. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.console.desk import Alert, Promise, Snapshot
from services.console.filters import NAMES, SPANS, YES, Filters
from services.console.standing import sender, standing


@dataclass(frozen=True, slots=True)
class Entry:
    """One promise or finding of the list, with its alert, at the moment of the list."""

    promise: Promise
    alert: Alert | None
    now: datetime


def entries(snapshot: Snapshot) -> tuple[Entry, ...]:
    """All of the list; none before the first answer."""
    if snapshot.as_of is None:
        return ()
    return tuple(
        Entry(each, snapshot.alerts.get(each.promise_id), snapshot.as_of)
        for each in snapshot.promises
    )


def needing(snapshot: Snapshot) -> tuple[Entry, ...]:
    """All of the list that nobody is through with."""
    return tuple(each for each in entries(snapshot) if not is_closed(each))


def is_closed(entry: Entry) -> bool:
    return entry.alert is not None and entry.alert.state == "closed"


def matching(known: Iterable[Entry], filters: Filters) -> list[Entry]:
    """What is closed only where the filters ask for it."""
    asked = [(VALUES[name], wanted) for name in NAMES if (wanted := filters.wanted(name))]
    return [
        entry
        for entry in known
        if is_closed(entry) == bool(filters.closed)
        and all(not values(entry).isdisjoint(wanted) for values, wanted in asked)
    ]


def people(snapshot: Snapshot) -> tuple[str, ...]:
    """Who has something in hand or assigned, by name."""
    named = (
        name
        for alert in snapshot.alerts.values()
        for name in (alert.assignee, alert.acknowledged_by)
    )
    return tuple(sorted({name for name in named if name}))


def next_actor(promise: Promise, alert: Alert | None) -> str:
    """Who has the next step, which is not the debtor where a handoff came back."""
    if alert and alert.next_action_owner:
        return alert.next_action_owner
    return sender(promise) if standing(promise) == "returned" else promise.owed_by


def _departments(entry: Entry) -> frozenset[str]:
    """Of `sales/seller` the department is sales."""
    parties = (entry.promise.owed_by, next_actor(entry.promise, entry.alert))
    return frozenset(party.partition("/")[0] for party in parties)


def _spans(entry: Entry) -> frozenset[str]:
    moments = (entry.promise.customer_visible_by, entry.promise.due_by)
    given = [each for each in moments if each is not None]
    return frozenset(
        name for name, span in SPANS.items() if given and min(given) <= entry.now + span
    )


def _unacknowledged(entry: Entry) -> frozenset[str]:
    """Whom nobody has taken up and nobody put off; without an alert nobody could."""
    taken = entry.alert is not None and entry.alert.state in ("acknowledged", "snoozed")
    return frozenset() if taken else frozenset({YES})


def _assignees(entry: Entry) -> frozenset[str]:
    return frozenset({entry.alert.assignee} if entry.alert and entry.alert.assignee else ())


VALUES: Mapping[str, Callable[[Entry], frozenset[str]]] = {
    "department": _departments,
    "owed_by": lambda entry: frozenset({entry.promise.owed_by}),
    "owed_to": lambda entry: frozenset({entry.promise.owed_to}),
    "agreement": lambda entry: frozenset({entry.promise.agreement}),
    "state": lambda entry: frozenset({standing(entry.promise)}),
    "within": _spans,
    "unacknowledged": _unacknowledged,
    "assignee": _assignees,
    "closed": lambda entry: frozenset({YES} if is_closed(entry) else ()),
}
"""What an entry has of each filter."""
