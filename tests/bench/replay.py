"""What the replay of the real orders costs in CPU, beside the fixed reference loop.

    make bench          after the core's figures; skipped where the data is absent

The whole command is timed, reading and writing included, in a process of its own.
"""

import resource
import tempfile
from pathlib import Path

from tests.bench.core import SLICES, loop_s
from tests.olist import DATA
from tests.replaying import AFTER_ALL, replay_in_a_process


def main() -> None:
    if not (DATA / "olist_orders.csv.gz").exists():
        print(f"replay of the real orders: skipped, there is no data in {DATA}")
        return
    with tempfile.TemporaryDirectory() as folder:
        before = _spent()
        ended = replay_in_a_process(DATA, Path(folder) / "promises.csv", "--until", AFTER_ALL)
        spent, rows = _spent() - before, len(ended.rows)
    assert ended.code == 0, ended.err
    loops = spent / (SLICES * min(loop_s() for _ in range(100)))
    print(f"replay of {rows:,} promises   {spent:.1f} s of CPU, {loops:.0f} loops")


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
