"""What each commit of a storm left in Mongo, read from Mongo's own log when the storm is over."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bson import Timestamp
from msgspec import msgpack

from tests.storm.found import PARTITIONS, SUBJECTS, Stored

Row = dict[str, Any]
COLLECTIONS = {"tracker.partitions": PARTITIONS, "tracker.subjects": SUBJECTS}
READ_DEADLINE_S = 60.0
_OURS = [{"$match": {"ns.coll": {"$in": list(COLLECTIONS)}}}]
_WRITES = frozenset({"insert", "replace", "update"})


@dataclass(frozen=True, slots=True)
class Commits:
    """Those after a moment of Mongo's."""

    database: Any
    since: Timestamp

    def stored(self) -> Iterator[Stored]:
        """In their order, up to what the partitions' documents say at this moment."""
        rows = self.database["tracker.partitions"].find({}, {"seq": True})
        ahead = {str(row["_id"]): row["seq"] for row in rows}
        give_up_at = time.monotonic() + READ_DEADLINE_S
        with self.database.watch(_OURS, start_at_operation_time=self.since) as changes:
            while ahead:
                assert time.monotonic() < give_up_at, "Mongo gives what it has"
                if change := changes.try_next():
                    id, what = str(change["documentKey"]["_id"]), COLLECTIONS[change["ns"]["coll"]]
                    says = _says(change)
                    if reached := _reached(what, says):
                        yield Stored(what, id, reached)
                    if what == PARTITIONS and says.get("seq", -1) >= ahead.get(id, 0):
                        ahead.pop(id, None)


def commits_from_now(database: Any) -> Commits:  # noqa: ANN401 - a database has no useful type
    """All that will be committed."""
    return Commits(database, database.command("ping")["operationTime"])


def _says(change: Row) -> Row:
    """The document where all of it was written, else what of it was."""
    if change["operationType"] not in _WRITES:
        return {}
    update = change.get("updateDescription") or {}
    says: Row = change.get("fullDocument") or update.get("updatedFields") or {}
    return says


def _reached(what: str, says: Row) -> dict[str, int]:
    if what == PARTITIONS:
        return dict(says.get("positions", {}))
    events, *_ = msgpack.decode(says["packed"]) if "packed" in says else [()]
    return {"events": len(events)} if events else {}
