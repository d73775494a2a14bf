"""Where a partition has its subjects: in the table, packed while nothing happens, or in the store.

Whoever folds asks for subjects by id first; after that they are in the table, if they were ever
told of.
"""

from collections import deque
from collections.abc import Collection, Iterable
from itertools import takewhile

from services.shared.clock import Instant
from services.tracker.core.agenda import next_look_at
from services.tracker.core.far import Far
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Subject
from services.tracker.core.table import LOOKS_LIMIT, Table
from services.tracker.exchange import PartitionStore
from services.tracker.packing import pack, unpack

WAKES_LIMIT = LOOKS_LIMIT
"""Subjects that are unpacked at once because something of them is due."""


class Memory:
    """`table` has what is folded and looked at; nothing rests before `rests_after` microseconds."""

    def __init__(self, store: PartitionStore, sets: AgreementSets, rests_after: int) -> None:
        self.table = Table(sets)
        self._store = store
        self._rests_after = rests_after
        self._far = Far()
        self._due: deque[str] = deque()
        self._awake: dict[str, Instant] = {}
        self._visiting: set[str] = set()

    def load(self, partition: int) -> list[str]:
        """Take over what is open; gives the ids of those that have no document.

        What has one stays packed until it is told of, or due.
        """
        for id, packed, look_at in self._store.open_subjects(partition):
            self._far.put(id, packed, look_at)
        young = [*self._store.young_subjects(partition, self.table.sets)]
        for subject in young:
            self.table.put(subject)
        return [subject.id for subject in young]

    def is_absent(self, id: str) -> bool:
        """Neither in the table nor packed."""
        return id not in self.table.subjects and id not in self._far

    def look_up(self, ids: Iterable[str], wall: Instant) -> None:
        """Have them in the table: those that are not in memory may be settled ones in the store."""
        absent: list[str] = []
        for id in ids:
            if id in self._far:
                self._wake(id, wall)
            elif id not in self.table.subjects:
                absent.append(id)
        for subject in self._store.subjects(sorted(absent), self.table.sets) if absent else ():
            self.table.put(subject)
            self._visiting.add(subject.id)

    def visit(self, subject: Subject) -> None:
        """One that was read from the store for another reason than that somebody told of it."""
        if subject.id in self._far:
            self._far.take(subject.id)
        if subject.id not in self.table.subjects:
            self._visiting.add(subject.id)

    @property
    def more_is_due(self) -> bool:
        """Whether the last `wake_due` left something for the next one."""
        return bool(self._due)

    def wake_due(self, until: Instant, wall: Instant) -> None:
        """Have in the table what is to be looked at by then, but so many at once only."""
        if not self._due:
            self._due.extend(self._far.due(until))
        for _ in range(min(len(self._due), WAKES_LIMIT)):
            if (id := self._due.popleft()) in self._far:
                self._wake(id, wall)

    def stored(
        self,
        settled: Collection[str],
        still_open: Collection[str],
        changing: Collection[str],
        now: Instant,
        wall: Instant,
    ) -> list[str]:
        """A commit wrote these; `changing` are in the next one. Whatever need not stay goes.

        Gives the ids of what left the table.
        """
        visited = (id for id in self._visiting if self._is_settled(id))
        over = [*{*settled, *visited}.difference(changing)]
        for id in over:
            self.table.drop(id)
        self._visiting.clear()
        for id in still_open:
            self._touch(id, wall)
        return over + self._rest(changing, now, wall)

    def _is_settled(self, id: str) -> bool:
        subject = self.table.subjects.get(id)
        return subject is not None and subject.settled

    def _wake(self, id: str, wall: Instant) -> None:
        self.table.put(unpack(id, self._far.take(id), self.table.sets))
        self._touch(id, wall)

    def _touch(self, id: str, wall: Instant) -> None:
        self._awake.pop(id, None)
        self._awake[id] = wall

    def _rest(self, changing: Collection[str], now: Instant, wall: Instant) -> list[str]:
        """Pack those with a document that were not touched for long, nor will be looked at soon."""
        long, packed = self._rests_after, list[str]()
        untouched = takewhile(lambda each: each[1] <= wall - long, self._awake.items())
        for id in [id for id, _ in untouched]:
            del self._awake[id]
            subject = self.table.subjects.get(id)
            if subject is None or id in changing:
                continue  # settled, or touched again by the next commit
            look_at = next_look_at(subject)
            if look_at is not None and look_at <= now + long:
                self._touch(id, wall)
                continue
            self._far.put(id, pack(subject), look_at)
            self.table.drop(id)
            packed.append(id)
        return packed
