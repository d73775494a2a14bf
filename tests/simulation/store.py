"""The tracker's store with points between its effects, answers that get lost, and a record of all.

A commit is atomic, as a transaction of Mongo is; what was written when is kept for the checker.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.shared.clock import Instant
from services.shared.subjects import Kind
from services.tracker.core.agreement_set import AgreementSet
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Subject
from services.tracker.errors import Fenced
from services.tracker.exchange import Commit, OpenSubject, Ownership
from services.tracker.store import ACTIVATION_LEAD
from tests.simulation.events import EARLIER, LATER
from tests.simulation.steps import Answer
from tests.tracking import MemoryTrackerStore, Written


class Unanswered(Exception):
    """Nobody knows whether the commit was written; it is tried again."""


@dataclass(frozen=True, slots=True)
class Landed:
    """A commit that got to the store, and when."""

    at: Instant
    written: Written


class CrashableStore(MemoryTrackerStore):
    """`effect` is called between any two effects: the caller may die in it, or others may work."""

    def __init__(self, now: Callable[[], Instant], effect: Callable[[], None]) -> None:
        super().__init__()
        self._now, self.effect = now, effect
        self.answer = Answer.DONE
        self.commits: list[Landed] = []
        self.late: list[Written] = []
        self._sets = AgreementSets((AgreementSet("earlier", now(), EARLIER),))

    def activate(self) -> bool:
        """The later agreements apply from a little later on; False where they are known already."""
        if len(self._sets.sets) > 1:
            return False
        later = AgreementSet("later", self._now() + ACTIVATION_LEAD, LATER)
        self._sets = AgreementSets((*self._sets.sets, later))
        return True

    def sets(self, own_types: Mapping[str, Kind]) -> AgreementSets:
        return self._sets

    def take_over(self, partition: int, owner: str, address: str) -> Ownership:
        self.effect()
        return super().take_over(partition, owner, address)

    def open_subjects(self, partition: int) -> Iterable[OpenSubject]:
        self.effect()
        return super().open_subjects(partition)

    def subjects(self, ids: Sequence[str], sets: AgreementSets) -> Iterable[Subject]:
        self.effect()
        return super().subjects(ids, sets)

    def commit(self, owner: Ownership, commit: Commit) -> Ownership:
        written = Written(owner, commit)
        self.effect()
        answer, self.answer = self.answer, Answer.DONE
        if answer is Answer.LATE:
            self.late.append(written)
        if answer in {Answer.LATE, Answer.FAILED}:
            raise Unanswered
        after = self.write(written)
        if answer is Answer.LOST:
            raise Unanswered
        self.effect()
        return after

    def land(self) -> int:
        """What was given up gets here after all; gives how many of them were refused."""
        late, self.late, refused = self.late, [], 0
        for written in late:
            try:
                self.write(written)
            except Fenced:
                refused += 1
        return refused

    def apply(self, row: dict[str, Any], written: Written) -> None:
        super().apply(row, written)
        self.commits.append(Landed(self._now(), written))
