"""Stories of one fact that two departments tell differently, found before it does harm."""

from services.alerts.domain.alert import Reason
from services.alerts.domain.promise import Condition, Resolution
from services.shared.events import finance
from services.shared.events.common import Money
from services.simulator.company import Step
from services.simulator.stories.script import Promise
from services.simulator.stories.telling import Telling

TOO_MUCH = 1_000
HOLD_THE_INVOICE = (
    "Hold the invoice; compare it with the order line by line, and correct the wrong one."
)
ONE_DATE = (
    "Agree with support on one date; whoever told the other one tells the customer the right one."
)


def billing_mismatch(story: Telling) -> None:
    """A quarter of an hour to put it right, then it is found, with the money that is at stake."""
    total = Promise("disagreement", "finance", "sales", story.of_order)
    stake, order = Money(TOO_MUCH, "EUR"), story.order
    _a_paid_order(story)
    wrong = Money(order.total.minor + TOO_MUCH, "EUR")
    story.at("Mon 10:00").says(
        "billing drafts an invoice over 10.00 EUR more than the order",
        finance.InvoiceDrafted("I-1", order.lines, order.tax, wrong),
    )
    story.at("Mon 10:15").people_hear(
        total, Condition.FOUND, Reason.FIRST_NOTICE, HOLD_THE_INVOICE, stake
    )
    story.at("Mon 11:00").does("finance issues the right invoice", Step.INVOICE)
    story.people_hear_the_end(total, Condition.FOUND, Resolution.CLEARED, stake)
    _it_is_delivered(story)


def conflicting_details(story: Telling) -> None:
    """Half an hour for the two to agree, then the one who owns the date hears of it."""
    dates = Promise("disagreement", "sales", "support", story.of_order)
    _a_paid_order(story)
    story.at("Mon 10:00").does(
        "support tells the customer a later date than sales did", Step.INFORM_CUSTOMER
    )
    story.at("Mon 10:30").people_hear(dates, Condition.FOUND, Reason.FIRST_NOTICE, ONE_DATE)
    story.at("Mon 11:00").does("sales promises the later date as well", Step.PROMISE_LATER)
    story.people_hear_the_end(dates, Condition.FOUND, Resolution.CLEARED)
    _it_is_delivered(story)


def _a_paid_order(story: Telling) -> None:
    story.at("Mon 09:00").does("a customer orders; sales names a date", Step.PLACE)
    story.at("Mon 09:30").does("finance approves the payment", Step.APPROVE_PAYMENT)


def _it_is_delivered(story: Telling) -> None:
    story.at("Mon 15:00").does("operations hands the parcel over", Step.HAND_OVER)
    story.at("Tue 11:00").does("the carrier delivers", Step.DELIVER)
