"""Where a promise or a finding stands for a reader: one slug, and what the slug alone leaves open.

The tracker's state says how the clock stands; whether a handoff was returned or a report disputed
is in what was announced. A promise that is late is called late, whatever else is the matter.
"""

from datetime import datetime

from services.console.desk import Promise
from services.console.times import clock

_LATE = frozenset({"breached", "overdue_unconfirmed", "unknown"})
_ANNOUNCED_FIRST = frozenset({"returned", "disputed"})
_REMARKS = {
    "returned": "Returned incomplete: the clock stands until {sender} has sent what is missing.",
    "disputed": "{to} does not accept what {by} reported as done.",
    "proposed": "{by} has not acknowledged it yet.",
}


def standing(promise: Promise) -> str:
    """The tracker's state, or returned, disputed, bounced, found."""
    if promise.finding:
        return "bounced" if promise.finding == "bounced" else "found"
    if promise.announced in _ANNOUNCED_FIRST and promise.state not in _LATE:
        return promise.announced
    return promise.state


def clock_stands(promise: Promise) -> bool:
    """Its due date moves on with every minute, so that no date can be named."""
    return not promise.finding and promise.state == "paused"


def sender(promise: Promise) -> str:
    """Who has to complete a handoff that was returned."""
    return promise.waiting_on or promise.owed_to


def remark(promise: Promise, now: datetime) -> str:
    """What the state's word does not say."""
    state = standing(promise)
    if state == "paused":
        return f"The clock stands{_waiting(promise)}{_since_pause(promise, now)}."
    if state == "reported_done":
        at = f" at {clock(promise.reported_at, now)}" if promise.reported_at else ""
        return f"{promise.owed_by} reported it done{at}; nobody has confirmed it."
    if state in _REMARKS:
        names = {"by": promise.owed_by, "to": promise.owed_to, "sender": sender(promise)}
        return _REMARKS[state].format(**names)
    if promise.deemed_accepted:
        return f"Taken as accepted: {promise.owed_to} did not object in time."
    return f"{promise.owed_by} waits on {promise.waiting_on}." if promise.waiting_on else ""


def _waiting(promise: Promise) -> str:
    return f", waiting on {promise.waiting_on}" if promise.waiting_on else ""


def _since_pause(promise: Promise, now: datetime) -> str:
    began = [each.started_at for each in promise.pauses if each.ended_at is None]
    return f" since {clock(min(began), now)}" if began else ""
