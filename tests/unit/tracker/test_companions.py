"""Promises that come with a promise: to acknowledge it, and to be heard of meanwhile."""

from dataclasses import replace
from itertools import permutations

import pytest

from services.tracker.core.agreements import Acknowledgement, PauseRule
from services.tracker.core.durations import WallTime
from services.tracker.core.promises import Promise, State, settled_state
from services.tracker.core.subject import Event, Subject
from services.tracker.core.verdicts import Kind
from services.tracker.packing import pack, unpack
from tests.promising import (
    HOUR,
    ORDER,
    SHIP_BY,
    Desk,
    a_retraction,
    an_agreement,
    an_event,
    at,
    kinds,
    sets_of,
    told,
)

PICKED = "operations.PickStarted"
HANDED_OVER = "operations.ParcelHandedOver"
ACKNOWLEDGED = an_agreement(acknowledge=Acknowledgement(PICKED, WallTime(HOUR)), within=8 * HOUR)
UPDATED = an_agreement(update_every=WallTime(2 * HOUR), within=12 * HOUR)
BOTH = replace(UPDATED, acknowledge=Acknowledgement(PICKED, WallTime(HOUR)))
APPROVED = an_event()


def companion(subject: Subject, name: str) -> Promise:
    return subject.promises[f"{ORDER}~ship-paid-order.{name}"]


def said(time: str) -> Event:
    return an_event("operations.StockReserved", time)


@pytest.mark.parametrize(("time", "state"), [("10:00", State.KEPT), ("10:00:01", State.KEPT_LATE)])
def test_an_acknowledgement_in_its_time_keeps_the_promise_to_give_it(
    time: str, state: State
) -> None:
    for order in permutations((APPROVED, an_event(PICKED, time))):
        subject = told(*order, sets=sets_of(ACKNOWLEDGED))
        assert settled_state(companion(subject, "acknowledge")) is state


def test_who_has_done_it_has_acknowledged_it() -> None:
    subject = told(APPROVED, an_event(HANDED_OVER, "09:30"), sets=sets_of(BOTH))
    assert {settled_state(each) for each in subject.promises.values()} == {State.KEPT}
    assert subject.settled


def test_an_acknowledgement_that_is_missed_is_breached_by_itself() -> None:
    desk = Desk(ACKNOWLEDGED)
    desk.hear(APPROVED)
    (breach,) = desk.pass_time("10:00:02")
    assert breach.promise_id.endswith(".acknowledge")
    assert kinds(desk.hear(an_event(PICKED, "10:30"))) == ["acknowledged", "kept_late"]


@pytest.mark.parametrize("end", ["sales.OrderCancelled", "oncall.PromiseReleased"])
def test_companions_end_as_their_promise_does(end: str) -> None:
    promise_id = f"{ORDER}~ship-paid-order" if end.startswith("oncall") else ""
    desk = Desk(BOTH)
    desk.hear(APPROVED)
    desk.pass_time("10:30")
    desk.hear(an_event(end, "10:40", promise_id=promise_id))
    ended = {settled_state(each) for each in desk.subject.promises.values()}
    assert ended == {State.RELEASED if promise_id else State.CANCELLED}
    assert {each.announced for each in desk.subject.promises.values()} == {None}
    assert desk.pass_time("23:00") == []


def test_a_promise_that_is_open_again_has_its_companions_again() -> None:
    kept = an_event(HANDED_OVER, "09:30")
    desk = Desk(BOTH)
    desk.hear(APPROVED, kept, a_retraction(kept, "09:40"))
    assert {settled_state(each) for each in desk.subject.promises.values()} == {None}
    assert kinds(desk.pass_time("10:00:02")) == ["breached"]


def test_an_update_is_due_so_long_after_the_debtors_last_word() -> None:
    for order in permutations((APPROVED, said("10:00"), an_event("sales.OrderPlaced", "10:30"))):
        subject = told(*order, sets=sets_of(UPDATED))
        assert companion(subject, "update").due_by == at("12:00")


def test_an_update_that_was_missed_is_breached_and_the_next_word_ends_that() -> None:
    desk = Desk(UPDATED)
    desk.hear(APPROVED)
    assert kinds(desk.pass_time("11:00:02")) == ["breached"]
    assert kinds(desk.hear(said("11:30"))) == ["amended"]
    assert companion(desk.subject, "update").due_by == at("13:30")
    assert kinds(desk.pass_time("13:30:02")) == ["breached"]


def test_a_pause_before_the_last_word_takes_no_time_from_the_next_update() -> None:
    rule = PauseRule("operations.StockMissing", "operations.StockArrived", "supplier")
    agreement = replace(UPDATED, pauses=(rule,))
    missing = an_event("operations.StockMissing", "09:30")
    arrived = an_event("operations.StockArrived", "10:00")
    for order in permutations((APPROVED, missing, arrived, said("10:30"))):
        subject = told(*order, sets=sets_of(agreement))
        assert companion(subject, "update").due_by == at("12:30")
    during = (APPROVED, missing, said("09:45"), an_event("operations.StockArrived", "10:15"))
    for order in permutations(during):
        subject = told(*order, sets=sets_of(agreement))
        assert companion(subject, "update").due_by == at("12:15")


def test_no_companion_is_opened_without_its_promise() -> None:
    agreement = replace(BOTH, within=None, by=SHIP_BY)
    subject = told(APPROVED, sets=sets_of(agreement))
    assert not subject.promises


def test_companions_have_no_date_that_the_customer_was_given() -> None:
    desk = Desk(replace(BOTH, owed_to="customer"))
    desk.hear(APPROVED)
    assert desk.subject.customer_visible_by == at("21:00")


def test_companions_after_a_restart_are_as_they_were() -> None:
    desk = Desk(BOTH)
    for step in (APPROVED, said("10:00"), an_event(PICKED, "10:30")):
        desk.hear(step)
        desk.pass_time(step.occurred_at + HOUR // 2)
        stored = unpack(desk.subject.id, pack(desk.subject), desk.table.sets)
        assert {id: replace(each, queued_at=None) for id, each in stored.promises.items()} == {
            id: replace(each, queued_at=None) for id, each in desk.subject.promises.items()
        }
        desk.table.put(stored)
    assert Kind.BREACHED in {each.kind for each in desk.told}
