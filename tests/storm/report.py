"""What came of a storm: figures that have to be 0, and counters that must not be."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Report:
    """`figures` that have to be 0, `limits` as (measured, allowed) seconds, `counters` above 0."""

    seed: int
    figures: Mapping[str, int]
    limits: Mapping[str, tuple[float, float]]
    counters: Mapping[str, int]
    sizes: Mapping[str, int]
    waiting: tuple[str, ...]

    def violations(self, *, timed: bool = True) -> list[str]:
        """What was broken, in words; without `timed` a slow machine breaks nothing."""
        broken = [f"{name} is {value}" for name, value in self.figures.items() if value]
        broken += [f"{name} never happened" for name, value in self.counters.items() if not value]
        broken += [f"still waiting for {what}" for what in self.waiting]
        if timed:
            broken += [
                f"{name} is {value:.1f} s, over {limit:g}"
                for name, (value, limit) in self.limits.items()
                if value > limit
            ]
        return broken


def cut_off(seed: int, why: str) -> Report:
    """Of a storm that did not come to its end."""
    return Report(seed, {}, {}, {}, {}, (f"its end, cut off by {why}",))
