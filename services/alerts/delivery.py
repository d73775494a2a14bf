"""Notices on their way to one receiver: in order for each alert, at least once, one bad receiver or
alert never in the way of others. The first of a group goes out at once; what comes while a post is
under way, or while the receiver must be waited for, goes together. Which step comes when is written
in `handlers.py`.
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
from services.alerts.domain.posts import Post, halves
from services.alerts.errors import DeliveryError
from services.alerts.pacing import Pace
from services.shared import telemetry as names
from services.shared.clock import SECOND, Clock, Instant
from services.shared.telemetry import Telemetry

NOTICES_AT_ONCE = 1_000
POSTS_AT_ONCE = 100
"""What one pass looks at: enough for full posts, and no more than it can send."""
TRIES_TOGETHER = 3
CLAIM = 60 * SECOND
"""More than one try takes; a claim of a process that died ends after it."""
GIVE_UP_AFTER = 86_400 * SECOND
"""What a receiver has not taken for so long goes to its fallback, if it has one."""


class Result(StrEnum):
    """What became of a notice, or of one try to deliver it with others or alone."""

    DELIVERED = "delivered"
    FAILED = "failed"
    REFUSED = "refused"
    PASSED_ON = "passed_on"
    """The fallback has it now."""
    COLLAPSED = "collapsed"
    """It was over before the receiver heard of it, so nothing was sent."""
    DIVIDED = "divided"
    """The post was not taken as one; the notice goes in one of its halves."""


class Channel(Protocol):
    """One way to a receiver."""

    @property
    def name(self) -> str: ...

    @property
    def alerts_a_post(self) -> int:
        """How many notices one post may hold."""
        ...

    def send(self, post: Post) -> str:
        """What the receiver answered, in a few words; raises DeliveryError."""
        ...


class NoticeStore(Protocol):
    """The notices that wait; each was written together with its alert."""

    def waiting(self, receiver: str, limit: int, without: Collection[str]) -> Sequence[Notice]:
        """The oldest first, those of an alert in order; none of the alerts named in `without`.

        Each says in which post this receiver was told of it, if it was.
        """
        ...

    def claim(self, post: Post, receiver: str, owner: str, now: Instant) -> Instant | None:
        """Since when any of it is tried, and from now on as this post; None where another process
        tries any of it, or any was settled meanwhile.
        """
        ...

    def settle(
        self, notices: Sequence[Notice], receiver: str, problem: str = "", fallback: str = ""
    ) -> None:
        """The receiver has them, or never will for this `problem`; `fallback` gets them too."""
        ...

    def passed_on(self, keys: Collection[str], receiver: str) -> Collection[str]:
        """Of which of these alerts a notice was settled with a problem."""
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
        limit = min(NOTICES_AT_ONCE, POSTS_AT_ONCE * self.channel.alerts_a_post)
        return self.store.waiting(self.channel.name, limit, self.pace.asleep(now))


def oldest_of_each_alert(notices: Sequence[Notice]) -> Sequence[Notice]:
    """A later notice of an alert waits until the earlier one is settled."""
    oldest: dict[str, Notice] = {}
    for notice in notices:
        oldest.setdefault(notice.alert.key, notice)
    return tuple(oldest.values())


def least_failed_first(to: Receiver, posts: Sequence[Post]) -> Sequence[Post]:
    """What is never taken must not be what a receiver's return is measured by."""
    return sorted(posts, key=lambda post: to.pace.failures(post.keys[0]))


def sent(to: Receiver, posts: Sequence[Post]) -> Sequence[Notice]:
    """Those that are settled. Where the receiver is away or has had its rate, the others wait."""
    settled: list[Notice] = []
    for post in posts:
        now = to.clock.now()
        if to.stop.is_set() or not to.pace.open(now):
            break
        since = to.store.claim(post, to.channel.name, to.owner, now)
        if since is not None and _send(to, post, since):
            settled += post.notices
    return settled


