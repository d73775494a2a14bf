"""An alert, the notices that it causes, and all the alerts of one promise.

What changes them is in `decisions.py`; what they say to a person is in `text.py`.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import blake2b

from services.alerts.domain.answers import (
    Acknowledgement,
    CalledOff,
    Closing,
    Dispute,
    Rating,
    Said,
)
from services.alerts.domain.audit.chain import Act
from services.alerts.domain.promise import Condition, End, Promise
from services.alerts.domain.schedules.schedule import OnCall
from services.shared.clock import Instant
from services.shared.events.oncall import PromiseDisputed


class State(StrEnum):
    """Where an alert is between its first notice and its end."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    CLOSED = "closed"
    """A person is through with it although the promise has not ended."""
    RESOLVED = "resolved"


class Reason(StrEnum):
    """Why a decision sends a notice, or why it sends none."""

    FIRST_NOTICE = "first_notice"
    WORSENED = "worsened"
    EASED = "eased"
    PASSED_ON = "passed_on"
    """Another party than before has to act."""
    REMINDER = "reminder"
    REOPENED = "reopened"
    RECONCILED = "reconciled"
    SNOOZE_ENDED = "snooze_ended"
    ACKNOWLEDGEMENT_EXPIRED = "acknowledgement_expired"
    ESCALATED = "escalated"
    """Nobody has taken it up, so the next rung of its ladder is told."""
    CALLED = "called"
    """A person wants the next rung told now."""
    NEW_DATE_ASKED = "new_date_asked"
    CUSTOMER_TO_BE_TOLD = "customer_to_be_told"
    CALLED_OFF = "called_off"
    """Somebody has it; for receivers that call people until then."""
    OPEN_AGAIN = "open_again"
    """Nobody has it any more; for those to whom it was called off."""
    RESOLVED = "resolved"
    OLD = "old"
    REPEATED = "repeated"
    HISTORIC = "historic"
    IN_HAND = "in_hand"
    NOTHING_OPEN = "nothing_open"
    LEDGER_AGREES = "ledger_agrees"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    SILENCED = "silenced"
    ASSIGNED = "assigned"
    NOTED = "noted"
    CLOSED = "closed"
    DISPUTED = "disputed"
    RATED = "rated"
    INHIBITED = "inhibited"
    """It is beneath a broken promise that was told already."""
    FLAPPING = "flapping"
    """It is there again so soon after its end that it may end again."""
    STILL_ASLEEP = "still_asleep"


@dataclass(frozen=True, slots=True)
class Snooze:
    """Who wants to hear of it again, and when; `silence` is the id of one that did it.

    What is `held` for a reason of ours nobody hears of either. Where it was told to be `over`
    before, nobody hears of its end again.
    """

    actor: str
    until: Instant
    reason: str = ""
    silence: str = ""
    held: Reason | None = None
    over: bool = False

    @property
    def untold(self) -> bool:
        return bool(self.silence or self.held)


