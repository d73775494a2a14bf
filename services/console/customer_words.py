"""What may be said to the customer about a subject, sentence by sentence. Pure.

It names no department and blames nobody, and every date in it is one that the customer was given or
on which something happened. What history foretells is not said: it is no promise.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from services.console.desk import Promise, SubjectFacts
from services.console.facts import CustomerTree
from services.console.timeline import is_open
from services.console.times import MONTHS
from services.console.words import plain

CUSTOMER = "customer"
_UNCERTAIN = "It is not certain that this date will be kept."
_OPEN = {
    "on_track": "That date stands.",
    "proposed": "That date stands.",
    "at_risk": _UNCERTAIN,
    "overdue_unconfirmed": "That moment has passed; we do not know yet whether it is done.",
    "unknown": "That moment has passed; we do not know yet whether it is done.",
    "breached": "That date was not kept, and we are sorry. There is no new date yet.",
    "reported_done": "We believe that it is done; it is not confirmed yet.",
}


def customer_words(facts: SubjectFacts) -> tuple[str, ...]:
    """In order of the dates that the customer was given."""
    given = sorted(filter(_is_given, facts.promises), key=_due)
    if given:
        return tuple(_sentence(each, facts.trees) for each in given)
    return (_without_a_date(facts.promises),)


def _is_given(promise: Promise) -> bool:
    """What comes with a promise, to say that it is in hand, is no date of its own."""
    return promise.owed_to == CUSTOMER and "." not in promise.agreement


def _due(promise: Promise) -> tuple[datetime, str]:
    return promise.due_by or datetime.max.replace(tzinfo=UTC), promise.promise_id


def _without_a_date(promises: Iterable[Promise]) -> str:
    if any(is_open(each) for each in promises):
        return "It is being worked on. You were not given a date."
    return "Nothing about it is open. You were not given a date."


def _sentence(promise: Promise, trees: Iterable[CustomerTree]) -> str:
    return " ".join(_said(promise, trees))


def _said(promise: Promise, trees: Iterable[CustomerTree]) -> Iterator[str]:
    topic = _topic(promise)
    if promise.state == "paused":
        yield f"{topic}: there is no date at the moment."
        yield (
            "We are waiting for something from you."
            if promise.waiting_on == CUSTOMER
            else ("Something has to arrive first.")
        )
    elif promise.state in ("kept", "kept_late"):
        yield f"{topic}: done{_on(promise.settled_at)}."
        if promise.state == "kept_late" and promise.due_by:
            yield f"You had been told {_date(promise.due_by)}; we are sorry that it was later."
    elif promise.state in ("cancelled", "released"):
        yield f"{topic}: it was called off{_on(promise.settled_at)}."
    else:
        told = f"you were told {_date(promise.due_by)}" if promise.due_by else "it is under way"
        yield f"{topic}: {told}."
        yield _outlook(promise, trees)


def _outlook(promise: Promise, trees: Iterable[CustomerTree]) -> str:
    """A date whose chain is in danger does not stand, whatever its own clock says."""
    in_danger = any(
        tree.promise_id == promise.promise_id and tree.jeopardy not in ("normal", "")
        for tree in trees
    )
    if in_danger and promise.state in ("on_track", "proposed"):
        return _UNCERTAIN
    return _OPEN.get(promise.state, "We are looking into it.")


def _topic(promise: Promise) -> str:
    """What happens for the customer; only `This`, where that would name who has to do it."""
    words = plain(promise.awaits)
    named = promise.owed_by.partition("/")[0].lower()
    return words if words and named not in words.lower() else "This"


def _on(moment: datetime | None) -> str:
    return f" on {_date(moment)}" if moment else ""


def _date(moment: datetime) -> str:
    """With its day and year: what is read aloud is remembered later."""
    at = moment.astimezone(UTC)
    return f"{at.day} {MONTHS[at.month - 1]} {at.year} at {at:%H:%M} UTC"
