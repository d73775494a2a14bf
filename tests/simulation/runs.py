"""A seed to a run to a verdict on it; what fails is cut down to the shortest history that fails.

`python -m tests.simulation.runs SEED` runs one seed and prints what it did and what is wrong.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from services.shared.clock import SECOND
from tests.simulation.checker import violations
from tests.simulation.steps import Step, steps_of
from tests.simulation.violations import Violation
from tests.simulation.world import Parts, World

TRIES_LIMIT = 400
SHOWN_VIOLATIONS = 5

EXPECTED = (
    "counted as duplicate",
    "crash",
    "relay died",
    "duplicate",
    "fenced",
    "landed too late",
    "new id",
    "other content",
    "read ahead",
    "rebalance",
    "refused:id_conflict",
    "refused:malformed",
    "refused:wrong_partition",
    "set activated",
    "stall",
    "taken back",
    "unanswered",
    "verdict:breached",
    "verdict:cancelled",
    "verdict:kept",
    "verdict:kept_late",
    "verdict:unknown",
    "verdict:warned",
    "verdict:withdrawn",
)
"""What has to happen somewhere in the seeds; otherwise they say nothing of it."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A seed that fails, the steps of it that are enough for that, and what is wrong with them."""

    seed: int
    steps: list[Step]
    found: list[Violation]

    def __str__(self) -> str:
        told = [f"seed {self.seed} fails; so do {len(self.steps)} of its steps:"]
        at = 0
        for step in self.steps:
            at += step.after
            told.append(f"  {at / SECOND:9.3f} s  {step}")
        told += [f"  {each}" for each in self.found[:SHOWN_VIOLATIONS]]
        told.append(f"again: python -m tests.simulation.runs {self.seed}")
        return "\n".join(told)


def run(seed: int, parts: Parts | None = None) -> tuple[World, list[Violation]]:
    return _run(steps_of(seed), parts or Parts())


def all_hold(seeds: Iterable[int]) -> Counter[str]:
    """Run all seeds; raises AssertionError with the shortest history where one fails.

    Gives how often each fault and each conclusion came.
    """
    counts: Counter[str] = Counter()
    for seed in seeds:
        world, found = run(seed)
        assert not found, str(shortest(seed))
        counts += world.counts
    return counts


def shortest(seed: int, parts: Parts | None = None) -> Failure:
    """Take out steps, in halves, quarters... and one by one, while what is left still fails."""
    parts = parts or Parts()
    first = _run(steps_of(seed), parts)[1][0].invariant

    def fails(steps: list[Step]) -> bool:
        return any(each.invariant == first for each in _run(steps, parts)[1])

    steps = _without_needless(steps_of(seed), fails)
    return Failure(seed, steps, _run(steps, parts)[1])


def _run(steps: list[Step], parts: Parts) -> tuple[World, list[Violation]]:
    world = World(parts).run(steps)
    return world, violations(world)


def _without_needless(steps: list[Step], fails: Callable[[list[Step]], bool]) -> list[Step]:
    """Delta debugging (Zeller and Hildebrandt, 2002), with a limit of tries."""
    size, tries = len(steps) // 2, 0
    while size and tries < TRIES_LIMIT:
        at, before = 0, len(steps)
        while at < len(steps) and tries < TRIES_LIMIT:
            fewer = _without(steps, at, size)
            tries += 1
            if fails(fewer):
                steps = fewer
            else:
                at += size
        size = size if size == 1 and len(steps) < before else size // 2
    return steps


def _without(steps: list[Step], at: int, size: int) -> list[Step]:
    """Those that stay happen when they did."""
    gone, left = steps[at : at + size], steps[at + size :]
    if left:
        passed = sum(step.after for step in gone)
        left[0] = replace(left[0], after=left[0].after + passed)
    return steps[:at] + left


if __name__ == "__main__":
    seed = int(sys.argv[1])
    world, found = run(seed)
    print(*sorted(world.counts.items()), sep="\n")
    print(shortest(seed) if found else f"seed {seed}: every invariant holds")
