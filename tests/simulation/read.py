"""What one partition's commits have read of the log, and what follows from it: I1, I9 and I10."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from services.shared.errors import InvalidEvent
from services.shared.subjects import DEAD_LETTERS_TOPIC
from services.tracker.core.agreement_set import AgreementSet
from services.tracker.core.subject import Event
from services.tracker.exchange import Told
from tests.simulation.events import HOME
from tests.simulation.log import Log
from tests.simulation.model import Truth, truths
from tests.simulation.violations import Violation
from tests.tracking import Written


@dataclass(slots=True)
class Read:
    """A partition up to `positions`: the distinct events by subject, and the truth about them."""

    number: int
    log: Log
    sets: Sequence[AgreementSet]
    epoch: int = 0
    seq: int = 0
    positions: dict[str, int] = field(default_factory=dict)
    events: dict[str, dict[bytes, Event]] = field(default_factory=dict)
    promises: dict[str, dict[str, Truth]] = field(default_factory=dict)

    def commit(self, written: Written) -> Iterator[Violation]:
        """Take in what one commit has read, and hold what it wrote against it."""
        yield from self._in_order(written)
        letters, touched = set(), set()
        for topic, end in written.commit.progress["positions"].items():
            places = self.log.places[topic, self.number]
            for told in places[self.positions.get(topic, 0) : end]:
                if self._refused(told):
                    letters.add(place_of(told))
                elif isinstance(told.said, Event) and self._new(told.subject, told.said):
                    touched.add(told.subject)
        self.positions = dict(written.commit.progress["positions"])
        for subject in touched:
            known = self.events[subject].values()
            self.promises[subject] = dict(truths(subject, known, self.sets))
        yield from _dead_letters(written, letters)
        yield from self._applied(written, touched)

    def _refused(self, told: Told) -> bool:
        if not isinstance(told.said, Event):
            return isinstance(told.said, InvalidEvent)
        first = self.events.get(told.subject, {}).get(told.said.id)
        conflicting = first is not None and first.content != told.said.content
        return conflicting or HOME[told.subject] != self.number

    def _new(self, subject: str, event: Event) -> bool:
        known = self.events.setdefault(subject, {})
        return known.setdefault(event.id, event) is event

    def _in_order(self, written: Written) -> Iterator[Violation]:
        owner, positions = written.owner, written.commit.progress["positions"]
        if owner.epoch < self.epoch or owner.seq != self.seq:
            last = f"after epoch {self.epoch} and seq {self.seq - 1}"
            yield Violation("I10", f"epoch {owner.epoch} and seq {owner.seq} wrote {last}")
        if any(positions[topic] < known for topic, known in self.positions.items()):
            yield Violation("I10", f"positions went back from {self.positions} to {positions}")
        self.epoch, self.seq = owner.epoch, owner.seq + 1

    def _applied(self, written: Written, touched: set[str]) -> Iterator[Violation]:
        """I1: each subject has exactly the events that were read, each of them once."""
        for subject in sorted(touched - written.events.keys()):
            yield Violation("I1", f"{subject} was told of, and not written")
        for subject, stored in written.events.items():
            yield from self.applied(subject, stored)

    def applied(self, subject: str, stored: list[bytes]) -> Iterator[Violation]:
        known = sorted(self.events.get(subject, {}))
        if sorted(stored) != known:
            has, told = _numbers(stored), _numbers(known)
            yield Violation("I1", f"{subject} has the events {has}, told were {told}")


def place_of(told: Told) -> bytes:
    """The id of the record's dead letter."""
    return f"{told.received.topic}/{told.received.partition}/{told.received.offset}".encode()


def _dead_letters(written: Written, expected: set[bytes]) -> Iterator[Violation]:
    """I9: what cannot be counted is there, once, and nothing else is."""
    rows = [row.id for row in written.commit.outgoing if row.record.topic == DEAD_LETTERS_TOPIC]
    if sorted(rows) != sorted(expected):
        yield Violation("I9", f"dead letters are {rows}, and should be {sorted(expected)}")


def _numbers(ids: list[bytes]) -> list[int]:
    return sorted(int.from_bytes(id, "big") for id in ids)
