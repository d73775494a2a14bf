"""Notices on their way to one receiver: in order for each alert, at least once, one bad receiver or
alert never in the way of others. Which step comes when is written in `handlers.py`.
"""

import threading
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from opentelemetry.trace import Span, SpanKind
from tenacity import Retrying, retry_if_exception, sleep_using_event, stop_after_attempt
from tenacity.wait import wait_base, wait_random_exponential

from services.alerts.domain.alert import Notice
from services.alerts.errors import DeliveryError
from services.shared import telemetry as names
from services.shared.clock import SECOND, Clock, Instant
from services.shared.telemetry import Telemetry

Step = Callable[[Sequence[Notice]], Sequence[Notice]]

NOTICES_AT_ONCE = 100
ATTEMPTS = 3
FAILURES_A_PASS = 3
REST_LIMIT = 30 * SECOND
"""An alert whose notice was not taken is tried again at the latest after this."""
RESTING_LIMIT = 1_000
CLAIM = 60 * SECOND
"""More than all attempts at one notice take; a claim of a process that died ends after it."""


class Result(StrEnum):
    """What became of one try to deliver a notice."""

    DELIVERED = "delivered"
    FAILED = "failed"
    REFUSED = "refused"


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

    def claim(self, notice: Notice, receiver: str, owner: str, now: Instant) -> bool:
        """False where another process sends it now, or it was settled meanwhile."""
        ...

    def settle(self, notice: Notice, receiver: str, problem: str = "") -> None:
        """The receiver has it, or will never take it for this `problem`."""
        ...


@dataclass(slots=True)
class Rest:
    """How often in a row the notices of an alert failed, and until when they are left alone."""

    failures: int
    until: Instant


@dataclass
class Receiver:
    """A channel, what waits for it, and which alerts it is given a rest from.

    `clock` is the wall's, whatever time the promises live in: delivery happens in this world.
    """

    channel: Channel
    store: NoticeStore
    owner: str
    clock: Clock
    telemetry: Telemetry
    count: Callable[[str, Result], None]
    stop: threading.Event
    wait: wait_base = field(default_factory=lambda: wait_random_exponential(0.2, max=2.0))
    resting: dict[str, Rest] = field(default_factory=dict)

    def waiting(self) -> Sequence[Notice]:
        now = self.clock.now()
        asleep = [key for key, rest in self.resting.items() if now < rest.until]
        return self.store.waiting(self.channel.name, NOTICES_AT_ONCE, asleep)


def oldest_of_each_alert(notices: Sequence[Notice]) -> Sequence[Notice]:
    """A later notice of an alert waits until the earlier one is settled."""
    oldest: dict[str, Notice] = {}
    for notice in notices:
        oldest.setdefault(notice.alert.key, notice)
    return tuple(oldest.values())


def sent(to: Receiver, notices: Sequence[Notice]) -> Sequence[Notice]:
    """Those that are settled. A few failures end the pass: the receiver may be away."""
    settled: list[Notice] = []
    failures = 0
    for notice in notices:
        if to.stop.is_set() or failures == FAILURES_A_PASS:
            break
        if not to.store.claim(notice, to.channel.name, to.owner, to.clock.now()):
            continue
        if _send(to, notice):
            settled.append(notice)
        else:
            failures += 1
    return settled


def _send(to: Receiver, notice: Notice) -> bool:
    """True where the notice is settled; its alert gets a rest before anything else goes wrong."""
    name = to.channel.name
    try:
        with _span(to, notice):
            _attempts(to)(to.channel.send, notice)
    except DeliveryError as error:
        _say(to, notice, error)
        if not error.permanent:
            _give_rest(to, notice.alert.key)
            return False
        to.store.settle(notice, name, str(error))
    except Exception:
        _give_rest(to, notice.alert.key)
        raise
    else:
        to.store.settle(notice, name)
        to.count(name, Result.DELIVERED)
    to.resting.pop(notice.alert.key, None)
    return True


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


def _attempts(to: Receiver) -> Retrying:
    return Retrying(
        stop=stop_after_attempt(ATTEMPTS),
        wait=to.wait,
        retry=retry_if_exception(_may_pass),
        sleep=sleep_using_event(to.stop),
        reraise=True,
    )


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, DeliveryError) and not error.permanent


def _give_rest(to: Receiver, key: str) -> None:
    failures = to.resting.pop(key).failures + 1 if key in to.resting else 1
    rest = min(SECOND << min(failures, 16), REST_LIMIT)
    to.resting[key] = Rest(failures, to.clock.now() + rest)
    while len(to.resting) > RESTING_LIMIT:
        to.resting.pop(next(iter(to.resting)))


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
