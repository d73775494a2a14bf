"""Which numbers of a source no record in Kafka has: each source counts up what it tells."""

from array import array
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from services.shared.clock import Instant

SCATTERED = 16
"""Where numbers span this many times as many as there are, their source does not count up."""

Source = tuple[str, str]
"""A party and the name of one of its sources."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers of a source that no record has."""

    party: str
    source: str
    missing: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Given:
    """What an outbox says of its numbers: the next one, and those of rows that still wait."""

    following: int
    waiting: Collection[int] = ()


class Numbers:
    """The numbers that the records of each source have, and when these arrived."""

    def __init__(self) -> None:
        self._numbers: defaultdict[Source, array[int]] = defaultdict(_array)
        self._arrived: defaultdict[Source, array[int]] = defaultdict(_array)

    def hear(self, source: Source, number: int, arrived_at: Instant) -> None:
        if number > 0:  # a source that does not count leaves it out
            self._numbers[source].append(number)
            self._arrived[source].append(arrived_at)

    def gaps(
        self, given: Mapping[Source, Given], whole_from: Mapping[str, Instant], until: Instant
    ) -> Iterator[Gap]:
        """Of what came since Kafka holds a party's events whole.

        A source that is not `given` may just be publishing: of it counts what arrived before
        `until`.
        """
        for source, numbers in sorted(self._numbers.items()):
            whole, outbox = whole_from.get(source[0], 0), given.get(source)
            arrived = self._arrived[source]
            placed = zip(numbers, arrived, strict=True)
            gone = max((number for number, at in placed if at < whole), default=0)
            if outbox:
                found = missing(numbers + array("q", outbox.waiting), gone + 1, outbox.following)
            else:
                placed = zip(numbers, arrived, strict=True)
                kept = array("q", (n for n, at in placed if n > gone and at < until))
                found = missing(kept, min(kept, default=0), max(kept, default=0) + 1)
            if found:
                yield Gap(*source, *found)


def _array() -> "array[int]":
    return array("q")


def missing(numbers: Collection[int], first: int, following: int) -> tuple[int, int, int] | None:
    """How many from `first` to before `following` are not there, the first and the last of them."""
    if not 0 < following - first <= SCATTERED * len(numbers):
        return None
    seen = bytearray(following - first)
    for number in numbers:
        if first <= number < following:
            seen[number - first] = 1
    if 0 not in seen:
        return None
    return seen.count(0), first + seen.index(0), first + seen.rindex(0)
