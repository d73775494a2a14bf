"""Stories of customers who ask and complain: who has the case, and what goes with it.

Support's department takes a case in and closes it; what happens in between is told by its help
desk, a system of its own.
"""

from services.alerts.domain.alert import Reason
from services.alerts.domain.promise import Condition, Resolution
from services.shared.events import support
from services.simulator.company import Step
from services.simulator.stories.script import Promise
from services.simulator.stories.telling import Telling

ORDER_NUMBER = ("order number",)
WHO_KEEPS_IT = "Agree with {} on who keeps the case before it is passed on again."
ESCALATE = "Escalate to the leads of support and {}; support answers for the case from now."
TAKE_THE_ANSWER = "Take it from the case, and tell the customer that no answer is needed."
REVIEW = "Read the complaint, write down its cause, and tell sales what will change."


def ping_pong(story: Telling) -> None:
    """The first return is found at once; the second names one owner and escalates."""
    bounced = Promise("bounced", "support", "customer", story.of_case)
    _a_case(story)
    story.at("Mon 10:00")
    passed_on(story, 1, "support", "finance", "Was it paid twice?")
    story.at("Mon 11:00")
    passed_on(story, 2, "finance", "support", "Once only; ask operations what was sent.")
    story.people_hear(
        bounced, Condition.BOUNCED, Reason.FIRST_NOTICE, WHO_KEEPS_IT.format("finance")
    )
    story.at("Mon 12:00")
    passed_on(story, 3, "support", "operations", "What was sent, and when?")
    story.at("Mon 13:00")
    passed_on(story, 4, "operations", "support", "One parcel, on Thursday.")
    story.people_hear(
        bounced, Condition.BOUNCED, Reason.FIRST_NOTICE, ESCALATE.format("operations")
    )
    story.at("Mon 15:00").does("support, its one owner now, closes the case", Step.RESOLVE)
    story.people_hear_the_end(bounced, Condition.BOUNCED, Resolution.CLEARED)
    story.people_hear_the_end(bounced, Condition.BOUNCED, Resolution.CLEARED)


def repeated_request(story: Telling) -> None:
    """Found at the moment at which the second request goes out."""
    asked_twice = Promise("repeated_request", "finance", "customer", story.of_case)
    _a_case(story)
    story.at("Mon 10:00").says(
        "support asks the customer for the order number",
        support.InformationRequested("Q-1", ORDER_NUMBER),
    )
    story.at("Mon 11:00").says(
        "the customer sends it", support.InformationReceived("Q-1", ORDER_NUMBER)
    )
    story.at("Mon 11:30")
    passed_on(story, 1, "support", "finance", "Paid twice, they say.")
    story.at("Mon 13:00").says(
        "finance asks the customer for the order number",
        support.InformationRequested("Q-2", ORDER_NUMBER),
    )
    story.people_hear(asked_twice, Condition.FOUND, Reason.FIRST_NOTICE, TAKE_THE_ANSWER)
    story.at("Mon 15:00").does("the case is settled", Step.RESOLVE)
    story.people_hear_the_end(asked_twice, Condition.FOUND, Resolution.CLEARED)


def complaint_unreviewed(story: Telling) -> None:
    """Two business days for a review: warned after half and 80 % of them, broken at their end."""
    review = Promise("review-complaint", "support", "sales", story.of_case)
    _a_case(story)
    story.at("Mon 10:00").says(
        "support writes a complaint down",
        support.ComplaintRecorded("K-1", "delivery", "Late for the third time."),
    )
    story.at("Tue 10:00").people_hear(review, Condition.AT_RISK, Reason.FIRST_NOTICE, REVIEW)
    story.at("Tue 14:48").people_hear(review, Condition.AT_RISK, Reason.REMINDER, REVIEW)
    story.at("Wed 10:00:02").people_hear(review, Condition.BREACHED, Reason.WORSENED, REVIEW)
    story.at("Wed 11:00").says(
        "support reads it and writes down the cause",
        support.ComplaintReviewed("K-1", "The carrier's depot is closed on Mondays."),
    )
    story.people_hear_the_end(review, Condition.BREACHED, Resolution.KEPT_LATE)
    story.at("Wed 12:00").does("support closes the case", Step.RESOLVE)


def passed_on(story: Telling, number: int, sender: str, to: str, background: str) -> None:
    """With all that is known, and taken at once."""
    story.says(
        f"{sender} passes the case on to {to}",
        support.CaseTransferred(number, sender, to, background),
    )
    story.says(f"{to} takes it", support.CaseAccepted(number, to))


def _a_case(story: Telling) -> None:
    story.at("Mon 09:00").does("a customer writes to support", Step.OPEN_CASE)
    story.at("Mon 09:30").does("support answers", Step.RESPOND)
