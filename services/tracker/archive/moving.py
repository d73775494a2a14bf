"""Moves settled subjects from Mongo into the archive, beside trackers that work.

A batch goes in two steps, and may be interrupted anywhere:

1. its rows are written to a file, synced and read back;
2. its documents are deleted, each only if it still says what was written.

What a tracker changed in between stays, and so does what it holds in memory meanwhile: it writes
subjects whole, so that one which was deleted is simply there again. A file whose subjects were not
deleted is no harm: of a subject that is both here and there, Mongo's counts, and of two in the
archive the newer one. Subjects that segments hold an earlier state of are left alone, for a tracker
that starts would take that for theirs.

Verdict records stay in Mongo: they are the record, and what a rebuild knows of who was told what.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby, islice
from pathlib import Path

from pymongo import ASCENDING, DeleteOne, MongoClient
from pymongo.client_session import ClientSession

from services.shared.mongo import Row, in_transaction
from services.tracker.archive.files import keep
from services.tracker.archive.rows import archive_row, date_of, may_leave
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Subject
from services.tracker.packing import unpack
from services.tracker.rows import Day
from services.tracker.segments import Segments

ROWS_A_FILE = 10_000
DELETED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Moved:
    """How many subjects were written, and how many of these are gone from Mongo."""

    written: int = 0
    deleted: int = 0

    def __add__(self, other: "Moved") -> "Moved":
        return Moved(self.written + other.written, self.deleted + other.deleted)


@dataclass(frozen=True, slots=True)
class _Leaving:
    """A subject with its document."""

    subject: Subject
    document: Row


class Archiver:
    """Moves subjects of one database into the archive in `folder`."""

    def __init__(
        self, client: "MongoClient[Row]", database: str, sets: AgreementSets, folder: Path
    ) -> None:
        base = client[database]
        self._client = client
        self._partitions = base["tracker.partitions"]
        self._subjects = base["tracker.subjects"]
        self._promises = base["tracker.promises"]
        self._segments = Segments(base)
        self._sets = sets
        self._folder = folder

    def move(self, before: Day, moved: Callable[[Moved], object] = lambda so_far: None) -> Moved:
        """All that may leave and was changed last before this day; tells how far it has come."""
        so_far = Moved()
        for number in sorted(row["_id"] for row in self._partitions.find({}, {"_id": True})):
            for batch in self._batches(number, before):
                self._write(batch)
                so_far += Moved(len(batch), self._delete(batch))
                moved(so_far)
        return so_far

    def _batches(self, partition: int, before: Day) -> Iterator[list[_Leaving]]:
        """Those of one day each."""
        leaving = self._leaving(partition, before)
        for _, of_a_day in groupby(leaving, lambda each: each.document["changed_on"]):
            while batch := list(islice(of_a_day, ROWS_A_FILE)):
                yield batch

    def _leaving(self, partition: int, before: Day) -> Iterator[_Leaving]:
        in_segments = self._segments.subjects(partition).keys()
        wanted = {"partition": partition, "open": False, "changed_on": {"$lt": before}}
        for document in self._subjects.find(wanted).sort("changed_on", ASCENDING):
            subject = unpack(document["_id"], document["packed"], self._sets)
            if may_leave(subject) and subject.id not in in_segments:
                yield _Leaving(subject, document)

    def _write(self, batch: Sequence[_Leaving]) -> None:
        rows = [archive_row(each.subject, each.document) for each in batch]
        keep(self._folder, date_of(batch[0].document["changed_on"]), rows)

    def _delete(self, batch: Sequence[_Leaving]) -> int:
        rest = iter(batch)
        deleted = 0
        while some := list(islice(rest, DELETED_AT_ONCE)):
            deleted += in_transaction(self._client, partial(self._delete_unchanged, some))
        return deleted

    def _delete_unchanged(self, some: Sequence[_Leaving], session: ClientSession) -> int:
        documents = [each.document for each in some]
        self._subjects.bulk_write(
            [DeleteOne({"_id": each["_id"], "packed": each["packed"]}) for each in documents],
            session=session,
        )
        ids = [each["_id"] for each in documents]
        changed = self._subjects.find({"_id": {"$in": ids}}, {"_id": True}, session=session)
        kept = {row["_id"] for row in changed}
        gone = [each.subject for each in some if each.subject.id not in kept]
        if listed := [id for subject in gone for id in subject.found]:
            self._promises.delete_many({"_id": {"$in": listed}}, session=session)
        return len(gone)
