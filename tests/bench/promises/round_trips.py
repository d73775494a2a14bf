"""Which of the tracker's round trips to Mongo are there for breaches, and which would be anyway.

For breaches are the transactions that write verdicts, each with all of its commands, and of the
relay whatever it asks about rows that it found: to read on or no further, to number them, to delete
them. The relay's looks that find nothing, what is done each second, and commits of positions alone
are not.
"""

from collections.abc import Iterable
from typing import NamedTuple

from services.shared.clock import Instant

VERDICTS, OUTBOX, TURN = "tracker.verdicts", "tracker.outbox", "tracker.relay"
OF_THE_RELAY = {
    ("getMore", OUTBOX),
    ("killCursors", OUTBOX),
    ("delete", OUTBOX),
    ("update", TURN),
}


class RoundTrip(NamedTuple):
    """A command, on which collection, in which transaction if any; `found` that it brought rows."""

    at: Instant
    name: str
    collection: str
    transaction: str
    found: bool

    @property
    def line(self) -> str:
        return " ".join([str(self.at), *self[1:3], self.transaction or "-", f"{self.found:d}\n"])


def round_trip(line: str) -> RoundTrip:
    """What `RoundTrip.line` made."""
    at, name, collection, transaction, found = line.split()
    return RoundTrip(int(at), name, collection, transaction.strip("-"), found == "1")


def for_breaches(trips: Iterable[RoundTrip], start: Instant, end: Instant) -> list[RoundTrip]:
    """Those between two moments."""
    then = [each for each in trips if start <= each.at <= end]
    telling = {each.transaction for each in then if each.collection == VERDICTS} - {""}
    return [each for each in then if each.transaction in telling or _of_the_relay(each)]


def _of_the_relay(trip: RoundTrip) -> bool:
    looked = (trip.name, trip.collection) == ("find", OUTBOX) and trip.found
    return not trip.transaction and (looked or (trip.name, trip.collection) in OF_THE_RELAY)
