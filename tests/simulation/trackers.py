"""Trackers as processes that can be stopped between any two of their effects.

Each follows the same order as the real one: join, raise the epoch, load, seek, then read, fold,
let time pass, commit. One that was replaced learns of it when it reads again, or is fenced.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from services.shared.clock import SECOND, Instant
from services.tracker.agreement_sets import KnownSets
from services.tracker.core.subject import Counted
from services.tracker.errors import Fenced
from services.tracker.exchange import Rules, Told
from services.tracker.handlers import Partition
from services.tracker.ingest.gate import Held
from services.tracker.opening import Identity, open_partition
from tests.simulation.events import PARTIES, PARTITIONS
from tests.simulation.log import TOPICS, Log, Place
from tests.simulation.store import CrashableStore, Unanswered
from tests.tracking import announcement, nothing_learned, refusal

BATCH_RECORDS = 6
YOUNG_FOR = 600 * SECOND
RESTS_AFTER = 900 * SECOND
RULES = Rules(
    PARTITIONS, PARTIES, {}, False, announcement, refusal, nothing_learned, YOUNG_FOR, RESTS_AFTER
)


class Crashed(Exception):
    """The process ends here; whatever was only in its memory is gone."""


@dataclass(slots=True)
class Group:
    """Who reads which partition, as Kafka sees it."""

    generation: int = 0
    members: tuple[int, ...] = (0,)

    def rebalance(self, members: tuple[int, ...]) -> None:
        self.generation, self.members = self.generation + 1, members

    def assigned(self, tracker: int) -> list[int]:
        count = len(self.members)
        return [each for each in range(PARTITIONS) if self.members[each % count] == tracker]


@dataclass(slots=True)
class Consumer:
    """aiokafka's: it fetches ahead, and what it fetched before a seek may still be handed out."""

    log: Log
    fetched: dict[Place, int] = field(default_factory=dict)
    waiting: dict[Place, list[Told]] = field(default_factory=dict)

    def seek(self, place: Place, offset: int) -> None:
        self.fetched[place] = offset

    def poll(self, place: Place) -> list[Told]:
        records, self.waiting[place] = self.waiting.get(place, []), self._fetch(place)
        return records

    def _fetch(self, place: Place) -> list[Told]:
        records = self.log.read(place, self.fetched[place], BATCH_RECORDS)
        self.fetched[place] += len(records)
        return records


class Tracker:
    """One member of the group, alive or not."""

    def __init__(
        self,
        number: int,
        log: Log,
        store: CrashableStore,
        group: Group,
        now: Callable[[], Instant],
        counts: Counter[str],
    ) -> None:
        self._number, self._log, self._group, self._counts = number, log, group, counts
        self.store, self.now = store, now
        self.held: dict[int, Held] = {}
        self._life: Iterator[None] | None = None
        self._working = self._deaf = False
        self._handled_at: dict[int, Instant] = {}

    def work(self, effects: int, *, deaf: bool = False) -> None:
        """Go on where it stands; a dead one is started, a deaf one hears nothing of the group."""
        if self._working:
            return
        self._deaf = deaf
        self._working, life = True, self._life or self._start()
        try:
            for _ in range(effects):
                next(life)
        except Fenced:
            self._counts["fenced"] += 1
            self.die()
        except Crashed:
            self._counts["crash"] += 1
            self.die()
        finally:
            self._working = False

    def die(self) -> None:
        self._life, self.held = None, {}

    @property
    def alive(self) -> bool:
        return self._life is not None

    @property
    def could_go_on(self) -> bool:
        """It has partitions, and does nothing right now."""
        return bool(self.held) and not self._working

    def ask(self) -> None:
        """Where do the topics end?"""
        for number, held in self.held.items():
            if held.ends is None:
                held.asked(self.now(), self._log.ends(number))

    def _start(self) -> Iterator[None]:
        self.held, self.consumer = {}, Consumer(self._log)
        self.sets = KnownSets(self.store, {}, lambda: self.now() / SECOND)
        self._life = self._follow()
        return self._life

    def _follow(self) -> Iterator[None]:
        generation = -1
        while True:
            if generation != self._group.generation and not (self._deaf and self.held):
                generation = self._group.generation
                yield from self._join()
            yield
            told = self._read()
            for number, held in list(self.held.items()):
                yield from self._handle(held, told.get(number, []))

    def _join(self) -> Iterator[None]:
        self.held.clear()
        self._handled_at.clear()
        for number in self._group.assigned(self._number):
            yield
            us = Identity(f"tracker-{self._number}", "here")
            partition = self.open(us, RULES, number)
            yield
            for topic in TOPICS:
                self.consumer.seek((topic, number), partition.positions.setdefault(topic, 0))
            self.held[number] = self.hold(partition)

    def open(self, us: Identity, rules: Rules, number: int) -> Partition:
        return open_partition(self.store, self.sets, rules, us, number, self.now())

    def hold(self, partition: Partition) -> Held:
        return Held(partition)

    def _read(self) -> dict[int, list[Told]]:
        told: dict[int, list[Told]] = defaultdict(list)
        for number, held in self.held.items():
            for topic in TOPICS:
                if not (records := self.consumer.poll((topic, number))):
                    continue
                continuing = held.continuing(topic, [_Read(each) for each in records])
                if continuing is None:
                    self._counts["read ahead"] += 1
                    self.consumer.seek((topic, number), held.position(topic))
                    self.consumer.waiting[topic, number] = []
                else:
                    told[number] += [each.told for each in continuing]
        return told

    def _handle(self, held: Held, batch: list[Told]) -> Iterator[None]:
        partition = held.partition
        if self._rests(held, batch):
            return
        self._handled_at[partition.number] = self.now()
        partition.fold(batch, self.now())
        held.caught_up()
        partition.advance(self.now(), held.caught_up_at)
        yield from self._store(partition)
        if partition.uncommitted or self.now() - held.waits_since_s >= SECOND:
            partition.begin_commit()
            held.waits_since_s = self.now()
        for what, times in partition.counts.take().items():
            self._counts[":".join(what)] += times
            self._counts["counted as duplicate"] += times * (what[-1] == Counted.DUPLICATE)

    def _rests(self, held: Held, batch: list[Told]) -> bool:
        """Whether all is done that there is to do now: real time goes on, and here it stands."""
        waits = held.ends is not None or held.partition.uncommitted
        return not batch and not waits and self._handled_at.get(held.partition.number) == self.now()

    def _store(self, partition: Partition) -> Iterator[None]:
        """What was encoded before the last batch was folded: the real one overlaps no more."""
        while partition.committing:
            yield
            try:
                partition.store()
            except Unanswered:
                self._counts["unanswered"] += 1
            else:
                partition.end_commit()


@dataclass(frozen=True, slots=True)
class _Read:
    told: Told

    @property
    def offset(self) -> int:
        return self.told.received.offset
