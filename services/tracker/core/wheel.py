"""A timing wheel: what is to be looked at, each at its moment, in buckets of one width.

To put something in and to take it back costs the same however much there is (Varghese and Lauck,
"Hashed and hierarchical timing wheels", 1987). As in Kafka's purgatory, a heap of the buckets that
hold something says which is the next, so that no time is spent on empty ones. The bucket that time
has reached is read in order; nothing else is looked through before it is due.
"""

from heapq import heapify, heappop, heappush

from services.shared.clock import Instant

WIDTH_BITS = 20
"""A bucket is 2**20 microseconds wide, a little more than a second."""

SLACK = 64
"""Void entries that a heap may hold beside as many as are valid, before it is built anew."""

Entry = tuple[Instant, str]


class Wheel:
    """Keys with their moments; who moves a key cancels it at its old moment."""

    __slots__ = ("_buckets", "_numbers", "_read", "_reading")

    def __init__(self) -> None:
        self._buckets: dict[int, dict[str, Instant]] = {}
        self._numbers: list[int] = []
        self._reading: int | None = None
        self._read: list[Entry] = []

    def put(self, at: Instant, key: str) -> None:
        """To put in again what is there changes nothing."""
        number = at >> WIDTH_BITS
        bucket = self._buckets.get(number)
        if bucket is None:
            self._buckets[number] = {key: at}
            heappush(self._numbers, number)
            return
        bucket[key] = at
        if number == self._reading:
            heappush(self._read, (at, key))
            if len(self._read) > 2 * len(bucket) + SLACK:
                self._begin_to_read(number)

    def cancel(self, at: Instant, key: str) -> None:
        """Take back what was put in for this moment, if it is still there."""
        bucket = self._buckets.get(at >> WIDTH_BITS)
        if bucket and bucket.pop(key, None) is not None and not bucket:
            self._remove(at >> WIDTH_BITS)

    def may_have(self, until: Instant) -> bool:
        """False where certainly nothing is due by then."""
        return bool(self._numbers) and self._numbers[0] << WIDTH_BITS <= until

    def due(self, until: Instant) -> list[Entry]:
        """Take out what is due at or before `until`, in order of time and then of the keys."""
        taken: list[Entry] = []
        numbers, last = self._numbers, until >> WIDTH_BITS
        while numbers and numbers[0] < last:
            number = heappop(numbers)
            if bucket := self._buckets.get(number):
                taken += sorted(zip(bucket.values(), bucket, strict=True))
                self._remove(number)
        if last in self._buckets:
            taken += self._read_until(last, until)
        return taken

    def _read_until(self, number: int, until: Instant) -> list[Entry]:
        """A bucket is sorted once, not at every moment of its time."""
        if number != self._reading:
            self._begin_to_read(number)
        taken: list[Entry] = []
        bucket, read = self._buckets[number], self._read
        while read and read[0][0] <= until:
            entry = at, key = heappop(read)
            if bucket.get(key) == at:  # neither cancelled nor moved since
                del bucket[key]
                taken.append(entry)
        if not bucket:
            self._remove(number)
        return taken

    def _begin_to_read(self, number: int) -> None:
        bucket = self._buckets[number]
        self._reading, self._read = number, [*zip(bucket.values(), bucket, strict=True)]
        heapify(self._read)

    def _remove(self, number: int) -> None:
        """Its number stays in the heap until too many do, or its time comes."""
        del self._buckets[number]
        if number == self._reading:
            self._reading, self._read = None, []
        if len(self._numbers) > 2 * len(self._buckets) + SLACK:
            self._numbers[:] = self._buckets
            heapify(self._numbers)
