"""What support decides about cases, refunds, reviews and what customers are told. Pure.

A refund is asked for in a case, about an order: support decides on both, so its state has both.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from services.shared.department import rules
from services.shared.department.commands import About, CommandContext
from services.shared.department.handling import Parts
from services.shared.department.orders import UNHEARD, OrderState, Sale, Sold, known, told
from services.shared.department.orders import recall as recall_order
from services.shared.department.rules import conflict, not_found
from services.shared.events import support as says
from services.shared.events.common import Money
from services.shared.events.sales import OrderAmended, OrderCancelled, OrderPlaced
from services.shared.subjects import Kind


@dataclass(frozen=True, slots=True)
class CaseCommand:
    context: CommandContext
    case: str


@dataclass(frozen=True, slots=True)
class OpenCase(CaseCommand):
    customer: str
    topic: str
    summary: str
    order: str = ""


@dataclass(frozen=True, slots=True)
class SendFirstResponse(CaseCommand):
    summary: str


@dataclass(frozen=True, slots=True)
class RequestRefund(CaseCommand):
    order: str
    refund_id: str
    amount: Money
    reason: str
    refund_by: datetime
    customer: str = ""


@dataclass(frozen=True, slots=True)
class InformCustomer:
    context: CommandContext
    order: str
    what: str
    date_told: datetime | None
    customer: str = ""


@dataclass(frozen=True, slots=True)
class ResolveCase(CaseCommand):
    cause: str


@dataclass(frozen=True, slots=True)
class ReceiveReview(CaseCommand):
    customer: str
    review_id: str
    score: int
    order: str = ""


@dataclass(frozen=True, slots=True)
class AnswerReview(CaseCommand):
    review_id: str


Handling = OpenCase | SendFirstResponse | ResolveCase
Reviewing = ReceiveReview | AnswerReview
Command = Handling | Reviewing | RequestRefund | InformCustomer
Handled = says.CaseOpened | says.FirstResponseSent | says.CaseResolved
Reviewed = says.ReviewReceived | says.ReviewAnswered
Event = Sold | Handled | Reviewed | says.RefundRequested | says.CustomerInformed


class Status(StrEnum):
    NEW = "new"
    OPEN = "open"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Case:
    """A case may hold a review and never be opened; `order` is empty where it is about none."""

    case: str
    customer: str
    order: str = ""
    status: Status = Status.NEW
    responded: bool = False
    resolutions: int = 0
    reviews: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order(OrderState):
    """What support knows of an order, and which refunds it asked for."""

    sale: Sale = UNHEARD
    refunds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Desk:
    """The case and the order that a command or a fact is about; without an id there is none."""

    case: Case
    order: Order

    @property
    def about(self) -> About:
        customer = self.case.customer or self.order.customer
        return About(self.case.order, customer, self.case.case)

    @property
    def parts(self) -> Parts:
        return {Kind.CASE: self.case, Kind.ORDER: self.order}


def recall(about: About, parts: Parts) -> Desk:
    case = parts.get(Kind.CASE)
    if not isinstance(case, Case):
        case = Case(about.case, about.customer, about.order)
    customer, order = case.customer or about.customer, case.order or about.order
    return Desk(replace(case, customer=customer, order=order), recall_order(Order)(about, parts))


def decide(desk: Desk, command: Command) -> tuple[Event, ...]:
    """Raises Refused with the field and what would be right."""
    match command:
        case OpenCase() | SendFirstResponse() | ResolveCase():
            return (_handle(desk.case, command),)
        case ReceiveReview() | AnswerReview():
            return (_review(desk.case, command),)
        case RequestRefund():
            return (_request_refund(desk, command),)
        case InformCustomer():
            return (_inform(desk.order, command),)
        case _:
            assert_never(command)


def _handle(case: Case, command: Handling) -> Handled:
    match command:
        case OpenCase():
            _same_customer(command.customer, case.customer, f"case {case.case}")
            if case.status is not Status.NEW:
                raise conflict("case", f"Case {case.case} is {case.status} already.")
            rules.text("topic", command.topic)
            rules.text("summary", command.summary)
            return says.CaseOpened(command.topic, command.summary)
        case SendFirstResponse():
            _open(case)
            if case.responded:
                raise conflict("case", f"Case {case.case} has its first response already.")
            rules.text("summary", command.summary)
            return says.FirstResponseSent(command.summary)
        case ResolveCase():
            _open(case)
            rules.text("cause", command.cause)
            return says.CaseResolved(case.resolutions + 1, command.cause)


def _open(case: Case) -> None:
    if case.status is Status.NEW:
        raise not_found("case", f"Case {case.case} was never opened; open it first.")
    if case.status is Status.RESOLVED:
        raise conflict("case", f"Case {case.case} is resolved; open a new case.")


def _same_customer(named: str, kept: str, of: str) -> None:
    if named and kept and named != kept:
        raise rules.invalid("customer", f"is {named!r}; {of} is of customer {kept!r}")


def _review(case: Case, command: Reviewing) -> Reviewed:
    match command:
        case ReceiveReview():
            _same_customer(command.customer, case.customer, f"case {case.case}")
            rules.new_id("review_id", command.review_id, case.reviews)
            rules.number("score", command.score, 1, 5)
            return says.ReviewReceived(command.review_id, command.score)
        case AnswerReview():
            rules.known_id("review_id", command.review_id, case.reviews, case.answered)
            return says.ReviewAnswered(command.review_id)


def _request_refund(desk: Desk, command: RequestRefund) -> says.RefundRequested:
    _open(desk.case)
    if command.order != (order := desk.case.order):
        raise rules.invalid("order", f"is {command.order!r}; the case is about order {order!r}")
    sale = known(command.order, desk.order.sale)
    _same_customer(command.customer, desk.case.customer, f"case {command.case}")
    _same_customer(desk.case.customer, desk.order.customer, f"order {command.order}")
    rules.new_id("refund_id", command.refund_id, desk.order.refunds)
    rules.money("amount", command.amount, at_least=1, currency=sale.total.currency)
    rules.text("reason", command.reason)
    rules.deadline("refund_by", command.refund_by, command.context.now)
    return says.RefundRequested(
        command.refund_id, command.amount, command.reason, command.refund_by
    )


def _inform(order: Order, command: InformCustomer) -> says.CustomerInformed:
    known(order.order, order.sale)
    _same_customer(command.customer, order.customer, f"order {order.order}")
    rules.text("what", command.what)
    if command.date_told:
        rules.deadline("date_told", command.date_told, command.context.now)
    return says.CustomerInformed(command.what, command.date_told)


def evolve(desk: Desk, event: Event) -> Desk:
    match event:
        case OrderPlaced() | OrderAmended() | OrderCancelled():
            sale = told(desk.order.sale, event)
            return replace(desk, order=replace(desk.order, sale=sale))
        case says.RefundRequested():
            refunds = (*desk.order.refunds, event.refund_id)
            return replace(desk, order=replace(desk.order, refunds=refunds))
        case says.CustomerInformed():
            return desk
        case _:
            return replace(desk, case=_handled(desk.case, event))


def _handled(case: Case, event: Handled | Reviewed) -> Case:
    match event:
        case says.CaseOpened():
            return replace(case, status=Status.OPEN)
        case says.FirstResponseSent():
            return replace(case, responded=True)
        case says.CaseResolved():
            return replace(case, status=Status.RESOLVED, resolutions=event.resolution)
        case says.ReviewReceived():
            return replace(case, reviews=(*case.reviews, event.review_id))
        case says.ReviewAnswered():
            return replace(case, answered=(*case.answered, event.review_id))
