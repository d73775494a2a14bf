"""What counts as kept and what as broken, for when, and what counts as neither."""

from dataclasses import replace
from typing import Any

import pytest

from services.tracker.core.agreements import Acknowledgement, Objective
from services.tracker.core.course import Mentioned, Outcome
from services.tracker.core.durations import WallTime
from services.tracker.core.outcomes import Outcomes, Span, count, outcome_of
from services.tracker.core.promises import State
from tests.promising import (
    HOUR,
    PROMISED_BY,
    Desk,
    a_promise,
    a_retraction,
    an_agreement,
    an_event,
    at,
)

MEASURED = an_agreement(objective=Objective(0.97, 28))
AMENDED = replace(MEASURED, within=None, by=PROMISED_BY, amends_on="sales.OrderAmended")
KEPT: dict[str, Any] = {"settled_at": at("10:00"), "concluded": State.KEPT}
BREACHED: dict[str, Any] = {"breached_at": at("11:00")}
NAME = MEASURED.name


def counted(desk: Desk, outcomes: Outcomes | None = None) -> dict[Span, list[int]]:
    found: Outcomes = {} if outcomes is None else outcomes
    count(desk.subject.promises.values(), 0, found)
    return {span: counts for span, counts in found.items() if any(counts)}


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, None),
        (KEPT, Outcome(at("10:00"), kept=True)),
        (BREACHED, Outcome(at("11:00"), kept=False)),
        (
            BREACHED | {"settled_at": at("12:00"), "concluded": State.KEPT_LATE},
            Outcome(at("11:00"), kept=False),
        ),
        (
            BREACHED | {"ended_as": State.RELEASED, "settled_by": b"r"},
            Outcome(at("11:00"), kept=False),
        ),
        ({"ended_as": State.CANCELLED, "settled_by": b"c"}, None),
        (BREACHED | {"ended_as": State.CANCELLED}, None),  # its opening was taken back
        (
            KEPT | {"mentioned": Mentioned(missed=(at("09:30"), at("09:00")))},
            Outcome(at("09:00"), kept=False),
        ),
    ],
)
def test_what_was_broken_once_stays_so_and_what_only_ended_is_neither(
    changes: dict[str, Any], outcome: Outcome | None
) -> None:
    assert outcome_of(a_promise(MEASURED, **changes), 0) == outcome


@pytest.mark.parametrize("changes", [KEPT, BREACHED])
def test_what_lay_before_the_agreements_or_before_its_import_is_not_counted(
    changes: dict[str, Any],
) -> None:
    promise = a_promise(MEASURED, **changes)
    (happened_at,) = (each for each in changes.values() if isinstance(each, int))
    assert outcome_of(promise, happened_at)
    assert outcome_of(promise, happened_at + 1) is None
    assert outcome_of(replace(promise, silent_until=happened_at), 0)
    assert outcome_of(replace(promise, silent_until=happened_at + 1), 0) is None


def test_without_an_objective_nothing_is_counted_nor_what_comes_along_with_a_promise() -> None:
    assert outcome_of(a_promise(an_agreement(), **KEPT), 0) is None
    acknowledged = replace(
        MEASURED, acknowledge=Acknowledgement("operations.PickStarted", WallTime(HOUR))
    )
    desk = Desk(acknowledged)
    desk.hear(an_event(), an_event("operations.ParcelHandedOver", "09:59:59"))
    assert len(desk.subject.promises) == 2
    assert counted(desk) == {Span(NAME, at("09:55")): [1, 0]}


def test_a_date_that_had_passed_when_it_was_moved_was_broken_also_if_the_new_one_is_kept() -> None:
    desk = Desk(AMENDED)
    desk.hear(
        an_event("sales.OrderPlaced", "08:00", fields={"promised_by": at("11:00")}), an_event()
    )
    desk.hear(
        an_event(
            "sales.OrderAmended",
            "11:30",
            key=(("version", "2"),),
            fields={"promised_by": at("13:00")},
        )
    )
    desk.hear(an_event("operations.ParcelHandedOver", "12:00"))
    assert counted(desk) == {Span(NAME, at("11:00")): [0, 1]}


def test_what_is_taken_back_is_taken_from_the_five_minutes_where_it_was_counted() -> None:
    desk, outcomes = Desk(MEASURED), Outcomes()
    evidence = an_event("operations.ParcelHandedOver", "10:02")
    desk.hear(an_event(), evidence)
    assert counted(desk, outcomes) == {Span(NAME, at("10:00")): [1, 0]}
    desk.hear(a_retraction(evidence, "10:30"))
    assert counted(desk, outcomes) == {}
    desk.pass_time("11:05")
    assert counted(desk, outcomes) == {Span(NAME, at("11:00")): [0, 1]}
    desk.hear(an_event("operations.ParcelHandedOver", "10:20", arrived_at=at("12:00")))
    assert counted(desk, outcomes) == {Span(NAME, at("10:20")): [1, 0]}
