"""Partitions that are far behind are read one after the other, each for as long as a commit takes.

What a commit writes of a subject it writes once, however often the subject changed. Of a partition
that is read alone more changes fall into one commit: of four partitions that catch up together each
subject is written half as often.
"""

from collections.abc import Collection, Iterable, Mapping, Set

from aiokafka import TopicPartition

from services.shared.clock import SECOND, Instant
from services.tracker.ingest.committing import COMMIT_EVERY_S
from services.tracker.ingest.gate import Held

FAR_BEHIND = 10 * SECOND
"""Nobody notices a few seconds more then. Whatever is nearer is read all the time."""


class Turns:
    """Whose turn it is, and since when."""

    def __init__(self) -> None:
        self._whose = -1
        self._since_s = 0.0

    def waiting(
        self,
        behind: Iterable[TopicPartition],
        held: Mapping[int, Held],
        now: Instant,
        running_s: float,
    ) -> Set[int]:
        """The numbers of those that are not to be read now: they are far behind, and not in turn.

        `behind` has something to read; `running_s` is the event loop's time. The wait for the next
        commit begins with the turn.
        """
        numbers = {place.partition for place in behind}
        far = {each for each in numbers if now - held[each].caught_up_at >= FAR_BEHIND}
        if far and (self._whose not in far or running_s - self._since_s >= COMMIT_EVERY_S):
            self._whose = _after(self._whose, far)
            self._since_s = held[self._whose].waits_since_s = running_s
        return far - {self._whose}


def _after(number: int, others: Collection[int]) -> int:
    return min((each for each in others if each > number), default=min(others))
