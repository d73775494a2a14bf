"""Tells again what stands, for a receiver that forgets: Alertmanager has no alerts after a restart.

Notices stay what they are, told once each. This comes beside them, over the same channel and at the
same pace, and may fail: the next round tells the same anew.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from opentelemetry.trace import SpanKind

from services.alerts.channels.alertmanager import TOLD_EVERY
from services.alerts.domain.again import TOLD_AGAIN, again, heard_by
from services.alerts.domain.alert import Alert, urgency
from services.alerts.domain.posts import Post, halves
from services.alerts.domain.requests import Query
from services.alerts.errors import DeliveryError
from services.alerts.pacing import PROBE_LIMIT
from services.alerts.receiver import Receiver, Result
from services.alerts.receivers_file import ReceiversFile
from services.alerts.rounds import nothing
from services.shared import telemetry as names
from services.shared.clock import Clock, Instant

ALERTS_A_POST = 50
"""As many as one post has room for, unless their texts are very long."""
REST = "told again"
"""What has a rest at the receiver's pace where this fails; no alert has such a key."""


class StandingAlerts(Protocol):
    """Where alerts are looked up."""

    def find(self, query: Query) -> Sequence[Alert]: ...

    def get(self, key: str) -> Alert | None: ...

    def passed_on(self, keys: Collection[str], receiver: str) -> Collection[str]: ...


def resending(
    to: Receiver, file: ReceiversFile, alerts: StandingAlerts, clock: Clock
) -> Callable[[], None]:
    """What a receiver has beside its notices: nothing, where it does not forget."""
    name = to.channel.name
    if not any(each.name == name and each.kind == "alertmanager" for each in file.receivers):
        return nothing
    before = [each.name for each in file.receivers if each.fallback == name]
    return Resending(to, before, TOLD_EVERY, alerts, clock).look


@dataclass
class Resending:
    """The rounds of one receiver, `every` so often by the wall; `clock` is the promises'.

    `before` are those who fall back on it: what they did not take, it heard instead. What stood in
    one round and is over in the next is told as over once more, so that a round which met the end
    on its way does not outlive it.
    """

    to: Receiver
    before: Sequence[str]
    every: Instant
    alerts: StandingAlerts
    clock: Clock
    _due_at: Instant = field(default=0, init=False)
    _round: Iterator[Post] | None = field(default=None, init=False)
    _parts: deque[Post] = field(default_factory=deque, init=False)
    _stood: set[str] = field(default_factory=set, init=False)

    def look(self) -> None:
        """One post of the round that is due, if the receiver may have it now: notices wait for no
        more than that.
        """
        now = self.to.clock.now()
        if self._round is None and now >= self._due_at:
            self._due_at = now + self.every
            self._round = self._posts()
        if self._round is None or not self.to.pace.open(now):
            return
        post = self._parts.popleft() if self._parts else next(self._round, None)
        if post is None:
            self._round = None
        else:
            self._send(post, now)

    def _posts(self) -> Iterator[Post]:
        """Each is read when it is sent, never before."""
        standing: set[str] = set()
        for page in self._pages():
            told = heard_by(self.to.channel.name, page, self._passed_on(page))
            standing |= {alert.key for alert in told}
            self._stood |= standing
            yield from self._in_posts(told)
        gone = [self.alerts.get(key) for key in sorted(self._stood - standing)]
        yield from self._in_posts([alert for alert in gone if alert and alert.end])
        self._stood = standing

    def _pages(self) -> Iterator[Sequence[Alert]]:
        query = Query(states=TOLD_AGAIN, limit=ALERTS_A_POST)
        while page := self.alerts.find(query):
            yield page
            query = replace(query, after=urgency(page[-1]))

    def _passed_on(self, page: Sequence[Alert]) -> Collection[str]:
        keys = [alert.key for alert in page]
        return {key for name in self.before for key in self.alerts.passed_on(keys, name)}

    def _in_posts(self, alerts: Sequence[Alert]) -> Iterator[Post]:
        now = self.clock.now()
        for start in range(0, len(alerts), ALERTS_A_POST):
            yield Post(tuple(again(each, now) for each in alerts[start : start + ALERTS_A_POST]))

    def _send(self, post: Post, now: Instant) -> None:
        """Where the receiver is away the round ends, and another begins when it may be back."""
        pace, name = self.to.pace, self.to.channel.name
        pace.trying(now)
        about: Mapping[str, str | int] = {
            names.HANDOFF_CHANNEL: name,
            names.HANDOFF_NOTICES: len(post.notices),
        }
        try:
            with self.to.telemetry.span(
                f"tell again {name}", parent=(), kind=SpanKind.CLIENT, attributes=about
            ):
                self.to.channel.send(post)
        except DeliveryError as error:
            if error.in_parts and len(post.notices) > 1:
                self._parts.extend(halves(post))
            else:
                self._not_taken(post, now, error)
        else:
            pace.taken(REST)
            self._count(post, Result.TOLD_AGAIN)

    def _not_taken(self, post: Post, now: Instant, error: DeliveryError) -> None:
        self._count(post, Result.REFUSED if error.permanent else Result.FAILED)
        self.to.telemetry.log.warning(
            "alerts not told again",
            receiver=self.to.channel.name,
            alerts=len(post.notices),
            problem=str(error),
        )
        if error.permanent:
            self.to.pace.taken(REST)
            return
        self.to.pace.failed((REST,), now, error.retry_after)
        self._due_at = now + max(PROBE_LIMIT, error.retry_after)
        self._round = None
        self._parts.clear()

    def _count(self, post: Post, result: Result) -> None:
        for _ in post.notices:
            self.to.count(self.to.channel.name, result)
