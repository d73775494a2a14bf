"""Waiting until a storm is over: everything written is folded, concluded, stored and published."""

from collections.abc import Callable
from dataclasses import dataclass

from kafka.errors import KafkaError
from pymongo.errors import PyMongoError

from services.shared.bus import SubscribeError
from services.shared.clock import SECOND, Instant, WallClock
from tests.storm.fleet import Fleet
from tests.storm.gathering import Tables, Topics
from tests.storm.nemesis import Nemesis
from tests.storm.writers import Writers

DEADLINE_S = 60.0
BEAT_MARGIN = 4 * SECOND
"""After the last deadline: the commit margin, and heartbeats that name a moment beyond it."""
CLOCK = WallClock()


@dataclass(frozen=True, slots=True)
class Draining:
    """`nemesis` does nothing any more but to start again what ends."""

    nemesis: Nemesis
    fleet: Fleet
    writers: Writers
    topics: Topics
    tables: Tables

    def until_over(self, last_due: Instant) -> list[str]:
        """What had not come to its end in time; nothing, if all is well."""
        over = [
            ("the broker to take everything", lambda: self.writers.done),
            ("the last deadline", lambda: CLOCK.now() > last_due + BEAT_MARGIN),
            ("all trackers to be at work", self.fleet.ready),
        ]
        waiting = [what for what, question in over if not self._until(question)]
        asked_at, ends = CLOCK.now(), self._ends()
        last = [
            ("everything to be folded", lambda: self._folded(ends, asked_at)),
            ("every verdict to be published", lambda: self.tables.waiting() == 0),
        ]
        return waiting + [what for what, question in last if not self._until(question)]

    def _ends(self) -> dict[tuple[str, int], int]:
        found: dict[tuple[str, int], int] = {}

        def look() -> bool:
            found.update(self.topics.ends())
            return bool(found)

        assert self._until(look), "Kafka answers"
        return found

    def _folded(self, ends: dict[tuple[str, int], int], asked_at: Instant) -> bool:
        rows = {row["_id"]: row for row in self.tables.partitions()}
        return all(
            rows[number]["positions"].get(topic, 0) >= end for (topic, number), end in ends.items()
        ) and all(row.get("caught_up_at", 0) >= asked_at for row in rows.values())

    def _until(self, question: Callable[[], bool]) -> bool:
        """Whether it became so in time; who cannot be asked has not said yes."""
        give_up_at = CLOCK.now() + int(DEADLINE_S * SECOND)
        while CLOCK.now() < give_up_at:
            try:
                if question():
                    return True
            except (PyMongoError, SubscribeError, KafkaError):
                pass
            self.nemesis.wait(0.1)
        return False
