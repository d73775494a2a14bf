"""How many promises each measurement has, in a full run and in a quick one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """`calm` and `loaded` are verdicts, all others open promises."""

    resting: int
    lone: int
    few: int
    many: int
    open: int
    calm: int
    loaded: int
    loaded_a_second: int


FULL = Sizes(
    resting=1_000_000,
    lone=300_000,
    few=50_000,
    many=5_000_000,
    open=1_000_000,
    calm=600,
    loaded=600,
    loaded_a_second=20,
)
FEW = Sizes(
    resting=100_000,
    lone=30_000,
    few=50_000,
    many=250_000,
    open=50_000,
    calm=100,
    loaded=300,
    loaded_a_second=50,
)
