"""What many open promises cost: their memory, and what an event costs beside them.

`bytes_per_open_promise` is that of orders with three open promises each, and
`bytes_per_lone_open_promise` that of orders with one: how it is taken is in `resting.py`.
`cost_at_5m_over_50k` is what an event costs beside many open promises (`beside.py`), against what
it costs beside few: the ratio of the medians of rounds that two processes have in turn.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import NamedTuple

from services.local.tether import tethered

ROUNDS = 25

Process = subprocess.Popen[str]


class Costs(NamedTuple):
    """Microseconds of processor an event."""

    beside_few_us: float
    beside_many_us: float


def bytes_of_one(shape: str, promises: int) -> float:
    with _child("resting", shape, str(promises)) as process:
        return _number(process)


def costs(few: int, many: int) -> Costs:
    with _child("beside", str(few)) as small, _child("beside", str(many)) as large:
        for each in (small, large):
            _number(each)
        rounds = [(_round(small), _round(large)) for _ in range(ROUNDS)]
    return Costs(*(median(each) for each in zip(*rounds, strict=True)))


@contextmanager
def _child(module: str, *arguments: str) -> Iterator[Process]:
    """Ends with the block."""
    command = (sys.executable, "-m", f"tests.bench.promises.{module}", *arguments)
    with subprocess.Popen(
        tethered(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
    assert process.returncode == 0, f"{module} ended with code {process.returncode}"


def _round(process: Process) -> float:
    assert process.stdin, "it is a pipe"
    process.stdin.write("\n")
    process.stdin.flush()
    return _number(process)


def _number(process: Process) -> float:
    assert process.stdout, "it is a pipe"
    return float(process.stdout.readline())
