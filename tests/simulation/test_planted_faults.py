"""A simulator that finds nothing proves nothing: each of these mistakes is found by its seed."""

import pytest

from tests.simulation.faults import FAULTS, Fault
from tests.simulation.runs import run, shortest
from tests.simulation.steps import steps_of

planted = pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)


@planted
def test_a_planted_fault_breaks_its_invariant(
    fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault.plant(monkeypatch)
    _, found = run(fault.seed, fault.parts)
    assert fault.invariant in {each.invariant for each in found}


@planted
def test_without_the_fault_its_seed_breaks_nothing(fault: Fault) -> None:
    assert run(fault.seed)[1] == []


def test_a_history_that_fails_is_cut_down_to_a_few_steps() -> None:
    """And what is left can be read, and be run again by its seed."""
    fault = next(each for each in FAULTS if each.name == "heartbeats to one partition")
    failure = shortest(fault.seed, fault.parts)
    assert len(failure.steps) <= len(steps_of(fault.seed)) // 10
    assert {each.invariant for each in failure.found} >= {fault.invariant}
    assert f"python -m tests.simulation.runs {fault.seed}" in str(failure)


def test_the_same_seed_gives_the_same_run() -> None:
    one, again = run(7)[0], run(7)[0]
    assert one.store.commits == again.store.commits
    assert one.counts == again.counts
