"""Promises that open on a verdict about another one, and go when that is withdrawn."""

from dataclasses import replace

from services.shared.clock import SECOND
from services.tracker.core.agreements import PauseRule
from services.tracker.core.promises import State, settled_state
from services.tracker.core.verdicts import Kind, Reason
from services.tracker.packing import pack, unpack
from tests.promising import HOUR, ORDER, Desk, an_agreement, an_event, at, kinds

HANDED_OVER = "operations.ParcelHandedOver"
SHIP = an_agreement(
    "50%", pauses=(PauseRule("operations.StockMissing", "operations.StockArrived", "supplier"),)
)
TELL = an_agreement(
    name="tell",
    opens_on="verdict.warned(ship-paid-order)",
    evidence="support.CustomerInformed",
    owed_by="support",
    within=HOUR,
)
LATE = replace(TELL, name="late", opens_on="verdict.breached(ship-paid-order)")
TELLING, SHIPPING = f"{ORDER}~tell", f"{ORDER}~ship-paid-order"
DAY = 24 * HOUR


def test_a_warning_opens_a_promise_from_its_own_moment() -> None:
    desk = Desk(SHIP, TELL)
    desk.hear(an_event())
    assert kinds(desk.pass_time("10:05")) == ["warned", "opened"]
    promise = desk.subject.promises[TELLING]
    assert (promise.opened_at, promise.due_by) == (at("10:00"), at("11:00"))
    assert "breached" in kinds(desk.pass_time("11:00:02"))


def test_a_second_warning_leaves_the_promise_as_it_is() -> None:
    desk = Desk(replace(SHIP, warn=(*SHIP.warn, *an_agreement("80%").warn)), TELL)
    desk.hear(an_event())
    desk.pass_time("10:00")
    assert kinds(desk.pass_time("10:40")) == ["warned"]
    assert desk.subject.promises[TELLING].opened_at == at("10:00")


def test_a_breach_that_is_withdrawn_takes_the_promise_back_that_it_opened() -> None:
    desk = Desk(SHIP, LATE)
    desk.hear(an_event())
    desk.pass_time("11:00:02")
    verdicts = desk.hear(an_event(HANDED_OVER, "10:30", arrived_at=at("11:10")))
    assert [(each.kind, each.reason) for each in verdicts] == [
        (Kind.WITHDRAWN, Reason.LATE_EVIDENCE),
        (Kind.CANCELLED, Reason.OPENING_RETRACTED),
    ]
    assert settled_state(desk.subject.promises[f"{ORDER}~late"]) is State.CANCELLED


def test_a_breach_that_comes_again_opens_the_promise_again() -> None:
    desk = Desk(SHIP, LATE)
    desk.hear(an_event())
    desk.pass_time("11:00:02")
    desk.hear(
        an_event("operations.StockMissing", "10:00"), an_event("operations.StockArrived", "10:30")
    )
    late = desk.subject.promises[f"{ORDER}~late"]
    assert settled_state(late) is State.CANCELLED
    desk.pass_time("11:30:02")
    late = desk.subject.promises[f"{ORDER}~late"]
    assert (settled_state(late), late.opened_at) == (None, at("11:30"))
    assert len({each.id for each in desk.told}) == len(desk.told)


def test_it_is_the_same_after_a_restart_and_told_once() -> None:
    desk = Desk(SHIP, TELL)
    desk.hear(an_event())
    desk.pass_time("10:00")
    desk.table.put(unpack(desk.subject.id, pack(desk.subject), desk.table.sets))
    assert desk.pass_time("10:30") == []
    assert set(desk.subject.promises) == {TELLING, SHIPPING}
    assert kinds(desk.hear(an_event("support.CustomerInformed", "10:40"))) == ["kept"]


def test_what_a_backfilled_promise_opens_is_silent_too() -> None:
    desk = Desk(SHIP, LATE)
    arrived_at = at("09:00") + 50 * DAY
    desk.hear(an_event(backfilled=True, arrived_at=arrived_at))
    verdicts = desk.pass_time(arrived_at + SECOND)
    assert "breached" in kinds(verdicts)
    assert not any(each.publish for each in verdicts)
    assert f"{ORDER}~late" in desk.subject.promises
