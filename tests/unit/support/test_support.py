"""What support decides: cases open and close once, and what customers are promised is possible."""

from dataclasses import replace
from datetime import timedelta
from functools import reduce
from itertools import permutations
from typing import Any

import pytest

from services.shared.department.commands import About
from services.shared.errors import RefusalCode
from services.shared.events.common import Money
from services.shared.events.sales import OrderAmended, OrderCancelled
from services.shared.events.support import (
    CaseOpened,
    CaseResolved,
    CustomerInformed,
    FirstResponseSent,
    RefundRequested,
    ReviewAnswered,
    ReviewReceived,
)
from services.support.domain import (
    AnswerReview,
    Command,
    Desk,
    Event,
    InformCustomer,
    OpenCase,
    ReceiveReview,
    RequestRefund,
    ResolveCase,
    SendFirstResponse,
    decide,
    evolve,
    recall,
)
from tests.builders import SECOND, a_context, an_order, at, eur
from tests.refusals import refused

OPENED = CaseOpened("late", "Where is my chair?")
FRIDAY = at("17:00", days=4)
FULL = About(order="4711", customer="ada", case="c-1")


def knowing(*events: Event, about: About = FULL) -> Desk:
    return reduce(evolve, events, recall(about, {}))


def open_case(**changes: Any) -> OpenCase:  # noqa: ANN401 - any of its fields
    fields = {"customer": "ada", "topic": "late", "summary": "Where is my chair?"}
    return OpenCase(a_context(), "c-1", **(fields | changes))


def respond() -> SendFirstResponse:
    return SendFirstResponse(a_context(), "c-1", "We look into it.")


def ask_refund(**changes: Any) -> RequestRefund:  # noqa: ANN401 - any of its fields
    fields: dict[str, Any] = {
        "order": "4711",
        "refund_id": "r-1",
        "amount": eur(5_000),
        "reason": "broken",
        "refund_by": FRIDAY,
    }
    return RequestRefund(a_context(), "c-1", **(fields | changes))


def inform(**changes: Any) -> InformCustomer:  # noqa: ANN401 - any of its fields
    fields: dict[str, Any] = {
        "order": "4711",
        "what": "new_date",
        "date_told": FRIDAY,
        "customer": "ada",
    }
    return InformCustomer(a_context(), **(fields | changes))


def resolve(cause: str = "supplier") -> ResolveCase:
    return ResolveCase(a_context(), "c-1", cause)


def review(score: int = 5, review_id: str = "rev-1", customer: str = "ada") -> ReceiveReview:
    return ReceiveReview(a_context(), "c-1", customer, review_id, score)


def answer_review() -> AnswerReview:
    return AnswerReview(a_context(), "c-1", "rev-1")


def test_a_case_goes_from_opening_to_resolution() -> None:
    commands: list[Command] = [open_case(), respond(), resolve()]
    events: list[Event] = []
    for command in commands:
        events += decide(knowing(*events), command)
    response = FirstResponseSent("We look into it.")
    assert events == [OPENED, response, CaseResolved(1, "supplier")]


def test_a_case_is_opened_once() -> None:
    for events in ([OPENED], [OPENED, CaseResolved(1, "supplier")]):
        with refused(RefusalCode.CONFLICT, "case", "c-1", "already"):
            decide(knowing(*events), open_case())


@pytest.mark.parametrize("command", [respond(), ask_refund(), resolve()])
def test_work_on_a_case_needs_the_case_to_be_open(command: Command) -> None:
    with refused(RefusalCode.NOT_FOUND, "case", "never opened"):
        decide(knowing(an_order()), command)
    with refused(RefusalCode.CONFLICT, "case", "resolved"):
        decide(knowing(an_order(), OPENED, CaseResolved(1, "supplier")), command)


def test_a_first_response_is_the_only_first() -> None:
    with refused(RefusalCode.CONFLICT, "case", "first response already"):
        decide(knowing(OPENED, FirstResponseSent("Hello")), respond())


def test_a_requested_refund_promises_the_customer_a_date() -> None:
    assert decide(knowing(an_order(), OPENED), ask_refund()) == (
        RefundRequested("r-1", eur(5_000), "broken", FRIDAY),
    )


def test_a_refund_of_an_order_that_sales_was_not_heard_of_may_be_tried_again() -> None:
    with refused(RefusalCode.CONFLICT, "order", "4711", retryable=True):
        decide(knowing(OPENED), ask_refund())


