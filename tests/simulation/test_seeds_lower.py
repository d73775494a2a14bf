"""The first half of the seeds; the other half is a module of its own, for a process of its own."""

from tests.simulation.runs import EXPECTED, all_hold
from tests.simulation.seeds import HALVES


def test_whatever_fails_when_every_invariant_holds() -> None:
    counts = all_hold(HALVES[0])
    assert [what for what in EXPECTED if not counts[what]] == []