def _send(to: Receiver, post: Post, since: Instant) -> bool:
    """True where the post is settled; its alerts get a rest before anything else goes wrong."""
    now = to.clock.now()
    to.pace.trying(now)
    try:
        with _span(to, post):
            to.channel.send(post)
    except DeliveryError as error:
        return _not_taken(to, post, since, error)
    except Exception:
        to.pace.failed(post.keys, now)
        raise
    _settle(to, post)
    to.pace.taken(post.keys[0])
    return True


def _settle(to: Receiver, post: Post) -> None:
    """Where the fallback was told that an alert began, it is told that it is over."""
    name, fallback = to.channel.name, to.policy.fallback
    heard: Collection[str] = ()
    if fallback and post.group.over:
        heard = to.store.passed_on(post.keys, name)
    for of, beside in ((set(post.keys) - set(heard), ""), (heard, fallback)):
        if notices := [each for each in post.notices if each.alert.key in of]:
            to.store.settle(notices, name, fallback=beside)
    _count(to, post, Result.DELIVERED)


def _not_taken(to: Receiver, post: Post, since: Instant, error: DeliveryError) -> bool:
    name, now, fallback = to.channel.name, to.clock.now(), to.policy.fallback
    if _goes_in_parts(to, post, error):
        return _divide(to, post, error)
    _say(to, post, error, Result.REFUSED if error.permanent else Result.FAILED)
    if error.permanent:
        to.pace.taken(post.keys[0])
    else:
        began = min(since, since if to.pace.failing_since is None else to.pace.failing_since)
        if not fallback or now - began < GIVE_UP_AFTER:
            to.pace.failed(post.keys, now, error.retry_after)
            return False
        to.pace.passed_over(post.keys[0])
    to.store.settle(post.notices, name, str(error), fallback)
    if fallback:
        _count(to, post, Result.PASSED_ON)
    return True


def _goes_in_parts(to: Receiver, post: Post, error: DeliveryError) -> bool:
    """Where the receiver is there and this post alone keeps failing, one alert of it may be why."""
    if len(post.notices) == 1:
        return False
    if error.permanent:
        return error.in_parts
    tries = to.pace.failures(post.keys[0]) + 1
    return tries >= TRIES_TOGETHER and not to.pace.away and not error.retry_after


def _divide(to: Receiver, post: Post, error: DeliveryError) -> bool:
    """Each half is a post of its own from now on, so that what is never taken ends up alone."""
    _say(to, post, error, Result.DIVIDED)
    to.pace.passed_over(post.keys[0])
    for half in halves(post):
        to.store.claim(half, to.channel.name, to.owner, to.clock.now())
    return False


def _count(to: Receiver, post: Post, result: Result) -> None:
    for _ in post.notices:
        to.count(to.channel.name, result)


def _say(to: Receiver, post: Post, error: DeliveryError, result: Result) -> None:
    _count(to, post, result)
    to.telemetry.log.warning(
        "post not delivered",
        receiver=to.channel.name,
        post=post.id,
        notices=len(post.notices),
        result=result,
        problem=str(error),
    )


def _span(to: Receiver, post: Post) -> AbstractContextManager[Span]:
    """A trace of its own, linked to the decisions': a receiver may be back hours later."""
    first = post.first
    return to.telemetry.span(
        f"notify {to.channel.name}",
        parent=(),
        links=[((names.TRACEPARENT, each.traceparent.encode()),) for each in post.notices],
        kind=SpanKind.CLIENT,
        attributes={
            names.HANDOFF_CHANNEL: to.channel.name,
            names.HANDOFF_NOTICES: len(post.notices),
            names.HANDOFF_ALERT_KEY: first.alert.key,
            names.HANDOFF_REASON: first.reason,
            names.HANDOFF_PROMISE_ID: first.alert.promise.promise_id,
            names.HANDOFF_SUBJECT: first.alert.promise.subject,
        },
    )
