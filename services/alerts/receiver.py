"""A receiver as delivery sees it: a channel, a queue, and how fast it may have what waits there.

What happens to notices on their way to it is in `delivery.py`.
"""

import random
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from services.alerts.domain.alert import NEVER, Notice
from services.alerts.domain.hours import Hours
from services.alerts.domain.posts import Group, Post
from services.alerts.pacing import Pace
from services.shared.clock import SECOND, Clock, Instant
from services.shared.telemetry import Telemetry

NOTICES_AT_ONCE = 1_000
POSTS_AT_ONCE = 100
"""What one pass looks at: enough for full posts, and no more than it can send."""
GROUPS_LIMIT = 1_000
"""Of so many it is known when a receiver was told of them last."""
CLAIM = 60 * SECOND
"""More than one try takes; a claim of a process that died ends after it."""


class Result(StrEnum):
    """What became of a notice, or of one try to deliver it with others or alone."""

    DELIVERED = "delivered"
    FAILED = "failed"
    REFUSED = "refused"
    PASSED_ON = "passed_on"
    """The fallback has it now."""
    COLLAPSED = "collapsed"
    """It was over before the receiver heard of it, so nothing was sent."""
    TOLD_AGAIN = "told_again"
    """It stands, and a receiver that forgets has it once more."""
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

    def waiting(
        self, receiver: str, limit: int, without: Collection[str], *, only_pages: bool = False
    ) -> Sequence[Notice]:
        """The oldest first, those of an alert in order; none of the alerts named in `without`, and
        with `only_pages` all of those of which a page waits.

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
    """What the receivers file says of a receiver's queue; an empty `fallback` is none.

    Outside of its `hours` it only has the alerts of which a page waits, each from what waits first.
    """

    per_minute: int | None = None
    collapse: bool = False
    fallback: str = ""
    hours: Hours | None = None

    def only_pages(self, now: Instant) -> bool:
        return self.hours is not None and not self.hours.open(now)


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
    _told: dict[Group, Instant] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.pace = Pace(self.chance, self.policy.per_minute)

    def told_at(self, group: Group) -> Instant:
        """When this process told it of the group last; before all time where it never did."""
        return self._told.get(group, -NEVER)

    def tell(self, group: Group, now: Instant) -> None:
        """Groups that were told of longest ago are forgotten."""
        self._told.pop(group, None)
        self._told[group] = now
        if len(self._told) > GROUPS_LIMIT:
            del self._told[next(iter(self._told))]

    def waiting(self) -> Sequence[Notice]:
        now = self.clock.now()
        if not self.pace.open(now):
            return ()
        limit = min(NOTICES_AT_ONCE, POSTS_AT_ONCE * self.channel.alerts_a_post)
        asleep, only_pages = self.pace.asleep(now), self.policy.only_pages(now)
        return self.store.waiting(self.channel.name, limit, asleep, only_pages=only_pages)
