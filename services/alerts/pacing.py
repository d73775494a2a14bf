"""How often a receiver is tried: rests that grow, a probe while it is away, and its rate.

Time and chance are given; nothing here sends, waits or keeps anything beyond this process.
"""

from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from services.shared.clock import SECOND, Instant

FIRST_RETRY = SECOND // 5
RETRY_LIMIT = 60 * SECOND
PROBE_LIMIT = 30 * SECOND
"""A receiver that is back is found within this, and then gets all that waits."""
AWAY_AFTER = 3
"""So many posts failed, one after the other, and it is the receiver and not an alert."""
RESTING_LIMIT = 2_000
"""Alerts that rest; beyond it the oldest rests end early, each for all that failed together."""
MINUTE = 60 * SECOND


def backoff(failures: int, chance: float, limit: Instant = RETRY_LIMIT) -> Instant:
    """Exponential with full jitter: anything up to twice as long each time, by `chance` of [0, 1).

    The first is always the shortest, and none is shorter.
    """
    ceiling = min(FIRST_RETRY << min(failures - 1, 20), limit)
    return max(FIRST_RETRY, int(ceiling * chance))


@dataclass(slots=True)
class Rest:
    """How often in a row a post of these alerts failed, and until when they are left alone."""

    keys: Sequence[str]
    failures: int
    until: Instant


@dataclass(slots=True)
class Pace:
    """What one receiver is given time for; `per_minute` holds for any sixty seconds.

    What was posted together rests together, under the key of its first alert.
    """

    chance: Callable[[], float]
    per_minute: int | None = None
    failing_since: Instant | None = None
    _rests: dict[str, Rest] = field(default_factory=dict)
    _failing: set[str] = field(default_factory=set)
    _probes: int = 0
    _away_until: Instant = 0
    _tries: deque[Instant] = field(default_factory=deque)

    def open(self, now: Instant) -> bool:
        """Whether one more may be sent now."""
        if now < self._away_until:
            return False
        if self.per_minute is None:
            return True
        while self._tries and self._tries[0] <= now - MINUTE:
            self._tries.popleft()
        return len(self._tries) < self.per_minute

    @property
    def away(self) -> bool:
        """Whether it is only probed, until it takes something."""
        return self._probes > 0

    def asleep(self, now: Instant) -> Collection[str]:
        """The alerts that are left alone."""
        return [key for rest in self._rests.values() if now < rest.until for key in rest.keys]

    def failures(self, key: str) -> int:
        return self._rests[key].failures if key in self._rests else 0

    def trying(self, now: Instant) -> None:
        if self.per_minute is not None:
            self._tries.append(now)

    def failed(self, keys: Sequence[str], now: Instant, retry_after: Instant = 0) -> None:
        """The alerts get a rest; the receiver too if it asks for one, or takes nothing at all."""
        if self.failing_since is None:
            self.failing_since = now
        failures = self.failures(keys[0]) + 1
        self._rests.pop(keys[0], None)
        self._rests[keys[0]] = Rest(keys, failures, now + backoff(failures, self.chance()))
        while sum(len(rest.keys) for rest in self._rests.values()) > RESTING_LIMIT:
            self._rests.pop(next(iter(self._rests)))
        self._failing.add(keys[0])
        if self._probes or retry_after or len(self._failing) >= AWAY_AFTER:
            self._probes += 1
            rest = backoff(self._probes, self.chance(), PROBE_LIMIT)
            self._away_until = now + max(rest, retry_after)

    def taken(self, key: str) -> None:
        """The receiver is there; if it was away, nothing rests on its account any more."""
        self._rests.pop(key, None)
        if self._probes:
            self._rests.clear()
        self._failing.clear()
        self._probes, self._away_until, self.failing_since = 0, 0, None

    def passed_over(self, key: str) -> None:
        """What had a rest is somebody else's now; of the receiver that says nothing."""
        self._rests.pop(key, None)
