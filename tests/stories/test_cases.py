"""Stories of customers who ask: who answers, who has the case, and what goes with it."""

from tests.stories.company import Company


def test_case_unanswered(company: Company) -> None:
    company.case_is_opened(by="email")
    company.at("20:59")
    assert company.alerts() == []
    company.at("21:00")
    assert company.alerts() == ["first_notice at_risk: answer-email"]
    company.customer_is_answered()
    assert company.alerts() == ["resolved kept: answer-email"]


def test_a_call_that_rings_a_fourth_time_is_told_at_once(company: Company) -> None:
    company.case_is_opened(by="phone")
    company.at("09:01")
    (told,) = company.told()
    assert told.what == "first_notice breached: answer-call"
    assert "call back at once" in told.text
    company.customer_is_answered()
    assert company.alerts() == ["resolved kept_late: answer-call"]


def test_support_without_background(company: Company) -> None:
    company.case_is_opened()
    company.customer_is_answered()
    company.at("10:00")
    company.case_is_passed_on("support", "finance", background="")
    (told,) = company.told()
    assert told.what == "first_notice returned: take-case-finance"
    assert "Returned incomplete: finance cannot go on" in told.text
    assert "case.background" in told.text
    assert "The clock is with support" in told.text
    company.at("10:30")
    company.case_is_returned("finance", missing="background")
    assert company.alerts() == [
        "resolved cancelled: take-case-finance",
        "first_notice bounced: bounced",
    ]
    company.case_is_passed_on("support", "finance", background="Paid twice; order 4711.")
    company.at("11:00")
    company.case_is_accepted("finance")
    company.at("Tuesday 17:00")
    assert company.alerts() == []


def test_support_gets_a_case_back_without_what_was_found(company: Company) -> None:
    company.case_is_opened()
    company.customer_is_answered()
    passed_on(company, "finance", "operations")
    assert company.alerts() == []
    company.case_is_passed_on("operations", "support", background="")
    (told,) = company.told()
    assert told.what == "first_notice returned: take-back-case-operations"
    assert "The clock is with operations" in told.text


def test_a_case_that_nobody_takes_is_found_after_four_hours(company: Company) -> None:
    company.case_is_opened()
    company.customer_is_answered()
    company.case_is_passed_on("support", "finance", background="Paid twice; order 4711.")
    company.at("12:59")
    assert company.alerts() == []
    company.at("13:00")
    (told,) = company.told()
    assert told.what == "first_notice found: left_alone"
    assert "support passed the case to finance, where nobody accepted it" in told.text
    company.at("16:00")
    company.case_is_accepted("finance")
    assert company.alerts() == ["resolved cleared: left_alone"]


def test_ping_pong(company: Company) -> None:
    company.case_is_opened()
    company.customer_is_answered()
    passed_on(company, "support", "finance")
    assert company.alerts() == []
    passed_on(company, "finance", "support")
    (first,) = company.told()
    assert first.what == "first_notice bounced: bounced"
    assert "support, finance, support" in first.text
    passed_on(company, "support", "operations")
    assert company.alerts() == []
    passed_on(company, "operations", "support")
    (second,) = company.told()
    assert second.what == "first_notice bounced: bounced"
    assert "this is bounce 2, and support is the joint owner" in second.text
    assert "support owns it now" in second.text
    company.case_is_resolved()
    assert company.alerts() == ["resolved cleared: bounced", "resolved cleared: bounced"]


def passed_on(company: Company, sender: str, to: str) -> None:
    company.case_is_passed_on(sender, to, background="Paid twice; order 4711.")
    company.case_is_accepted(to)


def test_repeated_request(company: Company) -> None:
    company.case_is_opened()
    company.customer_is_answered()
    company.customer_is_asked_for("order number")
    company.at("10:00")
    company.customer_sends("order number")
    passed_on(company, "support", "finance")
    assert company.alerts() == []
    company.at("11:00")
    company.customer_is_asked_for("order number")
    (told,) = company.told()
    assert told.what == "first_notice found: repeated_request"
    assert "finance asked the customer again" in told.text
    assert "order number (asked by support before)" in told.text
    assert "tell the customer that no answer is needed" in told.text


def test_complaint_unreviewed(company: Company) -> None:
    company.complaint_is_recorded()
    company.at("16:59")
    assert company.alerts() == []
    company.at("17:00")
    (told,) = company.told()
    assert told.what == "first_notice at_risk: review-complaint"
    assert "support owes sales “complaint reviewed” for case 77" in told.text
    assert "write down its cause" in told.text
    company.at("Wednesday 09:00")
    assert company.alerts() == ["reminder at_risk: review-complaint"]
    company.at("09:01")
    assert company.alerts() == ["worsened breached: review-complaint"]
    company.complaint_is_reviewed()
    assert company.alerts() == ["resolved kept_late: review-complaint"]
