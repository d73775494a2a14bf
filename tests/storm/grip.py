"""Holds a tracker's commits up until it has its hands full, and lets none of them through.

A commit writes the document of its partition first. While a transaction of ours has written that,
each try of theirs conflicts, and the tracker folds on meanwhile.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.errors import PyMongoError

from services.shared.clock import Instant
from tests.storm.gathering import Row

HOLD_S = 5.0
"""A commit comes within a second, even if it has nothing to tell but positions."""
TRIES = 10
"""So many transactions in vain are no accident: what is in the tracker's hands is on its way."""


class Grip:
    """On one partition of one owner; `let_go` ends it."""

    def __init__(self, database: Any, session: ClientSession) -> None:  # noqa: ANN401 - as Tables
        self._database = database
        self._partitions = database["tracker.partitions"]
        self._session = session
        self._before: Row = {}

    def take(self, owner: str, pile_up: Callable[[], None]) -> bool:
        """Whether the owner's next commit has all that it folded while `pile_up` ran, and is held.

        1. Hold the document; something may be on its way by now.  2. Pile up.  3. Let one commit
        through, and hold again before the next.  4. Wait until that next one has come, too.

        May be tried again after any failure, also of Mongo's.
        """
        self.let_go()
        self._before = self._partitions.find_one({"owner": owner}) or {}
        first = self._hold(after=-1) if self._before else None
        if first is None:
            return False
        pile_up()
        self.let_go()
        return self._hold(after=first) == first + 1 and self._is_tried()

    def let_go(self) -> None:
        """Nothing was written after all."""
        if self._session.in_transaction:
            self._session.abort_transaction()

    def passed_on(self, since: Instant) -> bool:
        """Whether another owner has told all that could be known then."""
        row = self._now()
        return bool(row["epoch"] > self._before["epoch"] and row["caught_up_at"] > since)

    def fenced(self) -> bool:
        """Whether a commit was refused since, for it came from a former owner."""
        return bool(self._now()["fenced"] > self._before["fenced"])

    def _hold(self, after: int) -> int | None:
        """Write the document as soon as its `seq` is beyond `after`; gives that.

        It looks again at once, for what comes after a commit is not to be ahead of us.
        """
        ours = {name: self._before[name] for name in ("_id", "epoch")} | {"seq": {"$gt": after}}
        give_up_at = time.monotonic() + HOLD_S
        while time.monotonic() < give_up_at:
            self._session.start_transaction()
            with suppress(PyMongoError):
                row = self._partitions.find_one_and_update(
                    ours, {"$set": {"held": True}}, session=self._session
                )
                if row:
                    seq: int = row["seq"]
                    return seq
            self.let_go()
        return None

    def _is_tried(self) -> bool:
        enough = self._aborted() + TRIES
        give_up_at = time.monotonic() + HOLD_S
        while self._aborted() < enough:
            if time.monotonic() > give_up_at:
                return False
            time.sleep(0.02)
        return True

    def _aborted(self) -> int:
        """How many transactions came to nothing so far."""
        status = self._database.client.admin.command("serverStatus")
        count: int = status["transactions"]["totalAborted"]
        return count

    def _now(self) -> Row:
        row: Row = self._partitions.find_one({"_id": self._before["_id"]})
        return row


@contextmanager
def grip(database: Any) -> Iterator[Grip]:  # noqa: ANN401 - a database, which has no useful type
    """Whatever is held is let go at the end."""
    with database.client.start_session() as session:
        held = Grip(database, session)
        try:
            yield held
        finally:
            held.let_go()
