"""A handoff without what it requires goes back to its sender until it is complete."""

from itertools import permutations

import pytest

from services.tracker.core.facts import Fact
from services.tracker.core.subject import Event
from services.tracker.core.verdicts import Kind, Reason
from services.tracker.packing import pack, unpack
from tests.promising import (
    PROMISED_BY,
    Desk,
    a_retraction,
    an_agreement,
    an_event,
    at,
    only,
    sets_of,
    told,
)

REQUIRING = an_agreement(requires=(PROMISED_BY, Fact("order", "note")))
APPROVED = an_event()


def fact(time: str, **fields: object) -> Event:
    return an_event(f"carrier.Told{len(fields)}", time, fields=fields)


def test_a_handoff_waits_until_the_last_missing_fact_is_there() -> None:
    events = (
        APPROVED,
        fact("09:30", promised_by=1),
        an_event("carrier.Said", "10:00", fields={"note": "x"}),
    )
    for order in permutations(events):
        promise = only(told(*order, sets=sets_of(REQUIRING)))
        assert (promise.due_by, promise.course.missing) == (at("12:00"), ())


def test_what_was_told_before_the_opening_is_not_missing() -> None:
    complete = fact("08:30", promised_by=1, note="x")
    for order in permutations((APPROVED, complete)):
        assert only(told(*order, sets=sets_of(REQUIRING))).due_by == at("11:00")


@pytest.mark.parametrize("empty", ["", [], {}, {"name": ""}])
def test_a_fact_that_is_told_as_empty_is_missing(empty: object) -> None:
    promise = only(
        told(an_event(fields={"promised_by": 1, "note": empty}), sets=sets_of(REQUIRING))
    )
    assert promise.course.missing == ("order.note",)


def test_a_missing_fact_that_is_taken_back_is_missing_again() -> None:
    complete = fact("09:30", promised_by=1, note="x")
    for order in permutations((APPROVED, complete, a_retraction(complete))):
        assert only(told(*order, sets=sets_of(REQUIRING))).course.missing


def test_a_return_is_told_to_the_sender_and_cleared_when_it_is_complete() -> None:
    desk = Desk(REQUIRING)
    _, returned = desk.hear(APPROVED)
    assert (returned.kind, returned.reason, returned.publish) == (
        Kind.RETURNED,
        Reason.INCOMPLETE,
        True,
    )
    assert desk.pass_time("20:00") == []
    desk.table.put(unpack(desk.subject.id, pack(desk.subject), desk.table.sets))
    (cleared,) = desk.hear(fact("20:30", promised_by=1, note="x"))
    assert (cleared.kind, cleared.publish) == (Kind.CLEARED, True)
    assert desk.promise.due_by == at("22:30")


def test_a_return_is_told_again_when_its_promise_is_open_again() -> None:
    desk = Desk(REQUIRING)
    kept = an_event("operations.ParcelHandedOver", "10:00")
    desk.hear(APPROVED, kept)
    assert [each.kind for each in desk.hear(a_retraction(kept, "10:10"))] == [
        Kind.OPENED,
        Kind.RETURNED,
    ]
    assert len({each.id for each in desk.told}) == len(desk.told)


def test_what_is_kept_although_it_was_incomplete_is_kept() -> None:
    desk = Desk(REQUIRING)
    desk.hear(APPROVED)
    (kept,) = desk.hear(an_event("operations.ParcelHandedOver", "10:00"))
    assert (kept.kind, kept.publish, desk.promise.announced) == (Kind.KEPT, True, None)
