"""An order that operations returned as incomplete: the clock is with its sender until amended.

A return names the version that it returns, and the amendment its own, which is a later one.
"""

from services.tracker.core.agreements import PauseRule
from services.tracker.core.subject import Event
from tests.promising import Desk, an_agreement, an_event, at

RETURNED, AMENDED = "operations.OrderReturnedIncomplete", "sales.OrderAmended"


def a_desk() -> Desk:
    return Desk(an_agreement(pauses=(PauseRule(RETURNED, AMENDED, "sales"),)))


def version(type: str, number: int, time: str) -> Event:
    return an_event(type, time, key=(("version", str(number)),))


def test_the_next_version_of_an_order_ends_the_return_of_the_one_before() -> None:
    desk = a_desk()
    desk.hear(an_event(), version(RETURNED, 1, "09:30"), version(AMENDED, 2, "10:00"))
    assert desk.promise.due_by == at("11:30")


def test_an_order_that_is_returned_again_waits_for_its_sender_again() -> None:
    desk = a_desk()
    desk.hear(an_event(), version(RETURNED, 1, "09:30"), version(AMENDED, 2, "10:00"))
    desk.hear(version(RETURNED, 2, "10:15"), version(AMENDED, 3, "10:30"))
    assert desk.promise.due_by == at("11:45")


def test_stock_of_another_shortage_ends_no_pause() -> None:
    missing, arrived = "operations.StockMissing", "operations.StockArrived"
    desk = Desk(an_agreement(pauses=(PauseRule(missing, arrived, "supplier"),)))
    desk.hear(an_event(), an_event(missing, "09:30", key=(("shortage_id", "s-1"),)))
    desk.hear(an_event(arrived, "10:00", key=(("shortage_id", "s-2"),)))
    assert desk.promise.due_by > at("23:00")
    desk.hear(an_event(arrived, "10:30", key=(("shortage_id", "s-1"),)))
    assert desk.promise.due_by == at("12:00")
