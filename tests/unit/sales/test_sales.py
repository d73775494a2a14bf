"""What sales decides: what an order must be, and what can still be done with it."""

from datetime import datetime, timedelta
from functools import reduce
from typing import Any

from services.sales.domain import (
    AmendOrder,
    CancelOrder,
    Command,
    Event,
    Order,
    PlaceOrder,
    PromiseDelivery,
    decide,
    evolve,
)
from services.shared.errors import RefusalCode
from services.shared.events.common import Money
from services.shared.events.sales import DeliveryPromised, OrderAmended, OrderCancelled
from tests.builders import SECOND, a_context, a_line, an_order, at, eur
from tests.refusals import refused

NEW = Order("4711", "ada")
FRIDAY = at("17:00", days=4)


def content(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any field of an order
    order = an_order(**changes)
    return {name: getattr(order, name) for name in order.__dataclass_fields__}


def place(**changes: Any) -> PlaceOrder:  # noqa: ANN401 - any field of an order
    return PlaceOrder(a_context(), "4711", customer="ada", **content(**changes))


def amend(**changes: Any) -> AmendOrder:  # noqa: ANN401 - any field of an order
    return AmendOrder(a_context(), "4711", **content(**changes))


def promise(promised_by: datetime) -> PromiseDelivery:
    return PromiseDelivery(a_context(), "4711", promised_by)


def cancel(reason: str = "changed their mind") -> CancelOrder:
    return CancelOrder(a_context(), "4711", reason)


def after(*commands: Command) -> Order:
    """The order when these were carried out one after another."""
    return reduce(
        lambda order, command: reduce(evolve, decide(order, command), order), commands, NEW
    )


def events_of(order: Order, command: Command) -> list[Event]:
    return list(decide(order, command))


def test_an_order_is_placed_as_it_was_asked_for() -> None:
    assert events_of(NEW, place()) == [an_order()]


def test_an_order_is_placed_once() -> None:
    with refused(RefusalCode.CONFLICT, "order", "4711", "placed already"):
        decide(after(place()), place())


def test_an_order_needs_a_line() -> None:
    with refused(RefusalCode.INVALID, "lines"):
        decide(NEW, place(lines=()))


def test_a_line_needs_a_piece() -> None:
    with refused(RefusalCode.INVALID, "lines[0].quantity"):
        decide(NEW, place(lines=(a_line(quantity=0),)))


def test_a_total_is_the_sum_of_the_lines() -> None:
    with refused(RefusalCode.INVALID, "total.minor", "5001", "5000"):
        decide(NEW, place(total=eur(5_001)))


def test_a_date_may_be_promised_from_now_to_four_years_ahead() -> None:
    now = at("09:00")
    for moment in (now, now + timedelta(days=1_461)):
        assert events_of(NEW, place(promised_by=moment))
    for moment in (now - SECOND, now + timedelta(days=1_461) + SECOND):
        with refused(RefusalCode.INVALID, "promised_by"):
            decide(NEW, place(promised_by=moment))


def test_an_amendment_is_the_next_version_of_the_order() -> None:
    order = after(place())
    two = {"lines": (a_line("chair", 2, eur(5_000)),), "total": eur(10_000)}
    assert events_of(order, amend(**two)) == [OrderAmended(2, **content(**two))]


def test_an_amendment_that_changes_nothing_makes_no_event() -> None:
    assert events_of(after(place()), amend()) == []


def test_an_amendment_keeps_the_currency() -> None:
    lines = (a_line("chair", 1, Money(5_000, "USD")),)
    with refused(RefusalCode.INVALID, "total.currency", "USD", "EUR"):
        decide(after(place()), amend(lines=lines, total=Money(5_000, "USD")))


def test_a_later_promise_is_a_version_of_its_own() -> None:
    order = after(place())
    assert events_of(order, promise(FRIDAY + SECOND)) == [DeliveryPromised(2, FRIDAY + SECOND)]
    assert after(place(), promise(FRIDAY + SECOND), promise(FRIDAY)).version == 3


def test_the_date_that_stands_is_not_promised_again() -> None:
    assert events_of(after(place()), promise(FRIDAY)) == []
    moved = after(place(), promise(FRIDAY + SECOND))
    assert events_of(moved, promise(FRIDAY + SECOND)) == []


def test_an_order_is_cancelled_with_a_reason() -> None:
    order = after(place())
    assert events_of(order, cancel("too late")) == [OrderCancelled("too late")]
    with refused(RefusalCode.INVALID, "reason", "missing"):
        decide(order, cancel(""))


def test_an_order_that_was_never_placed_is_not_found() -> None:
    for command in (amend(), cancel(), promise(FRIDAY)):
        with refused(RefusalCode.NOT_FOUND, "order", "4711"):
            decide(NEW, command)


def test_nothing_is_done_with_a_cancelled_order() -> None:
    cancelled = after(place(), cancel())
    for command in (amend(), cancel(), promise(FRIDAY)):
        with refused(RefusalCode.CONFLICT, "order", "cancelled"):
            decide(cancelled, command)
