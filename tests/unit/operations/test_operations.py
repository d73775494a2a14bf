"""What operations decides: nothing ships unpaid, cancelled, twice, or above what was ordered."""

from datetime import timedelta
from functools import reduce
from itertools import permutations

import pytest

from services.operations.domain import (
    PART_LIMIT,
    AcceptOrder,
    Command,
    ConfirmDelivery,
    Event,
    HandOverParcel,
    Order,
    ReportArrivedStock,
    ReportMissingStock,
    ReserveStock,
    ReturnOrder,
    StartPick,
    decide,
    evolve,
)
from services.shared.errors import RefusalCode
from services.shared.events.common import Money
from services.shared.events.finance import PaymentApproved, PaymentDeclined
from services.shared.events.operations import (
    OrderAccepted,
    OrderReturnedIncomplete,
    ParcelDelivered,
    ParcelHandedOver,
    PickStarted,
    StockArrived,
    StockMissing,
    StockReserved,
)
from services.shared.events.sales import OrderAmended, OrderCancelled
from tests.builders import SECOND, a_context, a_line, an_address, an_order, at, eur
from tests.refusals import refused

NEW = Order("4711", "ada")
CANCELLED = OrderCancelled("changed their mind")
TUESDAY = at("17:00", days=1)
TWO_CHAIRS = an_order(lines=(a_line("chair", 2, eur(2_500)),))


def paid(amount: Money = eur(5_000), payment_id: str = "pay-1") -> PaymentApproved:  # noqa: B008
    return PaymentApproved(payment_id, amount, TUESDAY, "standard", "in_limit", 1)


def knowing(*events: Event) -> Order:
    return reduce(evolve, events, NEW)


def accept() -> AcceptOrder:
    return AcceptOrder(a_context(), "4711", TUESDAY)


def hand_over(quantity: int = 1, parcel_id: str = "p-1") -> HandOverParcel:
    lines = (a_line("chair", quantity),)
    return HandOverParcel(a_context(), "4711", parcel_id, "dhl", lines, an_address())


def handed_over(quantity: int = 1, parcel_id: str = "p-1") -> ParcelHandedOver:
    return ParcelHandedOver(parcel_id, "dhl", (a_line("chair", quantity),), an_address())


def confirm(parcel_id: str = "p-1", carrier: str = "dhl") -> ConfirmDelivery:
    return ConfirmDelivery(a_context(), "4711", parcel_id, carrier)


def pick() -> StartPick:
    return StartPick(a_context(), "4711", "berlin")


def reserve(quantity: int = 1) -> ReserveStock:
    return ReserveStock(a_context(), "4711", (a_line("chair", quantity),))


def missing(quantity: int = 1, shortage_id: str = "s-1") -> ReportMissingStock:
    lines = (a_line("chair", quantity),)
    return ReportMissingStock(a_context(), "4711", shortage_id, lines, TUESDAY)


def arrived(quantity: int = 1, shortage_id: str = "s-1") -> ReportArrivedStock:
    return ReportArrivedStock(a_context(), "4711", shortage_id, (a_line("chair", quantity),))


def send_back() -> ReturnOrder:
    return ReturnOrder(a_context(), "4711", ("ship_to.street",), "no street")


def test_a_paid_order_goes_from_acceptance_to_delivery() -> None:
    order = knowing(an_order(), paid())
    commands: list[Command] = [accept(), reserve(), pick(), hand_over(), confirm()]
    events: list[Event] = []
    for command in commands:
        events += decide(order, command)
        order = knowing(an_order(), paid(), *events)
    chair = (a_line("chair", 1),)
    assert events == [
        OrderAccepted(TUESDAY),
        StockReserved(chair),
        PickStarted("berlin"),
        ParcelHandedOver("p-1", "dhl", chair, an_address()),
        ParcelDelivered("p-1", "dhl"),
    ]


