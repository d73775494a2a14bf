"""The bus inside one process, for stories and component tests: same order, groups and keys."""

import threading
import time
from collections import defaultdict
from collections.abc import Sequence

from services.shared.bus import PublishError, Received, Record, SubscribeError
from services.shared.clock import Clock, WallClock
from services.shared.subjects import partition_of

Place = tuple[str, int]
"""A topic and a partition of it."""


class MemoryBus:
    """Every topic has the same number of partitions; nothing outlives the process."""

    def __init__(self, partitions: int, clock: Clock | None = None) -> None:
        self._partitions = partitions
        self._clock = clock or WallClock()
        self._logs: dict[Place, list[Received]] = defaultdict(list)
        self._groups: dict[str, _Group] = defaultdict(_Group)
        self._changed = threading.Condition()

    def publisher(self) -> "MemoryPublisher":
        return MemoryPublisher(self)

    def subscriber(
        self, group: str | None, topics: Sequence[str], from_start: bool = True
    ) -> "MemorySubscriber":
        return MemorySubscriber(self, group, topics, from_start)

    def records(self, topic: str) -> list[Received]:
        """Everything in `topic`, partition by partition, for a test to look at."""
        with self._changed:
            return [record for place in self._places([topic]) for record in self._logs[place]]

    def append(self, records: Sequence[Record]) -> None:
        with self._changed:
            for record in records:
                self._append(record)
            self._changed.notify_all()

    def _append(self, record: Record) -> None:
        partition = record.partition
        if partition is None:
            partition = partition_of(record.key.decode(), self._partitions)
        if not 0 <= partition < self._partitions:
            raise PublishError(f"Topic {record.topic} has no partition {partition}.")
        log = self._logs[record.topic, partition]
        received = Received(
            topic=record.topic,
            partition=partition,
            offset=len(log),
            key=record.key,
            value=record.value,
            headers=record.headers,
            arrived_at=self._clock.now(),
        )
        log.append(received)

    def _places(self, topics: Sequence[str]) -> list[Place]:
        return [(topic, number) for topic in topics for number in range(self._partitions)]

    def join(self, member: "MemorySubscriber") -> None:
        with self._changed:
            group = self._groups[member.group]
            group.members.append(member)
            for place in self._places(member.topics):
                end = 0 if member.from_start else len(self._logs[place])
                group.committed.setdefault(place, end)
            self._rebalance(group)

    def leave(self, member: "MemorySubscriber") -> None:
        with self._changed:
            group = self._groups[member.group]
            if member in group.members:
                group.members.remove(member)
                self._rebalance(group)

    def read(self, member: "MemorySubscriber", timeout_s: float) -> list[Received]:
        """What `member` has not read yet; waits up to `timeout_s` for the first of it."""
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while True:
                found = [
                    record
                    for place, offset in member.positions.items()
                    for record in self._logs[place][offset:]
                ]
                if found or not self._changed.wait(max(deadline - time.monotonic(), 0)):
                    break
            member.positions.update({(r.topic, r.partition): r.offset + 1 for r in found})
            return found

    def commit(self, member: "MemorySubscriber") -> None:
        with self._changed:
            self._groups[member.group].committed.update(member.positions)

    def _rebalance(self, group: "_Group") -> None:
        """Each member gets every n-th partition, from what the group committed."""
        for index, member in enumerate(group.members):
            member.positions = {
                place: group.committed[place]
                for place in self._places(member.topics)
                if place[1] % len(group.members) == index
            }
        self._changed.notify_all()


class MemoryPublisher:
    """Publishes to a MemoryBus."""

    def __init__(self, bus: MemoryBus) -> None:
        self._bus = bus

    def publish(self, records: Sequence[Record]) -> None:
        self._bus.append(records)

    def close(self) -> None:
        """Nothing is held."""


class MemorySubscriber:
    """A member of a group on a MemoryBus; without a group it reads alone."""

    def __init__(
        self, bus: MemoryBus, group: str | None, topics: Sequence[str], from_start: bool
    ) -> None:
        self._bus = bus
        self.group = group if group is not None else f"alone-{id(self)}"
        self.topics = tuple(topics)
        self.from_start = from_start
        self.positions: dict[Place, int] = {}
        self._closed = False
        bus.join(self)

    def poll(self, timeout_s: float) -> Sequence[Received]:
        if self._closed:
            raise SubscribeError(f"This reader of {', '.join(self.topics)} is closed.")
        return self._bus.read(self, timeout_s)

    def commit(self) -> None:
        self._bus.commit(self)

    def close(self) -> None:
        self._closed = True
        self._bus.leave(self)


class _Group:
    def __init__(self) -> None:
        self.members: list[MemorySubscriber] = []
        self.committed: dict[Place, int] = {}
