"""The tracker's counts in `tracker.tallies`: a document a partition, a source and an hour.

Only the partition's owner changes it, inside the commit.
"""

from collections.abc import Iterable

from pymongo import UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.shared.mongo import Row
from services.shared.source_hours import KEPT_S, SourceHour, Tally
from services.tracker.tallies import Tallies

COLLECTION = "tracker.tallies"


class TallyRows:
    """Counts that only grow."""

    def __init__(self, database: "Database[Row]") -> None:
        self._rows = database[COLLECTION]

    def prepare(self) -> None:
        """Makes the index, and with it the collection; before the first transaction."""
        self._rows.create_index("touched_at", expireAfterSeconds=KEPT_S)

    def add(self, tallies: Tallies, partition: int, session: ClientSession) -> None:
        """In the transaction of `session`."""
        if tallies.sums:
            self._rows.bulk_write(
                [
                    UpdateOne(
                        {"_id": {"partition": partition, **hour._asdict()}},
                        {"$inc": Tally(*sums)._asdict(), "$currentDate": {"touched_at": True}},
                        upsert=True,
                    )
                    for hour, sums in tallies.sums.items()
                ],
                session=session,
            )


def tallied(rows: Iterable[Row]) -> dict[SourceHour, Tally]:
    """What the documents of all partitions say together."""
    found: dict[SourceHour, Tally] = {}
    for row in rows:
        of = row["_id"]
        hour = SourceHour(of["party"], of["source"], of["hour"])
        known = found.get(hour, Tally())
        found[hour] = Tally(
            *(known[place] + row.get(name, 0) for place, name in enumerate(Tally._fields))
        )
    return found
