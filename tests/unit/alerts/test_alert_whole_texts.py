"""The whole text of each condition, as a person gets it."""

from dataclasses import replace

import pytest

from services.alerts.domain.alert import Alert, Reason, key_of
from services.alerts.domain.promise import Condition, Promise
from services.alerts.domain.text import message
from services.shared.events.common import Money
from tests.alerting import a_finding, a_promise, at


def an_alert(condition: Condition = Condition.AT_RISK, promise: Promise | None = None) -> Alert:
    promise = promise or a_promise()
    return Alert(key_of(promise), promise, condition, opened_at=at("12:00"))


FINANCE_AND_SALES = "finance has the next step; sales waits."
SINCE = "It has been so since 2026-11-02 14:00 UTC (1 hour 25 minutes ago)."
AFTER_MIDNIGHT = "Customer c-88 would notice at 2026-11-03 00:00 UTC, in 8 hours 35 minutes."
TEXTS = {
    "a warning with all that is known": (
        Condition.AT_RISK,
        a_promise(
            detail="12 of 20 lamps are packed",
            waiting_on="supplier",
            slack_s=-7_200,
            at_stake=Money(104_900, "EUR"),
            decides=("finance-lead", "finance-deputy"),
            runbook="https://wiki.example/ship-late",
        ),
        "At risk: operations owes sales “parcel handed over” for order 4711,"
        " due 2026-11-02 16:00 UTC (35 minutes left). 12 of 20 lamps are packed."
        f" operations waits on supplier. {AFTER_MIDNIGHT}"
        " The rest of the chain is short of 2 hours of working time. 1,049.00 EUR at stake."
        " Next step: Ask the shift lead to pull the order forward."
        " finance-lead decides; deputy: finance-deputy. Runbook: https://wiki.example/ship-late",
    ),
    "a handoff that nobody has taken": (
        Condition.AT_RISK,
        a_promise(
            agreement="ship-paid-order.acknowledge", awaits="operations.PickStarted", next_step=""
        ),
        "At risk: operations has not said that it has order 4711; sales waits to hear"
        f" “pick started”, due 2026-11-02 16:00 UTC (35 minutes left). {AFTER_MIDNIGHT}"
        " Next step: Ask operations what holds it up.",
    ),
    "a creditor who hears nothing": (
        Condition.BREACHED,
        a_promise(
            agreement="ship-paid-order.update",
            awaits="operations.PickStarted",
            opened_at=at("09:00"),
            due_by="15:00",
            next_step="Tell sales how far it is.",
        ),
        "Broken promise: sales has heard nothing from operations since 2026-11-02 09:00 UTC"
        " (6 hours 25 minutes ago); operations owes it news of order 4711,"
        f" due 2026-11-02 15:00 UTC (25 minutes late). {AFTER_MIDNIGHT}"
        " Next step: Tell sales how far it is.",
    ),
    "silence": (
        Condition.UNKNOWN,
        a_promise(due_by="15:22"),
        "Nobody knows: operations owes sales “parcel handed over” for order 4711,"
        " due 2026-11-02 15:22 UTC (3 minutes late), and news of it may only be late."
        f" {AFTER_MIDNIGHT} Next step: Ask the shift lead to pull the order forward.",
    ),
    "an incomplete handoff": (
        Condition.RETURNED,
        a_promise(detail="order.ship_to is missing", waiting_on="sales"),
        "Returned incomplete: operations cannot go on with “parcel handed over” for order 4711."
        " order.ship_to is missing. The clock is with sales until what is missing is there."
        f" {AFTER_MIDNIGHT} Next step: Ask sales to give operations what is missing.",
    ),
    "a dispute": (
        Condition.DISPUTED,
        a_promise(detail="3 of 20 lamps are missing", due_by="15:00"),
        "Disputed: operations reported “parcel handed over” for order 4711 as done, and sales does"
        " not accept it. It is due 2026-11-02 15:00 UTC (25 minutes late)."
        f" 3 of 20 lamps are missing. {AFTER_MIDNIGHT}"
        " Next step: Ask sales what is missing, and operations to finish it.",
    ),
    "a case that came back": (
        Condition.BOUNCED,
        a_finding(
            "bounced",
            "case 77 came back to support, which had passed it on (support, finance, support)",
            subject="case/77",
            case="77",
            owed_by="support",
            owed_to="support",
        ),
        "Bounced: case 77 came back to support, which had passed it on (support, finance, support)."
        f" It is about customer c-88. support owns it now. {SINCE}"
        " Next step: Let support keep it and name who finishes it; do not pass it on again.",
    ),
    "a case that came back a second time": (
        Condition.BOUNCED,
        a_finding(
            "bounced",
            "case 77 came back for the second time",
            subject="case/77",
            customer="",
            owed_by="support-lead",
            owed_to="finance",
            next_step="Settle it with finance today.",
        ),
        "Bounced: case 77 came back for the second time. support-lead owns it now; finance waits."
        f" {SINCE} Next step: Settle it with finance today.",
    ),
    "two departments that say different things": (
        Condition.FOUND,
        a_finding(at_stake=Money(1_000, "EUR"), customer_visible_by=at("00:00", days=1)),
        "Disagreement: sales says 49.00 EUR, finance says 59.00 EUR. It is about order 4711 and"
        f" customer c-88. {FINANCE_AND_SALES} {SINCE} 10.00 EUR at stake. {AFTER_MIDNIGHT}"
        " Next step: Agree with sales on what is right before the customer sees it.",
    ),
    "money that the ledger named already": (
        Condition.FOUND,
        a_finding(detail="10.00 EUR at stake on order 4711 of c-88", at_stake=Money(1_000, "EUR")),
        f"Disagreement: 10.00 EUR at stake on order 4711 of c-88. {FINANCE_AND_SALES} {SINCE}"
        " Next step: Agree with sales on what is right before the customer sees it.",
    ),
    "a customer who is asked twice": (
        Condition.FOUND,
        a_finding(
            "repeated_request",
            "support asked c-88 for the serial number, which it has had since Monday",
            owed_by="support",
            owed_to="",
        ),
        "Asked twice: support asked c-88 for the serial number, which it has had since Monday."
        f" It is about order 4711. support has the next step. {SINCE}"
        " Next step: Take the answer that is there, and tell the customer so.",
    ),
    "more than was promised": (
        Condition.FOUND,
        a_finding("over_fulfilled", "69.00 EUR were refunded of 59.00 EUR", customer=""),
        "More than was promised: 69.00 EUR were refunded of 59.00 EUR. It is about order 4711."
        f" {FINANCE_AND_SALES} {SINCE}"
        " Next step: Stop what is still on its way, and take back what was too much.",
    ),
    "what nobody has taken up": (
        Condition.FOUND,
        a_finding("left_alone", "nobody has order 4711", customer=""),
        f"Left alone: nobody has order 4711. {FINANCE_AND_SALES} {SINCE}"
        " Next step: Take it up, and tell sales that you have it.",
    ),
    "what only a newer ledger finds": (
        Condition.FOUND,
        a_finding("lost_twice", "", customer=""),
        f"Lost twice: It is about order 4711. {FINANCE_AND_SALES} {SINCE}"
        " Next step: Ask finance what happened.",
    ),
}


@pytest.mark.parametrize("case", TEXTS)
def test_each_condition_is_told_so_that_a_stranger_understands(case: str) -> None:
    condition, promise, text = TEXTS[case]
    assert message(an_alert(condition, promise), at("15:25")) == text


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        (Reason.ESCALATED, " Nobody has taken it up yet: this is call 2 of warehouse. Next step:"),
        (
            Reason.ACKNOWLEDGEMENT_EXPIRED,
            " Whoever had it in hand has not ended it in time; it is open again. Next step:",
        ),
    ],
)
def test_who_hears_of_it_later_reads_why(reason: Reason, says: str) -> None:
    climbed = replace(an_alert(), reason=reason, ladder="warehouse", rungs=2)
    assert says in message(climbed, at("15:25"))
