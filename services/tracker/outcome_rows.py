"""How promises turned out, in `tracker.outcomes`: a row a partition, agreement and five minutes.

Only the partition's owner changes it, inside the commit. They are for what was lately: alerts ask
how fast an objective is being missed. What is long over is in the subjects and their archive.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pymongo import UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.shared.clock import SECOND, Instant
from services.shared.mongo import Row
from services.tracker.core.outcomes import FIVE_MINUTES, Outcomes

COLLECTION = "tracker.outcomes"
KEPT_S = 5 * 86_400
"""Counts are forgotten this long after they last changed: later than anybody asks for them."""


class Attained(NamedTuple):
    """How many promises turned out how, within one window."""

    kept: int = 0
    broken: int = 0


class OutcomeRows:
    """Counts that also shrink, when what was concluded is taken back."""

    def __init__(self, database: "Database[Row]") -> None:
        self._rows = database[COLLECTION]

    def prepare(self) -> None:
        """Makes the indexes, and with them the collection; before the first transaction."""
        self._rows.create_index("touched_at", expireAfterSeconds=KEPT_S)
        self._rows.create_index("_id.begins")

    def add(self, outcomes: Outcomes, partition: int, session: ClientSession) -> None:
        """In the transaction of `session`; where nothing turned out nothing is asked of Mongo."""
        changed = {span: counts for span, counts in outcomes.items() if any(counts)}
        if changed:
            self._rows.bulk_write(
                [
                    UpdateOne(
                        {"_id": {"partition": partition, **span._asdict()}},
                        {"$inc": Attained(*counts)._asdict(), "$currentDate": {"touched_at": True}},
                        upsert=True,
                    )
                    for span, counts in changed.items()
                ],
                session=session,
            )

    def attained(self, windows_s: Sequence[int], now: Instant) -> Mapping[str, list[Attained]]:
        """By agreement, what turned out how within each window up to now, in seconds.

        The five minutes in which a window begins are counted whole. Where more was taken back than
        counted, as what was concluded before there were counts, nothing is left.
        """
        starts = [now - window * SECOND - FIVE_MINUTES for window in windows_s]
        counted = self._rows.aggregate(
            [
                {"$match": {"_id.begins": {"$gt": min(starts), "$lte": now}}},
                {"$group": {"_id": "$_id.agreement", **_sums(starts)}},
            ]
        )
        return {
            row["_id"]: [
                Attained(max(0, row[f"kept_{place}"]), max(0, row[f"broken_{place}"]))
                for place in range(len(starts))
            ]
            for row in counted
        }


def _sums(starts: Sequence[Instant]) -> Row:
    return {
        f"{what}_{place}": {"$sum": {"$cond": [{"$gt": ["$_id.begins", start]}, f"${what}", 0]}}
        for place, start in enumerate(starts)
        for what in Attained._fields
    }
