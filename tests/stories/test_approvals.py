"""Stories of finance's approvals: what waits for one, who decides, and who hears of it when."""

from tests.stories.company import Company


def test_approval_delayed(company: Company) -> None:
    company.order_is_placed(promised_for="Friday 18:00")
    company.at("10:59")
    assert company.alerts() == []
    company.at("11:00")
    (told,) = company.told()
    assert told.what == "first_notice at_risk: approve-payment"
    assert "finance owes sales “payment approved” for order 4711" in told.text
    assert "Customer c-1 would notice" in told.text
    assert "ask the deputy" in told.text
    assert "deputy: finance-deputy" in told.text
    company.at("12:12")
    assert company.alerts() == ["reminder at_risk: approve-payment"]
    company.at("13:00")
    assert company.alerts() == []
    company.at("13:01")
    assert company.alerts() == ["worsened breached: approve-payment"]
    company.at("14:00")
    company.payment_is_approved()
    assert company.alerts() == ["resolved kept_late: approve-payment"]


def test_a_delayed_approval_that_comes_in_time_ends_the_alert(company: Company) -> None:
    company.order_is_placed()
    company.at("12:00")
    assert company.alerts() == ["first_notice at_risk: approve-payment"]
    company.payment_is_approved()
    assert company.alerts() == ["resolved kept: approve-payment"]
    company.at("18:00")
    assert company.alerts() == []


def test_a_weekend_is_no_delay_of_an_approval(company: Company) -> None:
    company.at("Friday 16:00")
    company.order_is_placed(promised_for="Thursday 18:00")
    company.at("Monday 09:59")
    assert company.alerts() == []
    company.at("Monday 10:00")
    assert company.alerts() == ["first_notice at_risk: approve-payment"]
    company.at("11:59")
    company.payment_is_approved(ship_by="Tuesday 20:00")
    assert company.alerts()[-1] == "resolved kept: approve-payment"


def test_a_discount_that_nobody_approves_is_told_before_it_is_late(company: Company) -> None:
    company.discount_is_requested()
    company.at("10:59")
    assert company.alerts() == []
    company.at("11:00")
    (told,) = company.told()
    assert told.what == "first_notice at_risk: approve-discount"
    assert "deputy: finance-deputy" in told.text
    company.discount_is_approved()
    assert company.alerts() == ["resolved kept: approve-discount"]


def test_refund_neglected(company: Company) -> None:
    company.refund_is_requested(promised_for="Friday 17:00")
    company.at("12:59")
    assert company.alerts() == []
    company.at("13:00")
    (warned,) = company.told()
    assert warned.what == "first_notice at_risk: approve-refund"
    assert "finance owes support “refund approved”" in warned.text
    assert "hand it to the finance lead now" in warned.text
    assert "deputy: finance-lead" in warned.text
    company.at("Tuesday 09:00")
    assert company.alerts() == ["reminder at_risk: approve-refund"]
    company.at("09:01")
    assert company.alerts() == ["worsened breached: approve-refund"]
    company.at("Wednesday 12:59")
    assert company.alerts() == []
    company.at("13:00")
    (before_the_date,) = company.told()
    assert before_the_date.what == "first_notice at_risk: pay-refund"
    assert "finance owes customer “refund paid”" in before_the_date.text
    company.at("14:00")
    company.refund_is_approved()
    company.refund_is_paid()
    assert company.alerts() == [
        "resolved kept_late: approve-refund",
        "resolved kept: pay-refund",
    ]
    company.at("Friday 18:00")
    assert company.alerts() == []


def test_an_approved_refund_that_nobody_pays_is_told_before_the_customers_date(
    company: Company,
) -> None:
    company.refund_is_requested(promised_for="Monday 09:00")
    company.at("11:00")
    company.refund_is_approved()
    company.at("Friday 09:00")
    assert company.alerts() == [
        "first_notice at_risk: pay-refund",
        "first_notice at_risk: pay-approved-refund",
        "reminder at_risk: pay-refund",
    ]
    company.refund_is_paid()
    assert sorted(company.alerts()) == [
        "resolved kept: pay-approved-refund",
        "resolved kept: pay-refund",
    ]
