"""How many promises are open between any two parties, counted once for all who ask in a while."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from pymongo.collection import Collection

from services.shared.clock import Clock, Instant
from services.shared.mongo import Row
from services.tracker.core.sets import AgreementSets
from services.tracker.core.verdicts import Kind
from services.tracker.rows import ANNOUNCED

COUNT_EVERY_S = 15.0
"""A million open promises take mongod half a second: nobody makes it count more often."""

_FINDINGS = frozenset({Kind.FOUND, Kind.BOUNCED})
"""What is announced of a finding, which stands among the promises but is none."""


class OpenCount(NamedTuple):
    """Of one pair; `announced` is the kind of the verdict that people were told, if any."""

    owed_by: str
    owed_to: str
    announced: str | None
    promises: int


class OpenCounts:
    """The counts, and when they were counted."""

    def __init__(
        self,
        promises: "Collection[Row]",
        clock: Clock,
        sets: Callable[[], AgreementSets],
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._promises = promises
        self._clock = clock
        self._sets = sets
        self._seconds = seconds
        self._counting = threading.Lock()
        self._counted: tuple[float, tuple[OpenCount, ...], Instant] | None = None

    def __call__(self) -> tuple[tuple[OpenCount, ...], Instant]:
        """Those of COUNT_EVERY_S ago at most; who asks while they are counted waits for them."""
        with self._counting:
            now = self._seconds()
            if self._counted is None or now - self._counted[0] >= COUNT_EVERY_S:
                at = self._clock.now()
                self._counted = now, tuple(self._count()), at
            return self._counted[1:]

    def _count(self) -> Iterator[OpenCount]:
        """What was announced is read; the rest of each pair is counted in the index alone."""
        told = {_key(row): row["promises"] for row in self._promises.aggregate(_ANNOUNCED_BY_PAIR)}
        for owed_by, owed_to in sorted(self._pairs()):
            query = {"settled": False, "owed_by": owed_by, "owed_to": owed_to}
            open_rows = self._promises.count_documents(query)
            known = {
                kind: n for (by, to, kind), n in told.items() if (by, to) == (owed_by, owed_to)
            }
            counts = {None: open_rows - sum(known.values())} | known
            for kind, promises in counts.items():
                if promises > 0 and kind not in _FINDINGS:
                    yield OpenCount(owed_by, owed_to, kind, promises)

    def _pairs(self) -> set[tuple[str, str]]:
        """Of every agreement that there ever was: older promises may still be open."""
        return {(each.owed_by, each.owed_to) for one in self._sets().sets for each in one.all}


_ANNOUNCED_BY_PAIR: list[Row] = [
    {"$match": ANNOUNCED | {"settled": False}},
    {
        "$group": {
            "_id": {name: f"${name}" for name in OpenCount._fields[:3]},
            "promises": {"$sum": 1},
        }
    },
]


def _key(row: Row) -> tuple[str, str, str]:
    pair = row["_id"]
    return pair["owed_by"], pair["owed_to"], pair["announced"]