def test_a_refund_is_asked_for_once() -> None:
    requested = RefundRequested("r-1", eur(5_000), "broken", FRIDAY)
    with refused(RefusalCode.CONFLICT, "refund_id", "'r-1'"):
        decide(knowing(an_order(), OPENED, requested), ask_refund())


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"order": "4712"}, "order"),
        ({"customer": "bob"}, "customer"),
        ({"amount": eur(0)}, "amount.minor"),
        ({"amount": Money(1, "USD")}, "amount.currency"),
        ({"reason": ""}, "reason"),
        ({"refund_by": at("09:00") - SECOND}, "refund_by"),
        ({"refund_by": at("09:00") + timedelta(days=1_461) + SECOND}, "refund_by"),
    ],
)
def test_a_refund_fits_its_case_and_its_order(changes: dict[str, Any], field: str) -> None:
    with refused(RefusalCode.INVALID, field):
        decide(knowing(an_order(), OPENED), ask_refund(**changes))


def test_a_refund_is_for_the_customer_whose_order_it_is() -> None:
    desk = knowing(an_order(), OPENED)
    with refused(RefusalCode.INVALID, "customer", "'ada'", "'bob'"):
        decide(replace(desk, order=replace(desk.order, customer="bob")), ask_refund())


def test_a_customer_is_told_a_date_that_can_come() -> None:
    desk = knowing(an_order(), about=About(order="4711", customer="ada"))
    assert decide(desk, inform()) == (CustomerInformed("new_date", FRIDAY),)
    assert decide(desk, inform(date_told=None)) == (CustomerInformed("new_date", None),)
    for moment in (at("09:00"), at("09:00") + timedelta(days=1_461)):
        assert decide(desk, inform(date_told=moment))
    with refused(RefusalCode.INVALID, "date_told"):
        decide(desk, inform(date_told=at("09:00") - SECOND))


def test_a_customer_is_told_something_of_an_order_that_is_known_to_be_theirs() -> None:
    desk = knowing(an_order(), about=About(order="4711", customer="ada"))
    with refused(RefusalCode.INVALID, "what", "missing"):
        decide(desk, inform(what=""))
    with refused(RefusalCode.INVALID, "customer", "'bob'", "'ada'"):
        decide(desk, inform(customer="bob"))
    with refused(RefusalCode.CONFLICT, "order", "4711", retryable=True):
        decide(knowing(about=About(order="4711", customer="ada")), inform())


@pytest.mark.parametrize("score", [1, 5])
def test_a_review_has_one_to_five_points_and_needs_no_open_case(score: int) -> None:
    assert decide(knowing(), review(score)) == (ReviewReceived("rev-1", score),)


@pytest.mark.parametrize("score", [0, 6])
def test_a_review_with_other_points_is_refused(score: int) -> None:
    with refused(RefusalCode.INVALID, "score", str(score)):
        decide(knowing(), review(score))


def test_a_review_is_received_once_and_answered_once() -> None:
    received = ReviewReceived("rev-1", 2)
    with refused(RefusalCode.CONFLICT, "review_id", "'rev-1'"):
        decide(knowing(received), review())
    with refused(RefusalCode.CONFLICT, "review_id", "'rev-1'"):
        decide(knowing(), answer_review())
    assert decide(knowing(received), answer_review()) == (ReviewAnswered("rev-1"),)
    with refused(RefusalCode.CONFLICT, "review_id", "done already"):
        decide(knowing(received, ReviewAnswered("rev-1")), answer_review())


def test_a_case_belongs_to_one_customer() -> None:
    with refused(RefusalCode.INVALID, "customer", "'bob'", "'ada'"):
        decide(knowing(ReviewReceived("rev-1", 2)), open_case(customer="bob"))


def test_what_is_said_in_a_case_is_about_its_order_and_customer() -> None:
    opened = knowing(OPENED)
    later = recall(About(case="c-1"), opened.parts)
    assert later.about == FULL


def test_facts_of_sales_make_the_same_state_in_any_order_and_twice() -> None:
    order = an_order(promised_by=FRIDAY + SECOND)
    amended = OrderAmended(2, **{name: getattr(order, name) for name in order.__slots__})
    facts: list[Event] = [an_order(), amended, OrderCancelled("changed their mind")]
    told = knowing(*facts)
    for events in permutations(facts):
        assert knowing(*events, *events) == told
