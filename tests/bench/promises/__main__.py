"""Many open promises: what they take and cost, and how soon a verdict comes among them.

    make bench                                    all of it; QUICK=1: fewer promises
    python -m tests.bench.promises --only live    what needs Kafka and Mongo; or `memory`, or `cost`

Each measurement says in its own module how it is taken. What is live happens to one tracker, in
this order: a calm time, a million promises, `kill -9`, load, two bursts; in the end there has to be
each verdict once, or the run fails. A goal that is missed is marked, and fails nothing: figures of
a busy machine say that it works, and `loop ms`, the fixed reference loop, says how busy it was.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from services.local.interrupts import interruptible
from tests.bench.core import QUICK, loop_ms
from tests.bench.peers.comparing import Disagreement
from tests.bench.peers.listening import Standstill
from tests.bench.peers.peer import PeerEnded
from tests.bench.promises.cost import bytes_of_one, costs
from tests.bench.promises.figures import Figure, show, write
from tests.bench.promises.live import live
from tests.bench.promises.sizes import FEW, FULL, Sizes

BUILD = Path("build/bench")
OUT = BUILD / "tracker.json"


def main(arguments: Sequence[str]) -> int:
    """0 where each verdict came once."""
    chosen = _parser().parse_args(arguments).only or list(PARTS)
    figures, loop, code = list[Figure](), loop_ms(), 0
    about: dict[str, object] = {}
    with interruptible():
        for name in chosen:
            try:
                figures += PARTS[name](FEW if QUICK else FULL)
            except (Disagreement, PeerEnded, Standstill) as error:
                print(f"{name} failed: {error}", flush=True)
                code = 1
            loop = min(loop, loop_ms())
            about = {"quick": QUICK, "loop_ms": round(loop), "load": os.getloadavg()[0]}
            write(figures, about, OUT)
    show(figures, about, OUT)
    return code


def _memory(sizes: Sizes) -> list[Figure]:
    shared, lone = bytes_of_one("orders", sizes.resting), bytes_of_one("lone", sizes.lone)
    return [
        Figure("bytes_per_open_promise", shared, 300, f"{sizes.resting:,} rest, three an order"),
        Figure("bytes_per_lone_open_promise", lone, 300, f"{sizes.lone:,} rest, one an order"),
    ]


def _cost(sizes: Sizes) -> list[Figure]:
    both = costs(sizes.few, sizes.many)
    ratio = both.beside_many_us / both.beside_few_us
    return [
        Figure("cost_at_5m_over_50k", ratio, 1.3, f"{sizes.many:,} over {sizes.few:,} open"),
        Figure("cost_at_50k_us", both.beside_few_us, None, "of processor, an event"),
    ]


def _live(sizes: Sizes) -> list[Figure]:
    return asyncio.run(live(sizes, BUILD))


PARTS: dict[str, Callable[[Sizes], list[Figure]]] = {
    "memory": _memory,
    "cost": _cost,
    "live": _live,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.promises")
    parser.add_argument("--only", nargs="+", choices=PARTS, metavar="PART", help=", ".join(PARTS))
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
