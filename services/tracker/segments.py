"""Segments in Mongo: the packed subjects that a commit changed and that have no document yet."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import msgpack
from pymongo import ASCENDING, DESCENDING
from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.shared.mongo import Row
from services.tracker.exchange import Entry

SEGMENT_BYTES = 4 * 2**20
"""A segment holds no more, unless a single subject is larger: Mongo takes 16 MiB a document."""

_decoder = msgpack.Decoder(list[Entry])


class Segments:
    """Ids of segments sort by partition, seq of the commit, and place in it."""

    def __init__(self, database: "Database[Row]") -> None:
        self._rows = database["tracker.segments"]
        self._first_kept: dict[int, int] = {}

    def write(
        self, partition: int, seq: int, entries: Sequence[Entry], session: ClientSession
    ) -> None:
        """What the commit `seq` changed of the partition's young subjects, in order."""
        if entries:
            rows = [
                {"_id": f"{_first_id(partition, seq)}{place:04}", "subjects": segment}
                for place, segment in enumerate(cut(entries))
            ]
            self._rows.insert_many(rows, session=session)

    def drop_before(self, partition: int, seq: int, session: ClientSession) -> None:
        """No segment of an earlier commit is needed any more."""
        if seq > self._first_kept.get(partition, 0):
            self._rows.delete_many({"_id": _ids(partition, until=seq)}, session=session)

    def drop(self, partition: int) -> None:
        """None of them is needed any more."""
        self._rows.delete_many({"_id": _ids(partition)})

    def dropped_before(self, partition: int, seq: int) -> None:
        """The transaction of `drop_before` got through: no need to look for these again."""
        self._first_kept[partition] = seq

    def find(self, partition: int, id: str) -> bytes | None:
        """One subject as it was last; None where no segment has it. The newest is read first."""
        for row in self._rows.find({"_id": _ids(partition)}).sort("_id", DESCENDING):
            for each, packed in _decoder.decode(row["subjects"]):
                if each == id:
                    return packed
        return None

    def subjects(self, partition: int) -> Mapping[str, bytes]:
        """Every subject in them as it was last; some may have got a document since."""
        rows = self._rows.find({"_id": _ids(partition)}).sort("_id", ASCENDING)
        return {id: packed for row in rows for id, packed in _decoder.decode(row["subjects"])}


def cut(entries: Iterable[Entry], limit: int = SEGMENT_BYTES) -> Iterator[bytes]:
    """The entries in order, in segments that are no larger than their limit."""
    segment: list[Entry] = []
    size = 0
    for entry in entries:
        if segment and size + len(entry[1]) > limit:
            yield msgpack.encode(segment)
            segment, size = [], 0
        segment.append(entry)
        size += len(entry[1])
    if segment:
        yield msgpack.encode(segment)


def _first_id(partition: int, seq: int) -> str:
    return f"{partition:04}/{seq:015}/"


def _ids(partition: int, until: int = 0) -> Row:
    """All of a partition, or those of commits before `until`."""
    end = _first_id(partition, until) if until else _first_id(partition + 1, 0)
    return {"$gte": _first_id(partition, 0), "$lt": end}
