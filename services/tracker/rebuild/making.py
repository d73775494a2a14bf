"""Mongo's side of a rebuild: the partitions' marks, and their documents made again."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from pymongo import MongoClient, ReplaceOne, UpdateOne

from services.shared.mongo import Row
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Subject
from services.tracker.core.verdicts import Verdict
from services.tracker.errors import Fenced
from services.tracker.exchange import Commit, OpenSubject, Ownership
from services.tracker.packing import unpack
from services.tracker.rebuild.recalling import Records, in_order, is_behind, recall
from services.tracker.rows import (
    day_of,
    list_row,
    listed,
    subject_document,
    verdict_of,
)
from services.tracker.segments import Segments
from services.tracker.store import Store

OWNER = "rebuild"
WRITTEN_AT_ONCE = 500
_WITHOUT_HISTORY = "without_history"
"""Stands in a document until the records have told what was concluded of its subject."""


class Remaking:
    """The collections of one database; as a `PartitionStore` it tells nobody anything."""

    def __init__(
        self, client: "MongoClient[Row]", database: str, store: Store, sets: AgreementSets
    ) -> None:
        base = client[database]
        self._partitions = base["tracker.partitions"]
        self._subjects = base["tracker.subjects"]
        self._promises = base["tracker.promises"]
        self._verdicts = base["tracker.verdicts"]
        self._segments = Segments(base)
        self._store = store
        self._sets = sets

    def owners(self) -> dict[str, str]:
        """Who had partitions last, by the addresses where they can be asked."""
        rows = self._partitions.find({"owner": {"$ne": OWNER}})
        return {row["address"]: row["owner"] for row in rows}

    def take_over(self) -> list[Ownership]:
        """Every partition that was ever committed to; none of them is followed until `finish`."""
        numbers = sorted(row["_id"] for row in self._partitions.find({}, {"_id": True}))
        return [self._store.take_over(each, OWNER, "", rebuilding=True) for each in numbers]

    def grow_up(self, partition: int) -> None:
        """Whoever lies in segments only gets a document."""
        young = list(self._store.young_subjects(partition, self._sets))
        marks = self._partitions.find_one({"_id": partition}) or {}
        today = day_of(marks.get("caught_up_at", 0))
        self._replace(
            subject_document(each, partition, today, settled=each.settled) for each in young
        )
        self._segments.drop(partition)

    def put_back(self, documents: Iterable[Row]) -> int:
        """Those that are not there; of several of one subject the first. Gives how many."""
        rest, count = iter(documents), 0
        while some := list(islice(rest, WRITTEN_AT_ONCE)):
            writes = [UpdateOne({"_id": row["_id"]}, _if_absent(row), upsert=True) for row in some]
            count += self._subjects.bulk_write(writes).upserted_count
        return count

    def open_subjects(self, partition: int) -> Iterable[OpenSubject]:
        return self._store.open_subjects(partition)

    def young_subjects(self, partition: int, sets: AgreementSets) -> Iterable[Subject]:
        return ()

    def subjects(self, ids: Sequence[str], sets: AgreementSets) -> Iterable[Subject]:
        return self._store.subjects(ids, sets)

    def parked_subjects(self, partition: int, sets: AgreementSets) -> Iterable[Subject]:
        """Whoever follows the partition next takes them up, and tells of it."""
        return ()

    def commit(self, owner: Ownership, commit: Commit) -> Ownership:
        """Documents alone: what was concluded was told by whoever concluded it first."""
        self._replace(row | {_WITHOUT_HISTORY: True} for row in commit.documents)
        return replace(owner, seq=owner.seq + 1)

    def conclude(self, partition: int) -> int:
        """History from the records to whoever lacks it, and what people list; gives how many."""
        self._promises.delete_many({"partition": partition})
        rows = iter(self._subjects.find({"partition": partition}))
        count = 0
        while some := list(islice(rows, WRITTEN_AT_ONCE)):
            subjects = [unpack(row["_id"], row["packed"], self._sets) for row in some]
            records = self._records([each.id for each in subjects])
            lacking = [
                (subject, row)
                for subject, row in zip(subjects, some, strict=True)
                if _WITHOUT_HISTORY in row or is_behind(subject, records[subject.id])
            ]
            for subject, _ in lacking:
                recall(subject, records[subject.id], self._sets)
            self._replace(
                subject_document(subject, partition, row["changed_on"], settled=subject.settled)
                for subject, row in lacking
            )
            if entries := [
                list_row(entry, each.id, partition) for each in subjects for entry in listed(each)
            ]:
                self._promises.bulk_write(
                    [ReplaceOne({"_id": each["_id"]}, each, upsert=True) for each in entries]
                )
            count += len(lacking)
        return count

    def finish(self, owner: Ownership) -> None:
        """From now on trackers may follow it. Raises Fenced where another rebuild has begun."""
        ours = {"_id": owner.partition, "epoch": owner.epoch}
        if not self._partitions.update_one(ours, {"$unset": {"rebuilding": ""}}).matched_count:
            raise Fenced(
                f"Partition {owner.partition} was taken over meanwhile: another rebuild is at work"
                " and will finish it."
            )

    def _records(self, subjects: Sequence[str]) -> dict[str, Records]:
        theirs = [re.compile(f"^{re.escape(each)}~") for each in subjects]
        told: dict[str, list[Verdict]] = {each: [] for each in subjects}
        for row in self._verdicts.find({"promise_id": {"$in": theirs}}):
            told[row["subject"]].append(verdict_of(row))
        return {id: in_order(each) for id, each in told.items()}

    def _replace(self, rows: Iterable[Row]) -> None:
        rest: Iterator[Row] = iter(rows)
        while some := list(islice(rest, WRITTEN_AT_ONCE)):
            self._subjects.bulk_write(
                [ReplaceOne({"_id": row["_id"]}, row, upsert=True) for row in some]
            )


def _if_absent(row: Row) -> Row:
    return {"$setOnInsert": {name: value for name, value in row.items() if name != "_id"}}
