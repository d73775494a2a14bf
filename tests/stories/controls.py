"""What a story has to be found wrong of."""

from dataclasses import replace

from services.simulator.company import Step
from services.simulator.stories.catalogue import FIRST_MONDAY, script_of
from services.simulator.stories.script import Script
from services.simulator.stories.telling import Telling


def finance_acts_in_time() -> Script:
    """A payment that is approved within an hour, and the warning all the same expected."""
    late = script_of("approval-delayed")
    telling = Telling(1, FIRST_MONDAY)
    telling.at("Mon 09:00").does("a customer orders", Step.PLACE)
    telling.at("Mon 10:00").does("finance approves the payment", Step.APPROVE_PAYMENT)
    telling.at("Mon 16:00").does("the customer needs it no more", Step.CANCEL)
    return replace(telling.script(late.name), expected=late.expected[:1])
