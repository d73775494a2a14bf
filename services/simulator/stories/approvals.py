"""Stories of finance, which has to say yes or no: what waits for it, and who decides instead."""

from services.alerts.domain.alert import Reason
from services.alerts.domain.promise import Condition, Resolution
from services.shared.events import finance, sales
from services.shared.events.common import Money
from services.simulator.company import Step
from services.simulator.stories.script import Promise
from services.simulator.stories.telling import Telling

DISCOUNT = Money(500, "EUR")
APPROVE_PAYMENT = "Approve or decline the payment; if the approver is away, ask the deputy."
APPROVE_DISCOUNT = "Approve or reject the discount; if the approver is away, ask the deputy."
APPROVE_REFUND = "Approve or reject the refund; above your limit, hand it to the finance lead now."
PAY_REFUND = (
    "Pay the approved refund today; if it cannot be paid, support tells the customer the new date."
)


def approval_delayed(story: Telling) -> None:
    """Four business hours for a yes: warned after half and 80 % of them, broken at their end."""
    payment = Promise("approve-payment", "finance", "sales", story.of_order)
    story.at("Mon 09:00").does("a customer orders; sales hands the order to finance", Step.PLACE)
    story.at("Mon 11:00").people_hear(
        payment, Condition.AT_RISK, Reason.FIRST_NOTICE, APPROVE_PAYMENT
    )
    story.at("Mon 12:12").people_hear(payment, Condition.AT_RISK, Reason.REMINDER, APPROVE_PAYMENT)
    story.at("Mon 13:00:02").people_hear(
        payment, Condition.BREACHED, Reason.WORSENED, APPROVE_PAYMENT
    )
    story.at("Mon 14:00").does("the deputy in finance approves the payment", Step.APPROVE_PAYMENT)
    story.people_hear_the_end(payment, Condition.BREACHED, Resolution.KEPT_LATE)
    story.at("Mon 16:00").does("operations sends the parcel all the same", Step.HAND_OVER)
    _a_discount_is_warned_of_in_time(story)
    story.at("Tue 14:00").does("the carrier delivers", Step.DELIVER)


def _a_discount_is_warned_of_in_time(story: Telling) -> None:
    discount = Promise("approve-discount", "finance", "sales", story.of_order)
    story.at("Tue 09:00").says(
        "sales asks finance for a discount on the next order",
        sales.DiscountRequested("D-1", DISCOUNT, "they waited for us"),
    )
    story.at("Tue 11:00").people_hear(
        discount, Condition.AT_RISK, Reason.FIRST_NOTICE, APPROVE_DISCOUNT
    )
    story.at("Tue 11:30").says(
        "finance approves the discount",
        finance.DiscountApproved("D-1", DISCOUNT, "goodwill", "delay", 1),
    )
    story.people_hear_the_end(discount, Condition.AT_RISK, Resolution.KEPT)


def refund_neglected(story: Telling) -> None:
    """One business day for the yes, and the customer's own date five days after support gave it."""
    approval = Promise("approve-refund", "finance", "support", story.of_order)
    refund = Promise("pay-refund", "finance", "customer", story.of_order)
    _a_damaged_parcel(story)
    story.at("Wed 12:00").does(
        "support promises the money back by Monday, and asks finance", Step.REQUEST_REFUND
    )
    story.at("Wed 16:00").people_hear(
        approval, Condition.AT_RISK, Reason.FIRST_NOTICE, APPROVE_REFUND
    )
    story.at("Thu 10:24").people_hear(approval, Condition.AT_RISK, Reason.REMINDER, APPROVE_REFUND)
    story.at("Thu 12:00:02").people_hear(
        approval, Condition.BREACHED, Reason.WORSENED, APPROVE_REFUND
    )
    story.at("Thu 16:00").people_hear(refund, Condition.AT_RISK, Reason.FIRST_NOTICE, PAY_REFUND)
    story.at("Fri 12:00").people_hear(refund, Condition.AT_RISK, Reason.REMINDER, PAY_REFUND)
    story.at("Fri 14:00").does("the finance lead approves the refund", Step.APPROVE_REFUND)
    story.people_hear_the_end(approval, Condition.BREACHED, Resolution.KEPT_LATE)
    story.at("Fri 15:00").does("finance pays, before the customer's date", Step.PAY_REFUND)
    story.people_hear_the_end(refund, Condition.AT_RISK, Resolution.KEPT)
    story.at("Fri 16:00").does("support closes the case", Step.RESOLVE)


def _a_damaged_parcel(story: Telling) -> None:
    story.at("Mon 09:00").does("a customer orders", Step.PLACE)
    story.at("Mon 09:30").does("finance approves the payment", Step.APPROVE_PAYMENT)
    story.at("Mon 14:00").does("operations hands the parcel over", Step.HAND_OVER)
    story.at("Tue 10:00").does("the carrier delivers it, broken", Step.DELIVER)
    story.at("Wed 10:00").does("the customer writes to support", Step.OPEN_CASE)
    story.at("Wed 11:00").does("support answers", Step.RESPOND)
