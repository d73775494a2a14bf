"""Which relay publishes a source's rows, and the numbers that they got: one document in Mongo."""

from collections.abc import Mapping, Sequence

import uuid_utils
from pymongo import MongoClient, ReturnDocument
from pymongo.errors import DuplicateKeyError

from services.shared.errors import HandoffError
from services.shared.mongo import LOCAL, MAJORITY, Row

TURN_S = 5.0


class TurnLost(HandoffError):
    """Another relay publishes this source's rows now."""


class Turn:
    """Whose turn it is to publish a source's rows, and which numbers it gave to them.

    One document a source: a relay holds it for a few seconds at a time, and what it numbers is
    durable here before it is published. A relay that was replaced can neither renew nor number.
    """

    def __init__(
        self, client: "MongoClient[Row]", database: str, name: str, held_s: float = TURN_S
    ) -> None:
        self._turns = client[database][f"{name}.relay"].with_options(write_concern=MAJORITY)
        self._packs = client[database][f"{name}.outbox"].with_options(read_concern=LOCAL)
        self._name = name
        self._owner = uuid_utils.uuid7().bytes
        self._held_ms = int(held_s * 1_000)
        self._epoch = 0
        self._next = 1
        self._numbers: dict[bytes, range] = {}
        self._published: set[bytes] = set()

    def take(self) -> bool:
        """Take or renew the turn; False while another relay has it."""
        mine = {"$eq": ["$owner", self._owner]}
        free = {"$or": [mine, {"$lt": ["$held_until", "$$NOW"]}]}
        epoch = {"$add": [{"$ifNull": ["$epoch", 0]}, {"$cond": [mine, 0, 1]}]}
        taken = {"owner": self._owner, "epoch": epoch, "held_until": self._until()}
        changes = {name: {"$cond": [free, value, f"${name}"]} for name, value in taken.items()}
        try:
            turn = self._turns.find_one_and_update(
                {"_id": self._name},
                [{"$set": changes}],
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
        except DuplicateKeyError:
            return False
        if not turn or turn["owner"] != self._owner:
            return False
        if turn["epoch"] != self._epoch:
            self._load(turn)
        return True

    def number(self, wanted: Mapping[bytes, int]) -> Mapping[bytes, range]:
        """So many numbers for each pack, by its key: those it had before, else the next ones.

        A majority confirms them, and with them that it is our turn, that this Mongo is the primary,
        and that what was read from it before is committed. Raises TurnLost where it is not ours.
        """
        self._published.difference_update(wanted)
        numbers = {key: n for key, n in self._numbers.items() if key not in self._published}
        following = self._next
        for key, count in wanted.items():
            if key not in numbers:
                numbers[key] = range(following, following + count)
                following += count
        self._save(numbers, following)
        return self._numbers

    def forget(self, keys: Sequence[bytes]) -> None:
        """These packs are published and deleted.

        Their numbers are kept until a majority has the deletion, which is when the next are saved.
        """
        self._published.update(keys)

    def release(self) -> None:
        """Let another relay go on at once."""
        self._turns.update_one(
            {"_id": self._name, "owner": self._owner}, [{"$set": {"held_until": "$$NOW"}}]
        )

    def _save(self, numbers: dict[bytes, range], following: int) -> None:
        kept = [
            {"key": key, "first": given.start, "count": len(given)}
            for key, given in numbers.items()
        ]
        changes = {
            "numbers": {"$literal": kept},
            "next": following,
            "held_until": self._until(),
        }
        saved = self._turns.update_one(
            {"_id": self._name, "owner": self._owner, "next": self._expected_next()},
            [{"$set": changes}],
        )
        if not saved.matched_count:
            # Another owner, or an earlier save of ours whose answer was lost: read it again.
            self._epoch = 0
            raise TurnLost(f"Another relay of {self._name} has taken over; this one waits.")
        self._numbers, self._next, self._published = numbers, following, set()

    def _load(self, turn: Row) -> None:
        """The numbers of packs that still wait; the last relay may have died before a deletion."""
        given = given_numbers(turn)
        waiting = self._packs.find({"_id": {"$in": list(given)}}, {"_id": 1})
        self._numbers = {pack["_id"]: given[pack["_id"]] for pack in waiting}
        self._published = set()
        self._next = turn.get("next", 1)
        self._epoch = turn["epoch"]

    def _expected_next(self) -> Row | int:
        return self._next if self._next > 1 else {"$in": [1, None]}

    def _until(self) -> Row:
        return {"$add": ["$$NOW", self._held_ms]}


def given_numbers(turn: Row) -> dict[bytes, range]:
    """The numbers of each pack that no relay has published for certain, by the pack's key."""
    return {
        each["key"]: range(each["first"], each["first"] + each["count"])
        for each in turn.get("numbers", ())
    }
