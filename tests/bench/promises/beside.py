"""What an event costs beside many open promises, in a process of its own.

    python -m tests.bench.promises.beside 50000

The open orders are taken over from the store, as after a restart: a thousand, over and over, each
time under another id and a little later. Prints how many promises are open, then, for each line of
its input, the microseconds of processor of an event that opens or keeps a promise of a fresh order:
from the decoded record to the encoded commit. It ends with its input.
"""

import sys
from collections.abc import Iterator

from services.shared.clock import SECOND
from services.tracker.core.agenda import next_look_at
from services.tracker.core.subject import Event, Subject
from services.tracker.core.table import Table
from services.tracker.exchange import OpenSubject
from services.tracker.packing import pack
from tests.bench.peers.workload import subject_of
from tests.bench.promises.crowd import SETS, Crowd
from tests.bench.promises.orders import PROMISES_AN_ORDER
from tests.tracking import START

PATTERNS = 1_000
FRESH = 1_000
"""Orders of a round: each owes a parcel, and a second later hands it over."""
LATER = 1_000
"""Microseconds from the deadlines of one open order to those of the next."""


def main(promises: int) -> None:
    orders = -(-promises // PROMISES_AN_ORDER)
    crowd = Crowd(_open(_patterns(), orders))
    print(orders * PROMISES_AN_ORDER, flush=True)
    for first, _ in enumerate(sys.stdin):
        numbers = range(orders + first * FRESH, orders + (first + 1) * FRESH)
        print(_round(crowd, numbers), flush=True)


def _round(crowd: Crowd, numbers: range) -> float:
    spent = 0.0
    for say in (crowd.orders.owe, crowd.orders.keep):
        crowd.at += SECOND
        spent += crowd.handle(crowd.decoded(say(number, crowd.at) for number in numbers))
    assert not crowd.awake, "what is kept and committed is forgotten"
    return spent / (2 * FRESH) * 1e6


def _patterns() -> list[OpenSubject]:
    table, crowd = Table(SETS), Crowd()
    for number in range(PATTERNS):
        for told in crowd.decoded(crowd.orders.open(number, START)):
            if isinstance(told.said, Event):
                table.apply(told.subject, told.said, START)
    return [_stored(subject) for subject in table.subjects.values()]


def _stored(subject: Subject) -> OpenSubject:
    return OpenSubject(subject.id, pack(subject), next_look_at(subject))


def _open(patterns: list[OpenSubject], orders: int) -> Iterator[OpenSubject]:
    for number in range(orders):
        _, packed, look_at = patterns[number % PATTERNS]
        assert look_at, "it is open"
        yield OpenSubject(subject_of(number), packed, look_at + number * LATER)


if __name__ == "__main__":
    main(int(sys.argv[1]))
