"""Every story under its name, each in a week of its own without a public holiday."""

from collections.abc import Callable, Mapping
from datetime import datetime

from services.simulator.company import Course
from services.simulator.stories import approvals, cases, deliveries, facts
from services.simulator.stories.script import Script
from services.simulator.stories.telling import OFFICE, WEEK, Telling

FIRST_MONDAY = datetime(2027, 1, 11, tzinfo=OFFICE)
"""From here to Good Friday lie ten weeks in which every weekday is worked and no clock is moved."""

STORIES: Mapping[str, Callable[[Telling], None]] = {
    "approval-delayed": approvals.approval_delayed,
    "refund-neglected": approvals.refund_neglected,
    "billing-mismatch": facts.billing_mismatch,
    "ping-pong": cases.ping_pong,
    "repeated-request": cases.repeated_request,
    "conflicting-details": facts.conflicting_details,
    "incomplete-handoff": deliveries.incomplete_handoff,
    "complaint-unreviewed": cases.complaint_unreviewed,
    "silent-department": deliveries.silent_department,
    "customer-not-told": deliveries.customer_not_told,
}


def script_of(name: str) -> Script:
    """The story in its week, with its own order, customer and case."""
    place = list(STORIES).index(name)
    course = Course.DAMAGED if name == "refund-neglected" else Course.SMOOTH
    telling = Telling(place + 1, FIRST_MONDAY + place * WEEK, course)
    STORIES[name](telling)
    return telling.script(name)
