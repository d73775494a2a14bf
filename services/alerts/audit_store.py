"""The audit in Mongo: one document an entry, numbered without gaps, and one that has the head.

An entry is added in the transaction of what it tells of, and never changed or deleted. Those who
add one at once meet at the head, and all but one try their whole transaction again.
"""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from pymongo import MongoClient
from pymongo.client_session import ClientSession

from services.alerts.domain.audit.chain import START, Act, Action, Entry, Head, appended
from services.alerts.domain.audit.wanted import Wanted
from services.shared.errors import RefusalCode, Refused
from services.shared.mongo import Row, in_transaction

ENTRIES, HEADS = "alerts.audit", "alerts.audit_head"
HEAD = "head"
UNREADABLE = Act("", Action.ACKNOWLEDGE, "", 0)
"""What has lost its form is read as an entry whose hash is wrong."""


class MongoAudit:
    """Entries are added in a transaction."""

    def __init__(self, client: "MongoClient[Row]", database: str) -> None:
        self._client = client
        self._entries = client[database][ENTRIES]
        self._heads = client[database][HEADS]
        self.turn = threading.Lock()
        """Whoever holds it meets only other processes at the head."""

    def prepare(self) -> None:
        """Makes the index that finds a request again, and the head that all who write meet at."""
        self._entries.create_index([("act.request", 1), ("act.about", 1)])
        self._entries.create_index([("act.subject", 1)])
        last = self._entries.find_one(sort=[("_id", -1)])
        start = asdict(entry_of(last).head if last else START)
        self._heads.update_one({"_id": HEAD}, {"$setOnInsert": start}, upsert=True)

    def add(self, act: Act, session: ClientSession) -> None:
        """Raises a PyMongoError that asks to try again where another entry came first."""
        head = self.head(session)
        entry = appended(act, head)
        self._heads.update_one(
            {"_id": HEAD, "number": head.number},
            {"$set": {"number": entry.number, "hash": entry.hash}},
            session=session,
        )
        self._entries.insert_one({"_id": entry.number, **asdict(entry)}, session=session)

    def record(self, act: Act) -> None:
        """In a transaction of its own, once a request: what is done elsewhere."""

        def work(session: ClientSession) -> None:
            if not self.done(act, session):
                self.add(act, session)

        with self.turn:
            in_transaction(self._client, work)

    def done(self, act: Act, session: ClientSession | None = None) -> bool:
        """Whether the act's request had its effect on the same before.

        Raises Refused where that request asked for something else.
        """
        if not act.request:
            return False
        asked = {"act.request": act.request, "act.about": act.about}
        found = self._entries.find_one(asked, session=session)
        if found and not entry_of(found).act.same_wish(act):
            raise key_used(act)
        return found is not None

    def head(self, session: ClientSession | None = None) -> Head:
        found = self._heads.find_one({"_id": HEAD}, session=session)
        return Head(found["number"], found["hash"]) if found else START

    def find(self, wanted: Wanted) -> Sequence[Entry]:
        """The newest that are wanted, in order."""
        condition: Row = {"act.at": {"$gte": wanted.since}}
        if wanted.actor:
            condition["act.actor"] = wanted.actor
        if wanted.key:
            condition["$or"] = [{"act.about": wanted.key}, {"act.subject": wanted.key}]
        if wanted.before:
            condition["_id"] = {"$lt": wanted.before}
        newest = self._entries.find(condition).sort("_id", -1).limit(wanted.limit)
        return [entry_of(row) for row in newest][::-1]

    def entries(self) -> Iterator[Entry]:
        """All of them, in order."""
        return map(entry_of, self._entries.find().sort("_id"))


def key_used(act: Act) -> Refused:
    return Refused(
        RefusalCode.CONFLICT,
        "idempotency_key",
        f"idempotency_key was used to ask for something else of {act.about}, or by somebody else;"
        " give each action a key of its own, and send a key again only with the same action.",
    )


def entry_of(row: Row) -> Entry:
    """As it lies there, whoever wrote it."""
    place, number = row["_id"], row.get("number")
    try:
        entry = Entry(row["number"], Act(**row["act"]), row["previous"], row["hash"])
    except (KeyError, TypeError):
        entry = None
    if entry is None or type(number) is not int:
        return Entry(place if isinstance(place, int) else 0, UNREADABLE, "", "")
    return entry
