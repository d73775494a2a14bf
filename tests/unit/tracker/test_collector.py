"""Nothing that the core keeps needs the garbage collector to be freed; what others leave does."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from services.tracker.collector import expect_long_lives, spare_what_is_there, tidy
from services.tracker.core.promises import Promise
from services.tracker.core.subject import Event, Subject
from services.tracker.core.table import Table
from tests.histories import SETS
from tests.promising import ORDER, a_retraction, an_event, at, marks


@pytest.fixture
def switched_off() -> Iterator[None]:
    gc.collect()
    expect_long_lives()
    yield
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.enable()


class Cycle:
    """Two of them that know each other are freed by nobody else."""

    def __init__(self) -> None:
        self.other: Cycle | None = None


def a_cycle() -> "weakref.ref[Cycle]":
    one, other = Cycle(), Cycle()
    one.other, other.other = other, one
    return weakref.ref(one)


@pytest.mark.usefixtures("switched_off")
def test_only_tidying_frees_a_cycle_and_of_what_was_spared_none() -> None:
    spared = a_cycle()
    spare_what_is_there()
    fresh = a_cycle()
    assert fresh() is not None
    tidy()
    assert fresh() is None
    assert spared() is not None


def kept_alive() -> int:
    return sum(type(each) in {Subject, Promise, Event} for each in gc.get_objects())


@pytest.mark.usefixtures("switched_off")
def test_a_subject_that_is_dropped_is_freed_without_the_collector() -> None:
    before, table = kept_alive(), Table(SETS)
    requested = an_event("support.RefundRequested", key=(("refund_id", "1"),))
    for event in (
        an_event(),
        requested,
        a_retraction(requested, "10:00"),
        an_event(time="08:00"),
    ):
        table.apply(ORDER, event, at("10:00"))
    table.advance(at("20:00"), marks("20:00"))
    assert kept_alive() > before
    table.drop(ORDER)
    del event, requested
    assert kept_alive() == before