@pytest.mark.parametrize("command", [accept(), send_back(), reserve(), missing(), pick()])
def test_an_order_that_sales_was_not_heard_of_may_be_tried_again(command: Command) -> None:
    with refused(RefusalCode.CONFLICT, "order", "4711", "send the same command", retryable=True):
        decide(NEW, command)


@pytest.mark.parametrize("command", [pick(), hand_over()])
def test_an_unpaid_order_does_not_ship(command: Command) -> None:
    with refused(RefusalCode.CONFLICT, "order", "0 of the 5000 EUR", retryable=True):
        decide(knowing(an_order()), command)
    with refused(RefusalCode.CONFLICT, "order", "1 payments declined", retryable=True):
        declined = PaymentDeclined("pay-1", eur(5_000), "standard", "no_cover", 1)
        decide(knowing(an_order(), declined), command)


def test_the_last_cent_makes_an_order_paid() -> None:
    with refused(RefusalCode.CONFLICT, "order", "4999", retryable=True):
        decide(knowing(an_order(), paid(eur(4_999))), pick())
    in_two = knowing(an_order(), paid(eur(4_999)), paid(eur(1), "pay-2"))
    assert decide(in_two, pick()) == (PickStarted("berlin"),)


def test_one_payment_heard_twice_pays_once() -> None:
    half = paid(eur(2_500))
    with refused(RefusalCode.CONFLICT, "order", "2500 of the 5000", retryable=True):
        decide(knowing(an_order(), half, half), pick())


@pytest.mark.parametrize("command", [accept(), reserve(), missing(), pick(), hand_over()])
def test_nothing_is_done_for_a_cancelled_order(command: Command) -> None:
    with refused(RefusalCode.CONFLICT, "order", "cancelled"):
        decide(knowing(an_order(), paid(), CANCELLED), command)


def test_a_parcel_that_left_before_the_cancellation_is_still_delivered() -> None:
    order = knowing(an_order(), paid(), handed_over(), CANCELLED)
    assert decide(order, confirm()) == (ParcelDelivered("p-1", "dhl"),)


def test_no_parcel_is_delivered_before_it_was_handed_over() -> None:
    with refused(RefusalCode.CONFLICT, "parcel_id", "'p-1'"):
        decide(knowing(an_order(), paid()), confirm())


def test_a_parcel_is_delivered_once_and_by_its_own_carrier() -> None:
    order = knowing(an_order(), paid(), handed_over())
    with refused(RefusalCode.INVALID, "carrier", "'ups'", "'dhl'"):
        decide(order, confirm(carrier="ups"))
    with refused(RefusalCode.CONFLICT, "parcel_id", "done already"):
        decide(evolve(order, ParcelDelivered("p-1", "dhl")), confirm())


def test_parcels_together_hold_what_was_ordered_and_no_more() -> None:
    order = knowing(TWO_CHAIRS, paid(), handed_over(1))
    assert decide(order, hand_over(1, "p-2")) == (handed_over(1, "p-2"),)
    with refused(RefusalCode.INVALID, "lines", "3 of 'chair'"):
        decide(order, hand_over(2, "p-2"))


def test_a_parcel_has_an_id_of_its_own() -> None:
    with refused(RefusalCode.CONFLICT, "parcel_id", "'p-1'"):
        decide(knowing(TWO_CHAIRS, paid(), handed_over(1)), hand_over(1))


def test_an_order_has_a_hundred_parcels_at_most() -> None:
    many = an_order(lines=(a_line("chair", PART_LIMIT + 1, eur(0)),), total=eur(0))
    parcels = [handed_over(1, f"p-{n}") for n in range(PART_LIMIT - 1)]
    order = knowing(many, *parcels)
    assert decide(order, hand_over(1, "last"))
    with refused(RefusalCode.FULL, "parcel_id", "100"):
        decide(evolve(order, handed_over(1, "last")), hand_over(1, "more"))


