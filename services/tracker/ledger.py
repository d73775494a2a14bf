"""What people ask of the tracker, answered from its documents: as old as the last commit."""

import base64
import binascii
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pymongo import ASCENDING, MongoClient

from services.shared.clock import Clock, Instant
from services.shared.errors import RefusalCode, Refused
from services.shared.mongo import Row
from services.tracker.core.promises import State
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Subject
from services.tracker.core.tree import CustomerTree
from services.tracker.documents import subject_of
from services.tracker.outlook import Outlook
from services.tracker.standing import Standing, marks_of, standing

PAGE_DEFAULT = 100
PAGE_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which open promises are asked for; an empty filter takes all."""

    owed_by: str = ""
    owed_to: str = ""
    states: frozenset[State] = frozenset()
    announced: bool = False

    @property
    def filter(self) -> Row:
        wanted: Row = {"announced": {"$ne": None}} if self.announced else {"settled": False}
        for name in ("owed_by", "owed_to"):
            if value := getattr(self, name):
                wanted[name] = {"$eq": value}
        return wanted


class Ledger:
    """Reads only. `sets` gives the agreement sets known by now."""

    def __init__(
        self,
        client: "MongoClient[Row]",
        database: str,
        clock: Clock,
        sets: Callable[[], AgreementSets],
        outlook: Outlook,
    ) -> None:
        base = client[database]
        self._partitions = base["tracker.partitions"]
        self._subjects = base["tracker.subjects"]
        self._promises = base["tracker.promises"]
        self._clock = clock
        self._sets = sets
        self._outlook = outlook

    def promise(self, id: str) -> Standing:
        """Raises Refused where there is none."""
        row = self._promises.find_one({"_id": {"$eq": id}})
        if row is None:
            raise Refused(
                RefusalCode.NOT_FOUND,
                "promise_id",
                f"There is no promise {id!r}; ask for its subject to see those that there are.",
            )
        return next(self._standings([row]))

    def subject(self, id: str) -> tuple[Subject, list[Standing], tuple[CustomerTree, ...]]:
        """The subject, its promises by due date, and what hangs on the customer's dates.

        Raises Refused if it is unknown.
        """
        document = self._subjects.find_one({"_id": {"$eq": id}})
        if document is None:
            raise Refused(
                RefusalCode.NOT_FOUND,
                "subject",
                f"Nothing was told about {id!r} yet; a subject is `<kind>/<id>`,"
                " for example order/4711.",
            )
        rows = self._promises.find({"subject": {"$eq": id}}).sort("due_by", ASCENDING)
        sets = self._sets()
        subject = subject_of(document, sets)
        trees = self._outlook.trees(subject, sets, self._clock.now())
        return subject, list(self._standings(rows)), trees

    def open_promises(
        self, wanted: Wanted, page_size: int, page_token: str
    ) -> tuple[list[Standing], str]:
        """One page sorted by due date, and the token of the next; empty when it is the last."""
        limit = _page_size(page_size)
        query: Row = {"$and": [wanted.filter, _after(page_token) if page_token else {}]}
        if wanted.announced:  # what was due before the agreements were active was told to nobody
            query["due_by"] = {"$gte": self._sets().historic_before}
        rows = self._promises.find(query).sort([("due_by", ASCENDING), ("_id", ASCENDING)])
        page: list[Standing] = []
        for each in self._standings(rows):
            if wanted.states and each.state not in wanted.states:
                continue
            if len(page) == limit:
                return page, _token(page[-1].row)
            page.append(each)
        return page, ""

    def progress(self) -> list[Row]:
        """The partition documents, by number, with how many promises are open in each."""
        counted = self._promises.aggregate(
            [{"$match": {"settled": False}}, {"$group": {"_id": "$partition", "n": {"$sum": 1}}}]
        )
        open_promises = {row["_id"]: row["n"] for row in counted}
        rows = self._partitions.find().sort("_id", ASCENDING)
        return [row | {"open_promises": open_promises.get(row["_id"], 0)} for row in rows]

    def now(self) -> Instant:
        return self._clock.now()

    def _standings(self, rows: "Iterator[Row] | list[Row]") -> Iterator[Standing]:
        now, sets = self._clock.now(), self._sets()
        marks = {row["_id"]: marks_of(row) for row in self._partitions.find()}
        return (standing(row, marks[row["partition"]], sets, now) for row in rows)


def _page_size(asked: int) -> int:
    if not 0 <= asked <= PAGE_LIMIT:
        raise Refused(
            RefusalCode.INVALID, "page_size", f"page_size is {asked}; give 0 to {PAGE_LIMIT}."
        )
    return asked or PAGE_DEFAULT


def _token(row: Row) -> str:
    return base64.urlsafe_b64encode(json.dumps([row["due_by"], row["_id"]]).encode()).decode()


def _after(token: str) -> Row:
    try:
        due_by, id = json.loads(base64.urlsafe_b64decode(token))
        if not (isinstance(due_by, int) and isinstance(id, str)):
            raise ValueError(token)
    except (ValueError, binascii.Error) as error:
        raise Refused(
            RefusalCode.INVALID,
            "page_token",
            "page_token is not one of ours; ask again without it.",
        ) from error
    return {"$or": [{"due_by": {"$gt": due_by}}, {"due_by": due_by, "_id": {"$gt": id}}]}
