"""What an event of a simple agreement costs in the tracker's core, beside a fixed reference loop.

    make bench          prints a table and writes build/bench/core.json

Only the core is timed: `Table.apply` on events that are there already, verdicts included. Decoding,
storing and the log are other parts' affair. A machine's speed is told by the reference loop, timed
in turn with the events, so that figures of two machines can be held against each other.
"""

import gc
import json
import time
from dataclasses import dataclass
from pathlib import Path

from services.shared.clock import SECOND
from services.tracker.core.subject import Event
from services.tracker.core.table import Table
from tests.promising import an_agreement, at, sets_of

EVENTS = 20_000
ROUNDS = 15
GOAL_US = 4.0
"""Microseconds of CPU an event that opens or settles a promise, on a machine of this speed:"""
GOAL_LOOP_MS = 51.0
OUT = Path("build/bench/core.json")


@dataclass(frozen=True, slots=True)
class Round:
    """CPU of one round: microseconds an event, and milliseconds of the loop beside it."""

    opening_us: float
    settling_us: float
    loop_ms: float


def main() -> None:
    """Of each figure the least of all rounds counts: what is above it is the machine's doing."""
    rounds = [_round() for _ in range(ROUNDS)]
    opening_us = min(each.opening_us for each in rounds)
    settling_us = min(each.settling_us for each in rounds)
    loop_ms = min(each.loop_ms for each in rounds)
    mean_us = (opening_us + settling_us) / 2 * GOAL_LOOP_MS / loop_ms
    figures = {
        "opening_us": opening_us,
        "settling_us": settling_us,
        "loop_ms": loop_ms,
        "mean_us_at_goals_speed": mean_us,
        "goal_us": GOAL_US,
        "goal_loop_ms": GOAL_LOOP_MS,
        "rounds": ROUNDS,
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(figures, indent=2) + "\n")
    print(f"opens a promise      {opening_us:6.2f} us of CPU an event")
    print(f"settles a promise    {settling_us:6.2f} us")
    print(f"reference loop       {loop_ms:6.1f} ms; {GOAL_LOOP_MS:.1f} when the goal was set")
    print(f"mean at that speed   {mean_us:6.2f} us; the goal is {GOAL_US:.1f} us")
    print(f"{'met' if mean_us <= GOAL_US else 'NOT met'}; written to {OUT}")


def _round() -> Round:
    """The loop is timed before and after the events, and the faster of the two counts."""
    subjects = [f"order/{number}" for number in range(EVENTS)]
    opening = [_event("finance.PaymentApproved", "payment_id", number) for number in range(EVENTS)]
    settling = [
        _event("operations.ParcelHandedOver", "parcel_id", number) for number in range(EVENTS)
    ]
    table = Table(sets_of(an_agreement("50%", "80%")))
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        before = loop_ms()
        opened = _apply(table, subjects, opening)
        settled = _apply(table, subjects, settling)
        after = loop_ms()
    finally:
        gc.enable()
        gc.unfreeze()
    return Round(opened / EVENTS * 1e6, settled / EVENTS * 1e6, min(before, after))


def _event(type: str, key: str, number: int) -> Event:
    moment = at("09:00") + number + (SECOND if key == "parcel_id" else 0)
    return Event(
        id=f"{type[:3]}{number:013}".encode(),
        type=type,
        party=type.partition(".")[0],
        occurred_at=moment,
        arrived_at=moment,
        order=str(number),
        customer=f"c-{number}",
        content=b"same",
        key=((key, f"p{number}"),),
    )


def _apply(table: Table, subjects: list[str], events: list[Event]) -> float:
    """CPU seconds; every event has to conclude something, or nothing is measured."""
    now, concluded = at("09:00"), 0
    start = time.process_time()
    for subject, event in zip(subjects, events, strict=True):
        concluded += len(table.apply(subject, event, now)[1])
    spent = time.process_time() - start
    assert concluded == len(events), "each event opens or settles one promise"
    return spent


def loop_ms() -> float:
    """CPU milliseconds of a million additions and multiplications, the fixed reference."""
    start, value = time.process_time(), 0
    for number in range(1_000_000):
        value = (value * 31 + number) & 0xFFFF
    assert value >= 0
    return (time.process_time() - start) * 1e3


if __name__ == "__main__":
    main()
