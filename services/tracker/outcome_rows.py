"""How promises turned out, in `tracker.outcomes`: by partition, agreement and time.

Only the partition's owner changes it, inside the commit. They are for what was lately: alerts ask
how fast an objective is being missed. What is long over is in the subjects and their archive.
Everything is counted for five minutes and for an hour, as three days of five minutes are too many
rows to be summed up each minute.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from pymongo import ASCENDING, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.shared.clock import SECOND, Instant
from services.shared.mongo import Row
from services.tracker.core.outcomes import FIVE_MINUTES, Outcomes

COLLECTION = "tracker.outcomes"
SHORT_S = 6 * 3_600
"""Windows up to here are summed up of five minutes, longer ones of hours."""
HOUR = 3_600 * SECOND
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
        self._rows.create_index([("_id.length", ASCENDING), ("_id.begins", ASCENDING)])

    def add(self, outcomes: Outcomes, partition: int, session: ClientSession) -> None:
        """In the transaction of `session`; where nothing turned out nothing is asked of Mongo."""
        if changed := _by_length(outcomes):
            self._rows.bulk_write(
                [
                    UpdateOne(
                        {"_id": {"partition": partition, **row._asdict()}},
                        {"$inc": counts._asdict(), "$currentDate": {"touched_at": True}},
                        upsert=True,
                    )
                    for row, counts in changed.items()
                ],
                session=session,
            )

    def attained(self, windows_s: Sequence[int], now: Instant) -> Mapping[str, list[Attained]]:
        """By agreement, what turned out how within each window up to now, in seconds.

        The five minutes in which a window begins are counted whole, the hour of one that is longer
        than SHORT_S. Where more was taken back than counted, as what was concluded before there
        were counts, nothing is left.
        """
        starts = [_start(window, now) for window in windows_s]
        counted = self._rows.aggregate(
            [
                {"$match": {"$or": [*_since(starts, now)]}},
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


class _Counted(NamedTuple):
    """What tells the rows of a partition apart; `length` is five minutes or an hour."""

    agreement: str
    length: int
    begins: Instant


def _by_length(outcomes: Outcomes) -> dict[_Counted, Attained]:
    """What changes, without what adds up to nothing."""
    found: dict[_Counted, Attained] = {}
    for span, (kept, broken) in outcomes.items():
        for length in (FIVE_MINUTES, HOUR):
            row = _Counted(span.agreement, length, span.begins - span.begins % length)
            known = found.get(row, Attained())
            found[row] = Attained(known.kept + kept, known.broken + broken)
    return {row: counts for row, counts in found.items() if any(counts)}


def _start(window_s: int, now: Instant) -> tuple[int, Instant]:
    """The length of the rows that a window is summed up of, and after when they begin."""
    length = FIVE_MINUTES if window_s <= SHORT_S else HOUR
    return length, now - window_s * SECOND - length


def _since(starts: Sequence[tuple[int, Instant]], now: Instant) -> Iterator[Row]:
    for length in {length for length, _ in starts}:
        first = min(start for each, start in starts if each == length)
        yield {"_id.length": length, "_id.begins": {"$gt": first, "$lte": now}}


def _sums(starts: Sequence[tuple[int, Instant]]) -> Row:
    return {
        f"{what}_{place}": {"$sum": {"$cond": [_within(*start), f"${what}", 0]}}
        for place, start in enumerate(starts)
        for what in Attained._fields
    }


def _within(length: int, start: Instant) -> Row:
    return {"$and": [{"$eq": ["$_id.length", length]}, {"$gt": ["$_id.begins", start]}]}
