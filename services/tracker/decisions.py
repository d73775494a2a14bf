"""What a person has to decide about stopped partitions, kept in the partition documents.

A decision raises the epoch: whoever still has the partition can commit no more.
"""

from collections.abc import Iterable, Mapping

from pymongo import MongoClient

from services.shared.mongo import Row
from services.tracker.ingest.protecting import Stored


class Decisions:
    """The part of the partition documents that says from where to read on."""

    def __init__(self, client: "MongoClient[Row]", database: str) -> None:
        self._partitions = client[database]["tracker.partitions"]

    def stored(self, number: int) -> Stored:
        """Nothing is stored of a partition that was never taken."""
        return _stored(self._partitions.find_one({"_id": number}) or {"_id": number})

    def all(self) -> list[Stored]:
        return [_stored(row) for row in self._partitions.find().sort("_id")]

    def lose(self, stored: Stored, topics: Iterable[str]) -> None:
        """Remember that Kafka has refused these positions, unless they were decided about since."""
        self._partitions.update_one(
            {"_id": stored.number, "epoch": stored.epoch},
            {"$addToSet": {"lost": {"$each": sorted(topics)}}},
        )

    def decide(
        self, stored: Stored, positions: Mapping[str, int], topic_ids: Mapping[str, str]
    ) -> bool:
        """Read on from these positions of these topics; False where the document has changed."""
        decided = self._partitions.update_one(
            {"_id": stored.number, "epoch": stored.epoch, "seq": stored.seq},
            {
                "$inc": {"epoch": 1},
                "$set": {
                    "positions": {**stored.positions, **positions},
                    "topic_ids": {**stored.topic_ids, **topic_ids},
                },
                "$pullAll": {"lost": list(positions)},
            },
        )
        return decided.matched_count == 1


def _stored(row: Row) -> Stored:
    return Stored(
        row["_id"],
        row.get("epoch", 0),
        row.get("seq", 0),
        row.get("positions", {}),
        row.get("topic_ids", {}),
        frozenset(row.get("lost", ())),
    )
