"""How many events an outbox ever took: counted beside its rows, in the write that adds them.

A row is gone once the broker has it; the count stays, so that what Kafka holds can be compared. It
lies in the same collection, because a second one would be a round trip more to each transaction.
"""

import random
import threading
from collections import Counter
from collections.abc import Iterable

from pymongo import UpdateOne

from services.shared.codec import decode_envelope
from services.shared.mongo import Row
from services.shared.source_hours import SourceHour, source_hour

COUNTS = {"events": {"$gt": 0}}
"""The documents of an outbox's collection that count, and are no rows."""
TOUCHED = "touched_at"
SLOTS = 1_024
"""Transactions that change one document abort each other, so each thread counts in its own."""


class Written:
    """The counts of one outbox: a document an hour, a source and a slot."""

    def __init__(self) -> None:
        self._slot = _Slot()

    def more(self, envelopes: Iterable[bytes]) -> list[UpdateOne]:
        """One more for each of these events."""
        return [
            UpdateOne(
                {"_id": {**hour._asdict(), "slot": self._slot.number}},
                {"$inc": {"events": count}, "$currentDate": {TOUCHED: True}},
                upsert=True,
            )
            for hour, count in Counter(map(hour_of, envelopes)).items()
        ]


class _Slot(threading.local):
    """A number for each thread, by chance: threads of other processes count here too."""

    def __init__(self) -> None:
        self.number = random.randrange(SLOTS)


def hour_of(envelope: bytes) -> SourceHour:
    """Where an event in an outbox is counted."""
    event = decode_envelope(envelope)
    return source_hour(event.party, event.source, event.occurred_at)


def written(row: Row) -> tuple[SourceHour, int]:
    """What one of COUNTS counts, and how many."""
    counted = row["_id"]
    return SourceHour(counted["party"], counted["source"], counted["hour"]), row["events"]
