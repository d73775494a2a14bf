"""What Python's garbage collector adds to an event, as it comes and as the tracker sets it.

    make bench          prints a table and writes build/bench/collector.json; QUICK=1: fewer events

A steady state: so many promises are open; a batch opens 500 more, then as many of the oldest are
kept and dropped. Each way in a process of its own, in turn; the collector's work is in the time: as
the tracker sets it, once for all of these events, which is oftener than in half a minute.
"""

import gc
import json
import subprocess
import sys
import time
from pathlib import Path

from services.tracker.collector import expect_long_lives, spare_what_is_there, tidy
from services.tracker.core.table import Table
from tests.bench.core import BATCH, QUICK, a_batch, apply_batch
from tests.promising import an_agreement, sets_of

OPEN, EVENTS = (20_000, 20_000) if QUICK else (100_000, 100_000)
ROUNDS = 1 if QUICK else 3
WAYS = ("as it comes", "as set", "off")
OUT = Path("build/bench/collector.json")


def main() -> None:
    rounds = [{way: _measured(way) for way in WAYS} for _ in range(ROUNDS)]
    figures = {
        way: {name: min(each[way][name] for each in rounds) for name in ("event_us", "longest_ms")}
        for way in WAYS
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(figures, indent=2) + "\n")
    print("garbage collector    us an event   longest batch of 500 in ms")
    for way, said in figures.items():
        print(f"{way:20} {said['event_us']:11.2f} {said['longest_ms']:14.1f}")
    ratio = figures["as it comes"]["event_us"] / figures["as set"]["event_us"]
    print(f"as it comes against as set: {ratio:.2f} times; written to {OUT}")


def _measured(way: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.collector", way]
    told = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: dict[str, float] = json.loads(told.stdout)
    return figures


def measure(way: str) -> None:
    """Print the figures of one way as JSON."""
    if way == "off":
        gc.disable()
    elif way == "as set":
        expect_long_lives()
    table, spent = Table(sets_of(an_agreement("50%", "80%"))), list[float]()
    for first in range(0, OPEN, BATCH):
        apply_batch(table, a_batch("finance.PaymentApproved", "payment_id", first))
    if way == "as set":
        spare_what_is_there()
    for first in range(OPEN, OPEN + EVENTS, BATCH):
        opening = a_batch("finance.PaymentApproved", "payment_id", first)
        settling = a_batch("operations.ParcelHandedOver", "parcel_id", first - OPEN)
        spent += [apply_batch(table, opening), apply_batch(table, settling)]
        for subject, _ in settling:
            table.drop(subject)
    if way == "as set":
        start = time.process_time()
        tidy()
        spent.append(time.process_time() - start)
    figures = {"event_us": sum(spent) / EVENTS / 2 * 1e6, "longest_ms": max(spent) * 1e3}
    print(json.dumps(figures))


if __name__ == "__main__":
    measure(sys.argv[1]) if len(sys.argv) > 1 else main()
