"""What Kafka holds of each source and hour: how many events, however often each of them lies there.

A record takes 8 bytes here, whatever its event says.
"""

from array import array
from collections import defaultdict
from dataclasses import dataclass, field
from enum import Enum, auto

from services.shared.source_hours import SourceHour


class Standing(Enum):
    """What the tracker has made of a record."""

    TAKEN = auto()
    REFUSED = auto()
    UNREAD = auto()


@dataclass(frozen=True, slots=True)
class Held:
    """One hour of a source in Kafka.

    The tracker has read `records`, of which `refusals` are dead letters. The events are those that
    it took, those that it only refused (`dead`), and those that it has not read yet. `later` of
    them were written after the outbox was counted.
    """

    records: int = 0
    refusals: int = 0
    taken: int = 0
    dead: int = 0
    unread: int = 0
    later: int = 0

    @property
    def events(self) -> int:
        return self.taken + self.dead + self.unread


def _numbers() -> "array[int]":
    return array("q")


@dataclass(slots=True)
class _Pile:
    taken: "array[int]" = field(default_factory=_numbers)
    refused: "array[int]" = field(default_factory=_numbers)
    unread: "array[int]" = field(default_factory=_numbers)
    later: "array[int]" = field(default_factory=_numbers)

    def held(self) -> Held:
        taken, refused = set(self.taken), set(self.refused)
        dead = refused - taken
        unread = set(self.unread) - taken - dead
        return Held(
            records=len(self.taken) + len(self.refused),
            refusals=len(self.refused),
            taken=len(taken),
            dead=len(dead),
            unread=len(unread),
            later=len(set(self.later)),
        )


class Holdings:
    """Told of each record once; `event` is the same number for each record of an event."""

    def __init__(self) -> None:
        self._piles: defaultdict[SourceHour, _Pile] = defaultdict(_Pile)

    def hear(self, of: SourceHour, event: int, standing: Standing, *, later: bool) -> None:
        pile = self._piles[of]
        match standing:
            case Standing.TAKEN:
                pile.taken.append(event)
            case Standing.REFUSED:
                pile.refused.append(event)
            case Standing.UNREAD:
                pile.unread.append(event)
        if later:
            pile.later.append(event)

    def held(self) -> dict[SourceHour, Held]:
        return {of: pile.held() for of, pile in self._piles.items()}
