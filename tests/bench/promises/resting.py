"""What an open promise takes in memory while it rests, in a process of its own.

    python -m tests.bench.promises.resting orders 1000000

Prints the bytes of a promise. They are the growth of what is resident (`/proc/self/statm`), taken
twice after a full collection and `malloc_trim(0)`: when the first second's orders rest, and when
all do. What the interpreter cannot give back, because a page is not empty, counts. Orders come
fifty a second, so few are awake at once. An order of `orders` has three promises, two events
with their ids and traces, and three dates; one of `lone` has one event, one promise and one date,
and no other promise to share the subject's bytes with.
"""

import ctypes
import gc
import resource
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from services.shared.clock import SECOND
from services.tracker.rules import RESTS_AFTER
from tests.bench.peers.records import Placed
from tests.bench.promises.crowd import Crowd
from tests.bench.promises.orders import PROMISES_AN_ORDER

ORDERS_A_SECOND = 50
PAGE = resource.getpagesize()
SHAPES = {"orders": PROMISES_AN_ORDER, "lone": 1}
"""How many promises an order of each has."""


def main(shape: str, promises: int) -> None:
    crowd, numbers, orders = Crowd(), count(), -(-promises // SHAPES[shape])
    _gather(crowd, shape, numbers, ORDERS_A_SECOND)
    before = _resident()
    _gather(crowd, shape, numbers, orders)
    print((_resident() - before) / (orders * SHAPES[shape]))


def _gather(crowd: Crowd, shape: str, numbers: Iterator[int], orders: int) -> None:
    """So many orders are told of, and rest in the end."""
    for first in range(0, orders, ORDERS_A_SECOND):
        crowd.at += SECOND
        some = [next(numbers) for _ in range(min(ORDERS_A_SECOND, orders - first))]
        crowd.handle(crowd.decoded(_said(crowd, shape, some)))
    for _ in range(2):
        crowd.at += RESTS_AFTER
        crowd.handle(crowd.decoded([]))
    assert not crowd.awake, "all of them rest"


def _said(crowd: Crowd, shape: str, numbers: list[int]) -> Iterator[Placed]:
    for number in numbers:
        if shape == "orders":
            yield from crowd.orders.open(number, crowd.at)
        else:
            yield crowd.orders.pick(number, crowd.at)


def _resident() -> int:
    """Bytes, after everything that can be given back was."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
