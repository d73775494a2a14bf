"""Each text, list and number of each command, empty where it must not be, is refused by name."""

from dataclasses import fields, replace
from typing import Any

import pytest

from services.finance import domain as finance
from services.operations import domain as operations
from services.sales import domain as sales
from services.shared.bus_memory import MemoryBus
from services.shared.department.commands import About
from services.shared.errors import RefusalCode, Refused
from services.shared.events.finance import PaymentApproved
from services.shared.events.support import RefundRequested
from services.support import domain as support
from tests.builders import a_context, a_line, an_address, an_order, at, eur
from tests.departments import FINANCE, OPERATIONS, SALES, SUPPORT, Department, Running, tell

CHAIR = (a_line("chair", 1, eur(5_000)),)
SALE: dict[str, Any] = {name: getattr(an_order(), name) for name in an_order().__slots__}
LATER = SALE | {"promised_by": at("17:00", days=9)}
WHY: dict[str, Any] = {"policy": "standard", "reason_code": "in_limit", "level": 1}
SOON = at("17:00", days=1)
MAY_BE_EMPTY = {
    ("ReturnOrder", "note"),
    ("OpenCase", "order"),
    ("RequestRefund", "customer"),
    ("InformCustomer", "customer"),
    ("ReceiveReview", "order"),
}


def order(of: type, **more: Any) -> Any:  # noqa: ANN401 - any command
    return of(a_context(), order="4711", **more)


def case(of: type, **more: Any) -> Any:  # noqa: ANN401 - any command
    return of(a_context(), case="c-1", **more)


PLACE = order(sales.PlaceOrder, customer="ada", **SALE)
HAND_OVER = order(
    operations.HandOverParcel, parcel_id="p-1", carrier="dhl", lines=CHAIR, ship_to=an_address()
)
MISSING = order(operations.ReportMissingStock, shortage_id="s-1", lines=CHAIR, expected_by=None)
BILL: dict[str, Any] = {"invoice_id": "i-1", "lines": CHAIR, "tax": eur(0), "total": eur(5_000)}
ISSUE = order(finance.IssueInvoice, **BILL)
APPROVE_REFUND = order(finance.ApproveRefund, refund_id="r-1", amount=eur(1), **WHY)
OPEN = case(support.OpenCase, customer="ada", topic="late", summary="Where is it?", order="4711")
REVIEW = case(support.ReceiveReview, customer="ada", review_id="rev-1", score=5, order="4711")
PAY: dict[str, Any] = {"payment_id": "pay-2", "amount": eur(1), **WHY}
PAID = order(finance.ApprovePayment, ship_by=None, **PAY | {"payment_id": "pay-1"})
REFUND: dict[str, Any] = {"refund_id": "r-2", "amount": eur(1), "reason": "broken"}

WORKING: list[tuple[Department, list[Any], Any]] = [
    (SALES, [], PLACE),
    (SALES, [PLACE], order(sales.AmendOrder, **LATER)),
    (SALES, [PLACE], order(sales.CancelOrder, reason="too late")),
    (SALES, [PLACE], order(sales.PromiseDelivery, promised_by=at("17:00", days=9))),
    (OPERATIONS, [], order(operations.AcceptOrder, ship_by=SOON)),
    (OPERATIONS, [], order(operations.ReturnOrder, missing=("street",), note="")),
    (OPERATIONS, [], order(operations.ReserveStock, lines=CHAIR)),
    (OPERATIONS, [], MISSING),
    (OPERATIONS, [MISSING], order(operations.ReportArrivedStock, shortage_id="s-1", lines=CHAIR)),
    (OPERATIONS, [], order(operations.StartPick, warehouse="berlin")),
    (OPERATIONS, [], HAND_OVER),
    (OPERATIONS, [HAND_OVER], order(operations.ConfirmDelivery, parcel_id="p-1", carrier="dhl")),
    (FINANCE, [], order(finance.ApprovePayment, ship_by=None, **PAY)),
    (FINANCE, [], order(finance.DeclinePayment, **PAY)),
    (FINANCE, [], ISSUE),
    (FINANCE, [ISSUE], order(finance.CorrectInvoice, **BILL)),
    (FINANCE, [PAID], APPROVE_REFUND),
    (FINANCE, [], order(finance.RejectRefund, refund_id="r-1", **WHY)),
    (FINANCE, [PAID, APPROVE_REFUND], order(finance.PayRefund, refund_id="r-1", amount=eur(1))),
    (SUPPORT, [], OPEN),
    (SUPPORT, [OPEN], case(support.SendFirstResponse, summary="We look into it.")),
    (SUPPORT, [OPEN], case(support.RequestRefund, order="4711", refund_by=SOON, **REFUND)),
    (SUPPORT, [], order(support.InformCustomer, what="new_date", date_told=None)),
    (SUPPORT, [OPEN], case(support.ResolveCase, cause="supplier")),
    (SUPPORT, [], REVIEW),
    (SUPPORT, [REVIEW], case(support.AnswerReview, review_id="rev-1")),
]
"""For each command of each department: what comes before it, and the command as it works."""


def ready(department: Department, before: list[Any]) -> Running:
    """The department when it has heard all that it needs and done what comes before."""
    bus = MemoryBus(4)
    running = Running(department, bus)
    about = About(order="4711", customer="ada")
    if department.heard:
        heard = (an_order(), RefundRequested("r-1", eur(5_000), "broken", SOON))
        payment = PaymentApproved("pay-1", eur(5_000), None, **WHY)
        for event in (*heard, payment):
            if type(event) in department.heard:
                tell(bus, event, about)
        running.hear()
    for command in before:
        running.do(command)
    return running


def empty(value: object) -> Any:  # noqa: ANN401 - nothing of any kind
    return {str: "", tuple: (), int: -1}.get(type(value))


def test_every_command_is_among_these() -> None:
    everything = {
        of for each in (SALES, OPERATIONS, FINANCE, SUPPORT) for of in each.commands.values()
    }
    assert {type(command) for _, _, command in WORKING} == everything


@pytest.mark.parametrize(
    ("department", "before", "command"), WORKING, ids=[type(each[2]).__name__ for each in WORKING]
)
def test_a_command_works_and_does_not_without_any_of_its_fields(
    department: Department,
    before: list[Any],
    command: Any,  # noqa: ANN401
) -> None:
    for field in fields(command):
        nothing = empty(getattr(command, field.name))
        if nothing is None or (type(command).__name__, field.name) in MAY_BE_EMPTY:
            continue
        with pytest.raises(Refused) as caught:
            ready(department, before).do(replace(command, **{field.name: nothing}))
        assert (caught.value.code, caught.value.field) == (RefusalCode.INVALID, field.name)
    assert ready(department, before).do(command).event_ids
