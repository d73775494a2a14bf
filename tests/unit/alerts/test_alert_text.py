"""An alert says who owes what to whom, by when, how late, who would notice, and what next."""

from dataclasses import replace

import pytest

from services.alerts.domain.alert import Alert, key_of
from services.alerts.domain.promise import Condition, End, Promise, Resolution
from services.alerts.domain.text import TEXT_LENGTH_LIMIT, message, summary
from services.alerts.domain.words import duration
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