@dataclass(frozen=True, slots=True)
class Alert:
    """One promise with one due date, or one finding, that somebody has to look at.

    `revision` counts the alert's own changes: whoever receives its notices can ignore a lower one.
    `why` is the slug of the verdict that it stands on. `reason` is why its last notice was sent.
    `rungs` of its `ladder` were told, with repeats, and on any ladder those in `told`; at
    `next_rung_at` the next rung is, if nobody takes it up before. What a person asked last of the
    next rung, the debtor and support is in `called`, `new_date_asked` and `customer_to_be_told`.
    `on_call` is whom the rung that was told last found, and the rungs that it took the place of.
    It is in hand once `hands` different people have taken it up.
    """

    key: str
    promise: Promise
    condition: Condition
    opened_at: Instant
    revision: int = 0
    why: str = ""
    reason: Reason = Reason.FIRST_NOTICE
    notified_at: Instant | None = None
    hands: int = 1
    acknowledgements: tuple[Acknowledgement, ...] = ()
    snooze: Snooze | None = None
    end: End | None = None
    ladder: str = ""
    rungs: int = 0
    told: tuple[str, ...] = ()
    on_call: tuple[OnCall, ...] = ()
    next_rung_at: Instant | None = None
    assignee: str = ""
    notes: tuple[Said, ...] = ()
    closing: Closing | None = None
    dispute: Dispute | None = None
    ratings: tuple[Rating, ...] = ()
    called: Said | None = None
    new_date_asked: Said | None = None
    customer_to_be_told: Said | None = None
    called_off: CalledOff | None = None

    @property
    def state(self) -> State:
        if self.end:
            return State.RESOLVED
        if self.closing:
            return State.CLOSED
        if self.snooze:
            return State.SNOOZED
        return State.ACKNOWLEDGED if self.acknowledgement else State.OPEN

    @property
    def acknowledgement(self) -> Acknowledgement | None:
        """The one by which it is in hand: the last that it takes."""
        return next(iter(self.acknowledgements[self.hands - 1 :]), None)

    @property
    def held(self) -> Reason | None:
        return self.snooze.held if self.snooze else None

    @property
    def wakes_as(self) -> Reason:
        """What the end of its snooze is to those who hear of it then."""
        if self.snooze is None or not self.snooze.held:
            return Reason.SNOOZE_ENDED
        if self.notified_at is None:
            return Reason.FIRST_NOTICE
        return Reason.REOPENED if self.snooze.over else Reason.SNOOZE_ENDED

    @property
    def look_at(self) -> Instant | None:
        """When something of it changes by time alone; None where nothing does."""
        if self.state in (State.CLOSED, State.RESOLVED):
            return None
        if self.snooze:
            return self.snooze.until
        moments = (self.next_rung_at, *(each.until for each in self.acknowledgements))
        return min((each for each in moments if each is not None), default=None)


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell the receivers: the alert as it was, why, and in words.

    The id is the same however often the decision behind it is made; the notices of an alert go to
    each receiver in order of their revision. `traceparent` is the trace of that decision. `post` is
    the id of the post in which the receiver that waits for it was told of it, if it was.
    """

    id: str
    reason: Reason
    alert: Alert
    text: str
    at: Instant
    receivers: tuple[str, ...] = ()
    traceparent: str = ""
    post: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """All that is known of a promise: the last revision heard of it, and its alerts by due date."""

    heard: int = 0
    alerts: tuple[Alert, ...] = ()

    def alert(self, key: str) -> Alert | None:
        return next((alert for alert in self.alerts if alert.key == key), None)

    def open_alerts(self) -> Iterator[Alert]:
        return (alert for alert in self.alerts if alert.end is None)

    def having(self, changed: Alert) -> "History":
        others = tuple(alert for alert in self.alerts if alert.key != changed.key)
        return replace(self, alerts=(*others, changed))


@dataclass(frozen=True, slots=True)
class Decision:
    """What a word or an action makes of a promise's alerts, and the reason for it."""

    history: History
    reason: Reason
    notices: tuple[Notice, ...] = ()
    act: Act | None = None
    """What the audit says of it, where a person asked for it."""
    event: PromiseDisputed | None = None
    """What others hear of it."""


NEVER = 1 << 62
"""Sorts after every moment: no customer would notice."""


def key_of(promise: Promise) -> str:
    """One for each promise and due date, short enough to be typed and for any receiver.

    A finding has one however often it turns out to have begun at another moment.
    """
    due_by = "" if promise.finding else promise.due_by
    digest = blake2b(f"{promise.promise_id}\n{due_by}".encode(), digest_size=10).digest()
    return f"al-{base64.b32encode(digest).decode().lower()}"


def urgency(alert: Alert) -> tuple[Instant, Instant, str]:
    """What to look at first: what a customer notices soonest, then what is due soonest."""
    visible_by = alert.promise.customer_visible_by
    return (NEVER if visible_by is None else visible_by, alert.promise.due_by, alert.key)
