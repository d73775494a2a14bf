"""An alert says who owes what to whom, by when, how late, who would notice, and what next."""

from dataclasses import replace

import pytest

from services.alerts.domain.alert import Alert, End, key_of
from services.alerts.domain.promise import Condition, Promise, Resolution
from services.alerts.domain.text import TEXT_LENGTH_LIMIT, message, summary
from services.alerts.domain.words import duration
from services.shared.events.common import Money
from tests.alerting import a_finding, a_promise, at, span


def an_alert(condition: Condition = Condition.AT_RISK, promise: Promise | None = None) -> Alert:
    promise = promise or a_promise()
    return Alert(key_of(promise), promise, condition, opened_at=at("12:00"))


def test_a_risk_in_words() -> None:
    assert message(an_alert(), at("15:25")) == (
        "At risk: operations owes sales “parcel handed over” for order 4711,"
        " due 2026-11-02 16:00 UTC (35 minutes left)."
        " Customer c-88 would notice at 2026-11-03 00:00 UTC, in 8 hours 35 minutes."
        " Next step: Ask the shift lead to pull the order forward."
    )


def test_a_breach_in_words() -> None:
    assert summary(an_alert(Condition.BREACHED), at("18:05")) == (
        "Broken promise: operations owes sales “parcel handed over” for order 4711,"
        " due 2026-11-02 16:00 UTC (2 hours 5 minutes late)."
        " Customer c-88 would notice at 2026-11-03 00:00 UTC, in 5 hours 55 minutes."
    )


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


@pytest.mark.parametrize("condition", [Condition.FOUND, Condition.BOUNCED])
def test_a_finding_is_never_due_or_late(condition: Condition) -> None:
    standing = an_alert(condition, a_finding())
    over = replace(standing, end=End(Resolution.CLEARED, at("17:00")))
    for alert in (standing, over):
        assert not {"due", "late", "late)"} & set(message(alert, at("17:00")).split())


def test_what_was_found_and_is_no_longer_so_says_both() -> None:
    over = replace(an_alert(Condition.FOUND, a_finding()), end=End(Resolution.CLEARED, at("17:00")))
    assert message(over, at("17:00")) == (
        "Over: Disagreement, order 4711. sales says 49.00 EUR, finance says 59.00 EUR."
        " It is no longer so."
    )


def test_a_complete_handoff_says_no_due_date_of_the_time_when_the_clock_stood() -> None:
    over = replace(an_alert(Condition.RETURNED), end=End(Resolution.RESUMED, at("17:00")))
    assert message(over, at("17:00")) == (
        "Over: operations owes sales “parcel handed over” for order 4711."
        " What was missing is there, and its clock runs again."
    )


@pytest.mark.parametrize(
    ("slack_s", "words"),
    [
        (1, "The rest of the chain has 1 second of working time to spare."),
        (0, "The rest of the chain has no working time to spare."),
        (-1, "The rest of the chain is short of 1 second of working time."),
    ],
)
def test_slack_is_spare_none_or_short(slack_s: int, words: str) -> None:
    assert words in summary(an_alert(promise=a_promise(slack_s=slack_s)), at("15:25"))


@pytest.mark.parametrize("detail", ["sales says 49.00 EUR", "it belongs to order 4911"])
def test_an_id_inside_another_word_does_not_name_its_subject(detail: str) -> None:
    finding = a_finding(detail=detail, subject="order/49", order="49", customer="")
    assert "It is about order 49." in summary(an_alert(Condition.FOUND, finding), at("15:25"))


def test_silence_does_not_accuse_the_debtor() -> None:
    text = summary(an_alert(Condition.UNKNOWN), at("16:03"))
    assert text.startswith("Nobody knows:")
    assert "(3 minutes late), and news of it may only be late." in text


def test_a_customer_who_can_notice_already() -> None:
    text = summary(an_alert(Condition.BREACHED), at("01:00", days=1))
    assert "Customer c-88 can notice since 2026-11-03 00:00 UTC, 1 hour ago." in text


def test_no_date_that_a_customer_was_given() -> None:
    promise = a_promise(customer_visible_by=None, customer="")
    text = summary(an_alert(promise=promise), at("15:25"))
    assert text.endswith("The customer was given no date that hangs on it.")


def test_a_case_names_its_order() -> None:
    promise = replace(a_promise(), subject="case/77", case="77")
    assert "for case 77 (order 4711)," in summary(an_alert(promise=promise), at("15:25"))


def test_without_evidence_and_step_the_agreement_still_says_what_and_whom() -> None:
    text = message(an_alert(promise=a_promise(awaits="", next_step="")), at("15:25"))
    assert "“ship paid order”" in text
    assert text.endswith("Next step: Ask operations what holds it up.")


def test_words_that_are_no_event_type_stay_as_they_are() -> None:
    promise = a_promise(awaits="finance.RefundPaid or a call to the customer")
    assert "“refund paid or a call to the customer”" in summary(
        an_alert(promise=promise), at("9:00")
    )


@pytest.mark.parametrize("resolution", Resolution)
def test_every_end_has_words(resolution: Resolution) -> None:
    over = replace(an_alert(), end=End(resolution, at("17:00")))
    text = message(over, at("17:00"))
    assert text.startswith("Over: operations owes sales")
    assert "{" not in text


def test_a_text_is_cut_before_it_is_too_long_to_send() -> None:
    promise = a_promise(next_step="x" * 5_000)
    assert len(message(an_alert(promise=promise), at("15:25"))) == TEXT_LENGTH_LIMIT


@pytest.mark.parametrize(
    ("micros", "words"),
    [
        (span(microseconds=1), "less than a second"),
        (span(seconds=1), "1 second"),
        (span(seconds=59), "59 seconds"),
        (span(minutes=1), "1 minute"),
        (span(minutes=1, seconds=1), "1 minute 1 second"),
        (span(hours=2, minutes=5, seconds=59), "2 hours 5 minutes"),
        (span(hours=24), "1 day"),
        (span(days=1, minutes=3), "1 day"),
        (span(days=3, hours=4), "3 days 4 hours"),
        (-span(hours=1), "1 hour"),
    ],
)
def test_durations_in_plain_words(micros: int, words: str) -> None:
    assert duration(micros) == words


def test_exactly_at_the_deadline_is_neither_late_nor_early() -> None:
    assert "(now)" in summary(an_alert(), at("16:00"))
