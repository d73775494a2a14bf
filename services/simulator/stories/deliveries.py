"""Stories of parcels: what goes back to sales, what the customer is not told, what nobody knows."""

from dataclasses import replace

import services.operations.domain as operations
import services.sales.domain as sales
from services.alerts.domain.alert import Reason
from services.alerts.domain.promise import Condition, Resolution
from services.shared.events import support
from services.shared.events.common import Priority
from services.simulator.acts import CARRIER
from services.simulator.company import Step
from services.simulator.stories.approvals import APPROVE_PAYMENT
from services.simulator.stories.script import Promise
from services.simulator.stories.telling import Telling

FIND_THE_PARCEL = (
    "Find the parcel with the carrier; support tells the customer the new date before the old one"
    " passes."
)
TELL_THE_CUSTOMER = (
    "Ask operations for the new date, have sales promise it, and tell the customer before they ask."
)


def incomplete_handoff(story: Telling) -> None:
    """What is missing is asked of the sender, whose clock runs until it is there."""
    shipping = Promise("ship-paid-order", "operations", "sales", story.of_order)
    order = story.order
    story.at("Mon 09:00").does("a customer orders", Step.PLACE)
    story.at("Mon 10:00").does("finance approves the payment", Step.APPROVE_PAYMENT)
    story.at("Mon 11:00").commands(
        "operations returns the order: the street is incomplete",
        operations.ReturnOrder(
            story.context("omar"), order.id, ("ship_to.street",), "There is no such number."
        ),
    )
    story.people_hear(
        shipping,
        Condition.RETURNED,
        Reason.FIRST_NOTICE,
        "Ask sales to give operations what is missing.",
    )
    _a_case_without_background(story)
    whole = replace(order.ship_to, street=f"{order.ship_to.street} b")
    story.at("Tue 11:00").commands(
        "sales asks the customer and amends the order",
        sales.AmendOrder(
            story.context("shop"),
            order.id,
            order.lines,
            order.total,
            order.promised_by,
            Priority.NORMAL,
            whole,
        ),
    )
    story.people_hear_the_end(shipping, Condition.RETURNED, Resolution.CLEARED)
    story.at("Tue 15:00").commands(
        "operations hands the parcel over, in the time that was left when it returned the order",
        operations.HandOverParcel(
            story.context("petra"), order.id, f"X-{order.number}", CARRIER, order.lines, whole
        ),
    )
    story.at("Wed 11:00").does("the carrier delivers", Step.DELIVER)


def _a_case_without_background(story: Telling) -> None:
    taking = Promise("take-case-finance", "finance", "support", story.of_case)
    story.at("Mon 12:00").does("the customer writes to support", Step.OPEN_CASE)
    story.at("Mon 12:30").does("support answers", Step.RESPOND)
    story.at("Mon 13:00").says(
        "support passes the case on to finance and does not say why",
        support.CaseTransferred(1, "support", "finance", ""),
    )
    story.people_hear(
        taking,
        Condition.RETURNED,
        Reason.FIRST_NOTICE,
        "Ask support to give finance what is missing.",
    )
    story.at("Mon 14:00").does("support settles it on its own", Step.RESOLVE)
    story.people_hear_the_end(taking, Condition.RETURNED, Resolution.CANCELLED)


def customer_not_told(story: Telling) -> None:
    """The risk to the customer's date is what makes telling them a promise of support."""
    delivery = Promise("deliver-order", "operations", "customer", story.of_order)
    news = Promise("tell-new-date", "support", "sales", story.of_order)
    story.at("Mon 09:00").does("a customer orders, to have it by Friday 19:00", Step.PLACE)
    story.at("Mon 10:00").does("finance approves the payment", Step.APPROVE_PAYMENT)
    story.at("Mon 15:00").does("operations hands the parcel over", Step.HAND_OVER)
    story.at("Thu 16:30").people_hear(
        delivery, Condition.AT_RISK, Reason.FIRST_NOTICE, FIND_THE_PARCEL
    )
    story.at("Fri 05:45").people_hear(
        news, Condition.AT_RISK, Reason.FIRST_NOTICE, TELL_THE_CUSTOMER
    )
    story.at("Fri 19:00:02").people_hear(
        delivery, Condition.BREACHED, Reason.WORSENED, FIND_THE_PARCEL
    )
    story.people_hear(news, Condition.BREACHED, Reason.WORSENED, TELL_THE_CUSTOMER)
    story.at("Sat 11:00").does("the carrier delivers, a day late", Step.DELIVER)
    story.people_hear_the_end(delivery, Condition.BREACHED, Resolution.KEPT_LATE)
    story.people_hear_the_end(news, Condition.BREACHED, Resolution.CANCELLED)


def silent_department(story: Telling) -> None:
    """What nobody can know is not called late; what was done in time is believed afterwards."""
    payment = Promise("approve-payment", "finance", "sales", story.of_order)
    story.at("Mon 09:00").does("a customer orders", Step.PLACE)
    story.at("Mon 10:00").falls_silent("the system of finance stops talking", "finance")
    story.at("Mon 13:00").people_hear(
        payment, Condition.UNKNOWN, Reason.FIRST_NOTICE, APPROVE_PAYMENT
    )
    story.at("Mon 16:00").does(
        "finance is heard again: the payment was approved at 10:30",
        Step.APPROVE_PAYMENT,
        happened="Mon 10:30",
    )
    story.speaks_again("it has told everything", "finance")
    story.people_hear_the_end(payment, Condition.UNKNOWN, Resolution.KEPT)
    story.at("Mon 17:00").does("operations hands the parcel over", Step.HAND_OVER)
    story.at("Tue 11:00").does("the carrier delivers", Step.DELIVER)
