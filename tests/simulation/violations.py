"""What does not hold in a run."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """`invariant` is its number in the list of invariants, `what` shows it."""

    invariant: str
    what: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.what}"
