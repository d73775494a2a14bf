"""What every importer gives: the events of a data set in order of time, made as they are asked for.

The same data gives the same events with the same ids, however often and wherever it is read.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple, Self

from services.shared.clock import Instant
from services.shared.events.envelope import Envelope

RANK_LIMIT = 16

Told = tuple[Envelope, Hashable]
"""An event and its envelope; the envelope's body is empty until somebody has to send it."""


class Moment(NamedTuple):
    """One event that is not made yet; `rank` and `about` order what happened at the same time."""

    at: Instant
    rank: int
    about: str
    tell: Callable[[], Told]


@dataclass(frozen=True, slots=True)
class History:
    """Moments in order of time, and the files that they were read from."""

    moments: tuple[Moment, ...]
    files: tuple[Path, ...] = ()

    @classmethod
    def of(cls, moments: Iterable[Moment], files: Iterable[Path] = ()) -> Self:
        return cls(tuple(sorted(moments, key=itemgetter(0, 1, 2))), tuple(files))

    def __len__(self) -> int:
        return len(self.moments)

    def __iter__(self) -> Iterator[Told]:
        return (moment.tell() for moment in self.moments)

    @property
    def ends_at(self) -> Instant | None:
        """When the last event happened; None when there is none."""
        return self.moments[-1].at if self.moments else None

    def until(self, at: Instant) -> "History":
        """What was known at this moment, an event of the moment itself included."""
        known = bisect_right(self.moments, at, key=itemgetter(0))
        return History(self.moments[:known], self.files)


def event_id(at: Instant, rank: int, *said: str) -> bytes:
    """A UUIDv7 of the event's own time whose random bits are a hash of what was said.

    Within a millisecond the ids sort by `rank`, 0 to 15.
    """
    assert 0 <= rank < RANK_LIMIT
    digest = hashlib.sha256("\x00".join(said).encode()).digest()
    version_and_variant = bytes((0x70 | rank, digest[0], 0x80 | digest[1] & 0x3F))
    return (at // 1_000).to_bytes(6, "big") + version_and_variant + digest[2:9]
