"""Nothing that the core keeps needs the garbage collector to be freed."""

import gc

from services.tracker.core.promises import Promise
from services.tracker.core.subject import Event, Subject
from services.tracker.core.table import Table
from tests.histories import SETS
from tests.promising import ORDER, a_retraction, an_event, at, marks


def kept_alive() -> int:
    return sum(type(each) in {Subject, Promise, Event} for each in gc.get_objects())


def test_a_subject_that_is_dropped_is_freed_without_the_collector() -> None:
    gc.collect()
    gc.disable()
    try:
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
    finally:
        gc.enable()