def test_an_order_is_accepted_once_and_picked_once() -> None:
    order = knowing(an_order(), paid(), OrderAccepted(TUESDAY), PickStarted("berlin"))
    for command in (accept(), send_back(), pick()):
        with refused(RefusalCode.CONFLICT, "order", "already"):
            decide(order, command)


def test_a_day_to_ship_by_lies_ahead_and_within_four_years() -> None:
    order = knowing(an_order())
    now = at("09:00")
    for moment in (now, now + timedelta(days=1_461)):
        assert decide(order, AcceptOrder(a_context(), "4711", moment))
    for moment in (now - SECOND, now + timedelta(days=1_461) + SECOND):
        with refused(RefusalCode.INVALID, "ship_by"):
            decide(order, AcceptOrder(a_context(), "4711", moment))


def test_a_returned_order_comes_back_amended_before_it_is_returned_again() -> None:
    returned = OrderReturnedIncomplete(1, ("ship_to.street",), "no street")
    assert decide(knowing(an_order()), send_back()) == (returned,)
    with refused(RefusalCode.CONFLICT, "order", "amend"):
        decide(knowing(an_order(), returned), send_back())
    amended = OrderAmended(2, **{n: getattr(TWO_CHAIRS, n) for n in TWO_CHAIRS.__slots__})
    again = decide(knowing(an_order(), returned, amended), send_back())
    assert again == (OrderReturnedIncomplete(2, ("ship_to.street",), "no street"),)


def test_a_return_says_what_is_missing() -> None:
    with refused(RefusalCode.INVALID, "missing"):
        decide(knowing(an_order()), ReturnOrder(a_context(), "4711", (), ""))


def test_stock_is_reserved_once_and_no_more_than_ordered() -> None:
    with refused(RefusalCode.INVALID, "lines", "2 of 'chair'"):
        decide(knowing(an_order()), reserve(2))
    with refused(RefusalCode.CONFLICT, "order", "reserved already"):
        decide(knowing(an_order(), StockReserved((a_line("chair", 1),))), reserve())


def test_missing_stock_arrives_once_and_no_more_than_was_missing() -> None:
    shortage = StockMissing("s-1", (a_line("chair", 1),), TUESDAY)
    order = knowing(TWO_CHAIRS, shortage)
    assert decide(knowing(TWO_CHAIRS), missing()) == (shortage,)
    assert decide(order, arrived()) == (StockArrived("s-1", (a_line("chair", 1),)),)
    with refused(RefusalCode.CONFLICT, "shortage_id", "'s-2'"):
        decide(order, arrived(shortage_id="s-2"))
    with refused(RefusalCode.INVALID, "lines", "shortage s-1 has 1"):
        decide(order, arrived(2))
    with refused(RefusalCode.CONFLICT, "shortage_id", "done already"):
        decide(evolve(order, StockArrived("s-1", (a_line("chair", 1),))), arrived())


@pytest.mark.parametrize("first", [1, 2])
def test_an_amendment_is_newer_than_the_order_wherever_its_sender_counts_from(first: int) -> None:
    content = {name: getattr(TWO_CHAIRS, name) for name in TWO_CHAIRS.__slots__}
    order = knowing(OrderAmended(first, **content), an_order(), paid())
    assert decide(order, hand_over(2)) == (handed_over(2),)


def test_facts_of_others_make_the_same_state_in_any_order_and_twice() -> None:
    amended = OrderAmended(2, **{n: getattr(TWO_CHAIRS, n) for n in TWO_CHAIRS.__slots__})
    declined = PaymentDeclined("pay-0", eur(5_000), "standard", "no_cover", 1)
    facts: list[Event] = [
        an_order(),
        amended,
        CANCELLED,
        declined,
        paid(eur(1)),
        paid(eur(2), "pay-2"),
    ]
    told = knowing(*facts)
    for order in permutations(facts):
        assert knowing(*order, *order) == told
