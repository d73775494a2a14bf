"""What each act of the simulated company says: the command that a department is given. Pure."""

from collections.abc import Callable
from datetime import timedelta

import services.finance.domain as finance
import services.operations.domain as operations
import services.sales.domain as sales
import services.support.domain as support
from services.shared.department.commands import CommandContext
from services.shared.events.common import Priority
from services.simulator.company import Act, Step
from services.simulator.orders import Order, ship_by

Command = sales.Command | operations.Command | finance.Command | support.Command

REFUND_TIME = timedelta(days=5)
STOCK_TIME = timedelta(days=3)
PICKED_AT, CARRIER = "north hall", "swift"


def command_of(act: Act) -> Command:
    """What is said, and by whom; the same act again has the same idempotency key."""
    order = Order(act.purchase)
    actor, say = SAYINGS[act.step]
    channel = CHANNELS.get(act.step, "")
    return say(CommandContext(f"demo/{order.id}/{act.step}", act.at, actor, channel), order)


def subject_of(act: Act) -> str:
    """What the act is about, as the tracker names it."""
    order = Order(act.purchase)
    return f"case/{order.case}" if act.step in OF_CASES else f"order/{order.id}"


OF_CASES = {
    *(Step.OPEN_CASE, Step.RESPOND, Step.RESOLVE),
    *(Step.RECEIVE_REVIEW, Step.ANSWER_REVIEW),
}
CHANNELS = {Step.PLACE: "shop", Step.OPEN_CASE: "email", Step.RECEIVE_REVIEW: "shop"}


def _place(said: CommandContext, order: Order) -> Command:
    return sales.PlaceOrder(
        said,
        order.id,
        order.customer,
        order.lines,
        order.total,
        order.promised_by,
        Priority.NORMAL,
        order.ship_to,
    )


def _approve_payment(said: CommandContext, order: Order) -> Command:
    return finance.ApprovePayment(
        said,
        order.id,
        policy="prepaid",
        reason_code="covered",
        level=1,
        payment_id=f"P-{order.number}",
        amount=order.total,
        ship_by=ship_by(said.now),
    )


def _report_missing(said: CommandContext, order: Order) -> Command:
    return operations.ReportMissingStock(
        said, order.id, f"S-{order.number}", order.lines[:1], said.now + STOCK_TIME
    )


def _inform_customer(said: CommandContext, order: Order) -> Command:
    told = "An article is missing; your parcel comes later."
    return support.InformCustomer(said, order.id, told, order.later_promised_by, order.customer)


def _hand_over(said: CommandContext, order: Order) -> Command:
    return operations.HandOverParcel(
        said, order.id, f"X-{order.number}", CARRIER, order.lines, order.ship_to
    )


def _invoice(said: CommandContext, order: Order) -> Command:
    return finance.IssueInvoice(
        said, order.id, f"I-{order.number}", order.lines, order.tax, order.total
    )


def _receive_review(said: CommandContext, order: Order) -> Command:
    score = order.purchase.draw("score").choice((3, 4, 5, 5))
    return support.ReceiveReview(
        said, order.case, order.customer, f"V-{order.number}", score, order.id
    )


def _request_refund(said: CommandContext, order: Order) -> Command:
    return support.RequestRefund(
        said,
        order.case,
        order.id,
        f"R-{order.number}",
        order.total,
        "damaged",
        said.now + REFUND_TIME,
        order.customer,
    )


def _approve_refund(said: CommandContext, order: Order) -> Command:
    return finance.ApproveRefund(
        said,
        order.id,
        policy="returns",
        reason_code="damaged",
        level=1,
        refund_id=f"R-{order.number}",
        amount=order.total,
    )


SAYINGS: dict[Step, tuple[str, Callable[[CommandContext, Order], Command]]] = {
    Step.PLACE: ("shop", _place),
    Step.CANCEL: ("shop", lambda said, of: sales.CancelOrder(said, of.id, "changed their mind")),
    Step.APPROVE_PAYMENT: ("ines", _approve_payment),
    Step.ACCEPT: (
        "omar",
        lambda said, of: operations.AcceptOrder(said, of.id, ship_by(said.now)),
    ),
    Step.REPORT_MISSING: ("omar", _report_missing),
    Step.PROMISE_LATER: (
        "shop",
        lambda said, of: sales.PromiseDelivery(said, of.id, of.later_promised_by),
    ),
    Step.INFORM_CUSTOMER: ("sofia", _inform_customer),
    Step.REPORT_ARRIVED: (
        "omar",
        lambda said, of: operations.ReportArrivedStock(said, of.id, f"S-{of.number}", of.lines[:1]),
    ),
    Step.RESERVE: ("omar", lambda said, of: operations.ReserveStock(said, of.id, of.lines)),
    Step.PICK: ("petra", lambda said, of: operations.StartPick(said, of.id, PICKED_AT)),
    Step.HAND_OVER: ("petra", _hand_over),
    Step.INVOICE: ("billing", _invoice),
    Step.DELIVER: (
        CARRIER,
        lambda said, of: operations.ConfirmDelivery(said, of.id, f"X-{of.number}", CARRIER),
    ),
    Step.RECEIVE_REVIEW: ("shop", _receive_review),
    Step.ANSWER_REVIEW: (
        "sofia",
        lambda said, of: support.AnswerReview(said, of.case, f"V-{of.number}"),
    ),
    Step.OPEN_CASE: (
        "sofia",
        lambda said, of: support.OpenCase(said, of.case, of.customer, *of.wish, of.id),
    ),
    Step.RESPOND: (
        "sofia",
        lambda said, of: support.SendFirstResponse(said, of.case, "We are looking into it."),
    ),
    Step.REQUEST_REFUND: ("sofia", _request_refund),
    Step.APPROVE_REFUND: ("ines", _approve_refund),
    Step.PAY_REFUND: (
        "ines",
        lambda said, of: finance.PayRefund(said, of.id, f"R-{of.number}", of.total),
    ),
    Step.RESOLVE: ("sofia", lambda said, of: support.ResolveCase(said, of.case, of.wish[0])),
}
"""Who says what at each step."""
