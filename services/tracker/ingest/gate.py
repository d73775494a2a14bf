"""A partition in a tracker's care: which records continue it, and up to when it is caught up.

Pure: who reads Kafka and who asks it is not known here.
"""

from asyncio import Task
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from services.shared.clock import Instant
from services.tracker.core.table import LOOKS_LIMIT
from services.tracker.handlers import Partition


class _Placed(Protocol):
    @property
    def offset(self) -> int: ...


Record = TypeVar("Record", bound=_Placed)


@dataclass(slots=True)
class Held:
    """A partition in our care, with what it has yet to reach to be caught up at `asked_at`.

    `folded` records and what time has `concluded` wait for the next commit; it waits itself since
    `waits_since_s` by the event loop's time. `storing` is the last one on its way. `trusted` are
    the topics of which everything that comes was read from where we are.
    """

    partition: Partition
    caught_up_at: Instant = 0
    asked_at: Instant = 0
    ends: Mapping[str, int] | None = None
    waits_since_s: float = 0.0
    folded: int = 0
    concluded: int = 0
    storing: "Task[None] | None" = None
    trusted: set[str] = field(default_factory=set)

    def asked(self, at: Instant, ends: Mapping[str, int]) -> None:
        """The topics ended there; `at` is a moment before the question."""
        self.asked_at, self.ends = at, ends

    def caught_up(self) -> None:
        """Take over the moment of the question once everything that was there is folded."""
        if self.ends is not None and all(
            self.partition.positions.get(topic, 0) >= end for topic, end in self.ends.items()
        ):
            self.caught_up_at, self.ends = self.asked_at, None

    def continuing(self, topic: str, records: Iterable[Record]) -> list[Record] | None:
        """The records that continue the stored position; those before it were folded already.

        None where the first ones lie beyond it: they were fetched before the seek. Seek again, to
        `position`: a gap that is still there then is the log's own.
        """
        position = self.position(topic)
        ahead = [record for record in records if record.offset >= position]
        if not ahead:
            return []
        if topic not in self.trusted:
            self.trusted.add(topic)
            if ahead[0].offset > position:
                return None
        return ahead

    @property
    def room(self) -> int:
        """So much may be concluded before the next commit."""
        return max(LOOKS_LIMIT - self.concluded, 0)

    def position(self, topic: str) -> int:
        """The offset to read next."""
        return self.partition.positions.get(topic, 0)
