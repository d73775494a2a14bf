"""An alert in words: who owes what to whom, by when, how late or how soon, which customer would
notice when, and the next step. Never only an id; markup and addresses are left to the channels.
"""

import re

from services.alerts.domain.alert import Alert
from services.alerts.domain.promise import Condition, Promise, Resolution
from services.shared.clock import SECOND, Instant, to_datetime

TEXT_LENGTH_LIMIT = 2_000
_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
_EVENT_TYPE = re.compile(r"\b[a-z][a-z0-9-]*\.((?:[A-Z][a-z0-9]*)+)")

_OVER = {
    Resolution.KEPT: "It was kept in time.",
    Resolution.KEPT_LATE: "It was kept, too late.",
    Resolution.WITHDRAWN: "The announcement was withdrawn: it did not hold.",
    Resolution.CANCELLED: "It was cancelled, so nothing is owed any more.",
    Resolution.RELEASED: "{owed_to} gave it up, so nothing is owed any more.",
    Resolution.AMENDED: "It was amended, and what was announced no longer holds.",
    Resolution.PAUSED: "Its clock is paused.",
    Resolution.DATE_MOVED: "It has another due date now.",
    Resolution.NO_LONGER_ANNOUNCED: "The ledger no longer lists it.",
    Resolution.HISTORIC: "It was due before its agreement was active.",
}


def message(alert: Alert, now: Instant) -> str:
    """The whole text of a notice: the summary and the next step."""
    if alert.end:
        return summary(alert, now)
    step = alert.promise.next_step or f"Ask {alert.promise.owed_by} what holds it up."
    return f"{summary(alert, now)} Next step: {step}"[:TEXT_LENGTH_LIMIT]


def summary(alert: Alert, now: Instant) -> str:
    """Who owes what to whom, by when, how late or how soon, and which customer would notice."""
    promise = alert.promise
    if alert.end:
        over = _OVER[alert.end.resolution].format(owed_to=promise.owed_to.capitalize())
        return f"Over: {_who_owes_what(promise)}, due {moment(promise.due_by)}. {over}"
    return f"{_lead(alert)}: {_who_owes_what(promise)}, {_due(alert, now)}. {_customer(alert, now)}"


def duration(micros: int) -> str:
    """Whole words, the two largest units: `2 hours 5 minutes`."""
    seconds = abs(micros) // SECOND
    words = []
    for unit, size in _UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            words.append(f"{count} {unit}{'s' if count != 1 else ''}")
        elif words:
            break
    return " ".join(words[:2]) or "less than a second"


def moment(at: Instant) -> str:
    return to_datetime(at).strftime("%Y-%m-%d %H:%M UTC")


def _lead(alert: Alert) -> str:
    match alert.condition:
        case Condition.AT_RISK:
            return "At risk"
        case Condition.BREACHED:
            return "Broken promise"
        case Condition.UNKNOWN:
            return "Nobody knows"


def _who_owes_what(promise: Promise) -> str:
    what = _plain(promise.awaits) or promise.agreement.replace("-", " ").replace("_", " ")
    return f"{promise.owed_by} owes {promise.owed_to} “{what}” for {_subject(promise)}"


def _plain(awaits: str) -> str:
    """`operations.ParcelHandedOver` as `parcel handed over`; other words stay as they are."""
    return _EVENT_TYPE.sub(lambda found: re.sub(r"(?<!^)(?=[A-Z])", " ", found[1]).lower(), awaits)


def _subject(promise: Promise) -> str:
    kind, _, id = promise.subject.partition("/")
    about = f"{kind} {id}"
    if promise.order and promise.order != id:
        about += f" (order {promise.order})"
    return about


def _due(alert: Alert, now: Instant) -> str:
    due = f"due {moment(alert.promise.due_by)} ({_how_late_or_soon(alert.promise.due_by - now)})"
    if alert.condition is Condition.UNKNOWN:
        return f"{due}, and news of it may only be late"
    return due


def _how_late_or_soon(left: int) -> str:
    if left == 0:
        return "now"
    return f"{duration(left)} left" if left > 0 else f"{duration(left)} late"


def _customer(alert: Alert, now: Instant) -> str:
    promise = alert.promise
    who = f"Customer {promise.customer}" if promise.customer else "The customer"
    if promise.customer_visible_by is None:
        return f"{who} was given no date that hangs on it."
    left = promise.customer_visible_by - now
    if left > 0:
        return f"{who} would notice at {moment(promise.customer_visible_by)}, in {duration(left)}."
    return f"{who} can notice since {moment(promise.customer_visible_by)}, {duration(left)} ago."
