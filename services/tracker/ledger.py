"""What people ask of the tracker, answered from its documents: as old as the last commit."""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from pymongo import ASCENDING, DESCENDING, MongoClient

from services.shared.clock import Clock, Instant
from services.shared.errors import RefusalCode, Refused
from services.shared.mongo import Row
from services.shared.subjects import partition_of
from services.tracker.attainment import Attainment, attainment_of, check_windows
from services.tracker.core.explanation.steps import steps
from services.tracker.core.promises import State
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Subject
from services.tracker.core.table import Marks
from services.tracker.core.tree.tree import CustomerTree
from services.tracker.explaining import Explanation
from services.tracker.open_counts import OpenCounts
from services.tracker.outcome_rows import OutcomeRows
from services.tracker.outlook import Outlook
from services.tracker.packing import unpack
from services.tracker.rows import ANNOUNCED, is_listed, verdict_of
from services.tracker.segments import Segments
from services.tracker.standing import Standing, StandingFinding, marks_of, standing

PAGE_DEFAULT = 100
PAGE_LIMIT = 1_000
SUBJECTS_LIMIT = 100
"""Of one customer, order or case in one answer."""
CONCLUSIONS_LIMIT = 1_000
"""Of one promise; a subject's 500 events do not give as many."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which open promises are asked for; an empty filter takes all."""

    owed_by: str = ""
    owed_to: str = ""
    states: frozenset[State] = frozenset()
    announced: bool = False

    @property
    def filter(self) -> Row:
        wanted: Row = dict(ANNOUNCED) if self.announced else {"settled": False}
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
        partitions: int,
    ) -> None:
        base = client[database]
        self._partitions = base["tracker.partitions"]
        self._subjects = base["tracker.subjects"]
        self._segments = Segments(base)
        self._promises = base["tracker.promises"]
        self._verdicts = base["tracker.verdicts"]
        self._outcomes = OutcomeRows(base)
        self._clock = clock
        self._sets = sets
        self._outlook = outlook
        self._partition_count = partitions
        self.open_counts = OpenCounts(self._promises, clock, sets)

    def promise(self, id: str) -> Standing | StandingFinding:
        """Also a finding has such an id. Raises Refused where there is none."""
        subject = self._subject(id.partition("~")[0])
        if subject and (promise := subject.promises.get(id)):
            return standing(subject, promise, self._marks()[self._home(subject.id)], self.now())
        if subject and (found := subject.found.get(id)):
            return StandingFinding(subject, id, found)
        raise Refused(
            RefusalCode.NOT_FOUND,
            "promise_id",
            f"There is no promise {id!r}; ask for its subject to see those that there are.",
        )

    def explanation(self, id: str) -> Explanation:
        """How the promise came to stand where it stands. Raises Refused where there is none."""
        each = self.promise(id)
        if isinstance(each, StandingFinding):
            raise Refused(
                RefusalCode.INVALID,
                "promise_id",
                f"{id!r} is a finding, which has no clock; ask for its subject to see what it is.",
            )
        subject, promise = each.subject, each.promise
        records = self._verdicts.find({"promise_id": {"$eq": id}}).limit(CONCLUSIONS_LIMIT)
        watermark = self._marks()[self._home(subject.id)].watermark(
            promise.agreement.evidence_parties
        )
        return Explanation(
            each,
            steps(subject, promise, self._sets(), each.now),
            sorted(map(verdict_of, records), key=lambda verdict: verdict.revision),
            watermark.at,
        )

    def subject(self, id: str) -> tuple[Subject, list[Standing], tuple[CustomerTree, ...]]:
        """The subject, its promises by due date, and what hangs on the customer's dates.

        Raises Refused if it is unknown.
        """
        subject = self._subject(id)
        if subject is None:
            raise Refused(
                RefusalCode.NOT_FOUND,
                "subject",
                f"Nothing was told about {id!r} yet; a subject is `<kind>/<id>`,"
                " for example order/4711.",
            )
        now, marks = self.now(), self._marks()[self._home(id)]
        standings = _standings(subject, marks, now)
        return subject, standings, self._outlook.trees(subject, self._sets(), now)

    def subjects(self, about: str) -> tuple[list[tuple[Subject, list[Standing]]], bool]:
        """Subjects of `<kind>/<id>` with their promises, and whether there are more than these.

        In order of their first events; of too many those are left out that changed longest ago.
        """
        found = self._subjects.find({"about": {"$eq": about}}, {"packed": True})
        rows = list(found.sort("changed_on", DESCENDING).limit(SUBJECTS_LIMIT + 1))
        now, marks, sets = self.now(), self._marks(), self._sets()
        subjects = [unpack(row["_id"], row["packed"], sets) for row in rows[:SUBJECTS_LIMIT]]
        if itself := self._subject(about):
            subjects.append(itself)
        told = [
            (each, _standings(each, marks[self._home(each.id)], now))
            for each in sorted(subjects, key=lambda subject: subject.events[0].occurred_at)
        ]
        return told, len(rows) > SUBJECTS_LIMIT

    def open_promises(
        self, wanted: Wanted, page_size: int, page_token: str
    ) -> tuple[list[Standing | StandingFinding], str]:
        """One page sorted by due date, and the token of the next; empty when it is the last."""
        limit = _page_size(page_size)
        query: Row = {"$and": [wanted.filter, _after(page_token) if page_token else {}]}
        if wanted.announced:  # what was due before the agreements were active was told to nobody
            query["due_by"] = {"$gte": self._sets().historic_before}
        rows = self._promises.find(query).sort([("due_by", ASCENDING), ("_id", ASCENDING)])
        page: list[Standing | StandingFinding] = []
        last: Row = {}
        for row, each in self._standings(rows):
            if isinstance(each, Standing) and wanted.states and each.state not in wanted.states:
                continue
            if len(page) == limit:
                return page, _token(last)
            page.append(each)
            last = row
        return page, ""

    def progress(self) -> list[Row]:
        """The partition documents, by number, with how many promises are open in each."""
        counted = self._promises.aggregate(
            [{"$match": {"settled": False}}, {"$group": {"_id": "$partition", "n": {"$sum": 1}}}]
        )
        open_promises = {row["_id"]: row["n"] for row in counted}
        rows = self._partitions.find().sort("_id", ASCENDING)
        return [row | {"open_promises": open_promises.get(row["_id"], 0)} for row in rows]

    def agreement_sets(self) -> AgreementSets:
        """Every set that was ever active or will be."""
        return self._sets()

    def attainment(self, windows_s: Sequence[int]) -> list[Attainment]:
        """Of each agreement that has an objective now, by name. Raises Refused."""
        check_windows(windows_s)
        now = self.now()
        return attainment_of(
            self._sets().at(now).agreements, self._outcomes.attained(windows_s, now), windows_s
        )

    def now(self) -> Instant:
        return self._clock.now()

    def _standings(self, rows: Iterable[Row]) -> Iterator[tuple[Row, Standing | StandingFinding]]:
        """Each row with what it stands for, unless that ended after the row was read."""
        now, marks, sets = self.now(), self._marks(), self._sets()
        rows = iter(rows)
        while some := list(islice(rows, PAGE_DEFAULT)):
            ids = {row["subject"] for row in some}
            documents = self._subjects.find({"_id": {"$in": [*ids]}}, {"packed": True})
            subjects = {row["_id"]: unpack(row["_id"], row["packed"], sets) for row in documents}
            for row in some:
                subject, id = subjects.get(row["subject"]), row["_id"]
                if subject is None:
                    continue  # archived meanwhile
                if (promise := subject.promises.get(id)) and is_listed(promise):
                    yield row, standing(subject, promise, marks[row["partition"]], now)
                elif (found := subject.found.get(id)) and found.cleared_at is None:
                    yield row, StandingFinding(subject, id, found)

    def _subject(self, id: str) -> Subject | None:
        """As it was last committed: its document, or while it is young its newest segment.

        What is in neither may have got its document between the two questions.
        """
        packed = self._document(id) or self._segments.find(self._home(id), id) or self._document(id)
        return None if packed is None else unpack(id, packed, self._sets())

    def _document(self, id: str) -> bytes | None:
        row = self._subjects.find_one({"_id": {"$eq": id}}, {"packed": True})
        return row["packed"] if row else None

    def _home(self, subject: str) -> int:
        return partition_of(subject, self._partition_count)

    def _marks(self) -> Mapping[int, Marks]:
        return {row["_id"]: marks_of(row) for row in self._partitions.find()}


def _standings(subject: Subject, marks: Marks, now: Instant) -> list[Standing]:
    """Its promises by due date."""
    promises = sorted(subject.promises.values(), key=lambda each: each.due_by)
    return [standing(subject, promise, marks, now) for promise in promises]


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
