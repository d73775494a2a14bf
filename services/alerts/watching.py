"""Looks at handoff itself, tells those who run it what is wrong, and says outside that it lives.

The ping goes to somebody who misses it: a service that calls people where none came for a while.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

import httpx

from services.alerts.domain.burning import WINDOWS_S, alarm_of, burning
from services.alerts.domain.promise import Condition, Resolution, Word
from services.alerts.domain.schedules.on_call import nobody_on_call
from services.alerts.domain.schedules.schedule import Schedule
from services.alerts.domain.sight import (
    LETTERS_WITHIN,
    REFUSED_WITHIN,
    AttainmentSeen,
    GapSeen,
    PartitionSeen,
    Sight,
    SkewSeen,
)
from services.alerts.domain.troubles import (
    DEADLY,
    GAP_WITHIN,
    Trouble,
    as_finding,
    is_own,
    troubles,
    was_looked_at,
)
from services.alerts.errors import LedgerUnreachable
from services.alerts.handlers import Desk, hear
from services.alerts.rounds import TRANSIENT, TROUBLE_WAIT_S
from services.shared.bus import SubscribeError
from services.shared.clock import SECOND, Clock, Instant, iso
from services.shared.health import Health
from services.shared.telemetry import Telemetry

LOOK_EVERY_S = 20.0
ATTAINED_EVERY = 60 * SECOND
PING_EVERY = 60 * SECOND
PING_TIMEOUT_S = 10.0


class Progress(Protocol):
    """How far the tracker has come; raises LedgerUnreachable."""

    def progress(self) -> tuple[Sequence[PartitionSeen], Sequence[SkewSeen]]: ...

    def attainments(self, windows_s: Sequence[int]) -> Sequence[AttainmentSeen]: ...


class Letters(Protocol):
    """The dead letters; raises SubscribeError."""

    def newer_than(self, at: Instant) -> int: ...


class Queues(Protocol):
    """What waits for receivers, and what they refused; both by receiver."""

    def failing(self) -> Mapping[str, Instant]: ...

    def refused(self, since: Instant) -> Mapping[str, int]: ...


@dataclass
class Eyes:
    """What is looked at: everything that may fail without anybody hearing of it."""

    tracker: Progress
    letters: Letters
    queues: Queues
    parties: Sequence[str]
    schedules: Callable[[], Mapping[str, Schedule]] = dict
    _since: Instant | None = field(default=None, init=False)
    _answered_at: Instant = field(default=0, init=False)
    _letters: int | None = field(default=None, init=False)
    _attainments: tuple[AttainmentSeen, ...] | None = field(default=None, init=False)
    _attained_at: Instant = field(default=0, init=False)

    def look(self, now: Instant) -> Sight:
        """Whoever does not answer is seen as such; dead letters then are as many as before."""
        if self._since is None:
            self._since = self._answered_at = now
        seen: Sequence[PartitionSeen] = ()
        skews: Sequence[SkewSeen] = ()
        unanswered_since: Instant | None = None
        try:
            seen, skews = self.tracker.progress()
            self._answered_at = now
        except LedgerUnreachable:
            unanswered_since = self._answered_at
        with suppress(SubscribeError):  # that Kafka is away shows in how far the tracker is
            self._letters = self.letters.newer_than(now - LETTERS_WITHIN)
        return Sight(
            now=now,
            since=self._since,
            parties=self.parties,
            unanswered_since=unanswered_since,
            partitions=tuple(seen),
            skews=tuple(skews),
            letters=self._letters,
            failing=self.queues.failing(),
            refused=self.queues.refused(now - REFUSED_WITHIN),
            gaps=tuple(_gaps(self.schedules().values(), now)),
            attainments=self._attained(now),
        )

    def _attained(self, now: Instant) -> tuple[AttainmentSeen, ...] | None:
        """Asked once a minute, for three days have to be counted up; a tracker that does not
        answer, or does not know the question yet, is believed what it said last.
        """
        if now - self._attained_at >= ATTAINED_EVERY:
            with suppress(LedgerUnreachable):
                self._attainments = tuple(self.tracker.attainments(WINDOWS_S))
                self._attained_at = now
        return self._attainments


def _gaps(schedules: Iterable[Schedule], now: Instant) -> Iterable[GapSeen]:
    for schedule in schedules:
        if gap := nobody_on_call(schedule, now, GAP_WITHIN):
            yield GapSeen(schedule.name, gap.starts_at, gap.ends_at)


def tell(sight: Sight, desk: Desk) -> tuple[Trouble, ...]:
    """Alerts of what is wrong and of objectives that are being missed, once each, and their end
    where it is over; gives all that is wrong with handoff itself.
    """
    stands = {each for each in desk.store.standing() if is_own(each)}
    found = troubles(sight, stands)
    missed = sight.attainments
    findings = [as_finding(each) for each in found]
    findings += burning(missed or (), stands, sight.now)
    for finding in findings:
        if finding.promise_id not in stands:
            word = Word(finding, sight.now, Condition.FOUND, decided_at=sight.now)
            hear(word, desk, sight.now)
    over = stands - {each.promise_id for each in findings}
    over = {each for each in over if was_looked_at(each, sight)}
    if missed is None:  # of objectives nothing is known yet
        over = {each for each in over if not alarm_of(each)}
    for history in desk.store.histories(over).values():
        for alert in history.open_alerts():
            ended = Word(alert.promise, sight.now, Resolution.CLEARED, decided_at=sight.now)
            hear(ended, desk, sight.now)
    return found


@dataclass
class Watch:
    """Looks every few seconds by the wall's clock; pings while it sees nothing deadly."""

    desk: Desk
    eyes: Eyes
    clock: Clock
    ping: Callable[[Instant], None] | None
    health: Health
    telemetry: Telemetry
    _pinged_at: Instant = field(default=0, init=False)

    def run(self, stop: threading.Event) -> None:
        while not stop.wait(LOOK_EVERY_S):
            try:
                self.look()
            except TRANSIENT as error:
                self.health.report("watch", f"Cannot read the alerts: {error}")
                stop.wait(TROUBLE_WAIT_S)
            else:
                self.health.report("watch", None)

    def look(self) -> None:
        now = self.clock.now()
        sight = self.eyes.look(now)
        deadly = any(each.slug in DEADLY for each in tell(sight, self.desk))
        lives = self.health.ready and sight.unanswered_since is None and not deadly
        if self.ping and lives and now - self._pinged_at >= PING_EVERY:
            self._pinged_at = now
            self._try_ping(now)

    def _try_ping(self, now: Instant) -> None:
        assert self.ping
        try:
            self.ping(now)
        except httpx.HTTPError as error:
            self.telemetry.log.warning("watchdog not pinged", problem=type(error).__name__)


def pinging(client: httpx.Client, url: str) -> Callable[[Instant], None]:
    """POSTs to `url` that we live; raises HTTPError where nobody heard it."""

    def ping(now: Instant) -> None:
        body = {"service": "handoff", "says": "alive", "at": iso(now)}
        client.post(url, json=body, timeout=PING_TIMEOUT_S).raise_for_status()

    return ping
