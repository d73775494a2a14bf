"""Notices on their way to one receiver: in order for each alert, at least once, one bad receiver or
alert never in the way of others. Which step comes when is written in `handlers.py`.
"""

import random
import threading
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from opentelemetry.trace import Span, SpanKind

from services.alerts.domain.alert import Notice
from services.alerts.errors import DeliveryError
from services.alerts.pacing import Pace
from services.shared import telemetry as names
from services.shared.clock import SECOND, Clock, Instant
from services.shared.telemetry import Telemetry

Step = Callable[[Sequence[Notice]], Sequence[Notice]]

NOTICES_AT_ONCE = 100
CLAIM = 60 * SECOND
"""More than one try takes; a claim of a process that died ends after it."""
GIVE_UP_AFTER = 86_400 * SECOND
"""What a receiver has not taken for so long goes to its fallback, if it has one."""


class Result(StrEnum):
    """What became of a notice, or of one try to deliver it."""

    DELIVERED = "delivered"
    FAILED = "failed"
    REFUSED = "refused"
    PASSED_ON = "passed_on"
    """The fallback has it now."""
    COLLAPSED = "collapsed"
    """It was over before the receiver heard of it, so nothing was sent."""


class Channel(Protocol):
    """One way to a receiver."""

    @property
    def name(self) -> str: ...

    def send(self, notice: Notice) -> str:
        """What the receiver answered, in a few words; raises DeliveryError."""
        ...


class NoticeStore(Protocol):
    """The notices that wait; each was written together with its alert."""

    def waiting(self, receiver: str, limit: int, without: Collection[str]) -> Sequence[Notice]:
        """The oldest first, those of an alert in order; none of the alerts named in `without`."""
        ...

    def claim(self, notice: Notice, receiver: str, owner: str, now: Instant) -> Instant | None:
        """Since when it is tried; None where another process does, or it was settled meanwhile."""
        ...

    def settle(self, notice: Notice, receiver: str, problem: str = "", fallback: str = "") -> None:
        """The receiver has it, or will never take it for this `problem`; `fallback` gets it too."""
        ...

    def passed_on(self, key: str, receiver: str) -> bool:
        """Whether a notice of this alert was settled with a problem."""
        ...

    def drop(self, notices: Sequence[Notice], receiver: str) -> bool:
        """Settles all of one alert, or none where the first was ever tried or is settled."""
        ...


@dataclass(frozen=True, slots=True)
class Policy:
    """What the receivers file says of a receiver's queue; an empty `fallback` is none."""

    per_minute: int | None = None
    collapse: bool = False
    fallback: str = ""


@dataclass
class Receiver:
    """A channel, what waits for it, and how fast it may have it.

    `clock` is the wall's, whatever time the promises live in: delivery happens in this world.
    """

    channel: Channel
    store: NoticeStore
    owner: str
    clock: Clock
    telemetry: Telemetry
    count: Callable[[str, Result], None]
    stop: threading.Event
    policy: Policy = field(default_factory=Policy)
    chance: Callable[[], float] = random.random
    pace: Pace = field(init=False)

    def __post_init__(self) -> None:
        self.pace = Pace(self.chance, self.policy.per_minute)

    def waiting(self) -> Sequence[Notice]:
        now = self.clock.now()
        if not self.pace.open(now):
            return ()
        return self.store.waiting(self.channel.name, NOTICES_AT_ONCE, self.pace.asleep(now))


def oldest_of_each_alert(notices: Sequence[Notice]) -> Sequence[Notice]:
    """A later notice of an alert waits until the earlier one is settled."""
    oldest: dict[str, Notice] = {}
    for notice in notices:
        oldest.setdefault(notice.alert.key, notice)
    return tuple(oldest.values())


def least_failed_first(to: Receiver, notices: Sequence[Notice]) -> Sequence[Notice]:
    """What is never taken must not be what a receiver's return is measured by."""
    return sorted(notices, key=lambda notice: to.pace.failures(notice.alert.key))


def sent(to: Receiver, notices: Sequence[Notice]) -> Sequence[Notice]:
    """Those that are settled. Where the receiver is away or has had its rate, the others wait."""
    settled: list[Notice] = []
    for notice in notices:
        now = to.clock.now()
        if to.stop.is_set() or not to.pace.open(now):
            break
        since = to.store.claim(notice, to.channel.name, to.owner, now)
        if since is not None and _send(to, notice, since):
            settled.append(notice)
    return settled


def _send(to: Receiver, notice: Notice, since: Instant) -> bool:
    """True where the notice is settled; its alert gets a rest before anything else goes wrong."""
    key, now = notice.alert.key, to.clock.now()
    to.pace.trying(now)
    try:
        with _span(to, notice):
            to.channel.send(notice)
    except DeliveryError as error:
        _say(to, notice, error)
        return _not_taken(to, notice, since, error)
    except Exception:
        to.pace.failed(key, now)
        raise
    to.store.settle(notice, to.channel.name, fallback=_who_heard_of_its_beginning(to, notice))
    to.count(to.channel.name, Result.DELIVERED)
    to.pace.taken(key)
    return True


def _not_taken(to: Receiver, notice: Notice, since: Instant, error: DeliveryError) -> bool:
    key, now, fallback = notice.alert.key, to.clock.now(), to.policy.fallback
    if error.permanent:
        to.pace.taken(key)
    else:
        began = min(since, since if to.pace.failing_since is None else to.pace.failing_since)
        if not fallback or now - began < GIVE_UP_AFTER:
            to.pace.failed(key, now, error.retry_after)
            return False
        to.pace.passed_over(key)
    to.store.settle(notice, to.channel.name, str(error), fallback)
    if fallback:
        to.count(to.channel.name, Result.PASSED_ON)
    return True


def _who_heard_of_its_beginning(to: Receiver, notice: Notice) -> str:
    """Where the fallback was told that an alert began, it is told that it is over."""
    fallback = to.policy.fallback
    if fallback and notice.alert.end and to.store.passed_on(notice.alert.key, to.channel.name):
        return fallback
    return ""


def _say(to: Receiver, notice: Notice, error: DeliveryError) -> None:
    result = Result.REFUSED if error.permanent else Result.FAILED
    to.count(to.channel.name, result)
    to.telemetry.log.warning(
        "notice not delivered",
        receiver=to.channel.name,
        notice=notice.id,
        result=result,
        problem=str(error),
    )


def _span(to: Receiver, notice: Notice) -> AbstractContextManager[Span]:
    """A trace of its own, linked to the decision's: a receiver may be back hours later."""
    return to.telemetry.span(
        f"notify {to.channel.name}",
        parent=(),
        links=[((names.TRACEPARENT, notice.traceparent.encode()),)],
        kind=SpanKind.CLIENT,
        attributes={
            names.HANDOFF_CHANNEL: to.channel.name,
            names.HANDOFF_ALERT_KEY: notice.alert.key,
            names.HANDOFF_REASON: notice.reason,
            names.HANDOFF_PROMISE_ID: notice.alert.promise.promise_id,
            names.HANDOFF_SUBJECT: notice.alert.promise.subject,
        },
    )
