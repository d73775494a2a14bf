"""Stories of parcels: what leaves late, what comes back to sales, and what the customer is told."""

from tests.stories.company import Company


def test_nobody_is_disturbed_when_everyone_keeps_their_word(company: Company) -> None:
    company.order_is_placed(promised_for="Friday 18:00")
    company.at("10:00")
    company.payment_is_approved(ship_by="Tuesday 20:00")
    company.at("15:00")
    company.parcel_is_handed_over()
    company.invoice_is_drafted()
    company.invoice_is_issued()
    company.at("Wednesday 11:00")
    company.parcel_is_delivered()
    company.at("Monday 09:00")
    assert company.alerts() == []


def test_a_parcel_that_does_not_leave_is_found_before_the_customer_can_notice(
    company: Company,
) -> None:
    company.order_is_placed(promised_for="Friday 18:00")
    company.at("10:00")
    company.payment_is_approved(ship_by="Tuesday 20:00")
    company.at("Tuesday 07:59")
    assert company.alerts() == []
    company.at("08:00")
    (told,) = company.told()
    assert told.what == "first_notice at_risk: ship-paid-order"
    assert "in 3 days" in told.text
    company.at("20:01")
    assert company.alerts()[-1] == "worsened breached: ship-paid-order"
    company.parcel_is_handed_over()
    company.at("Thursday 12:00")
    company.parcel_is_delivered()
    company.at("Monday 09:00")
    assert company.alerts() == ["resolved kept_late: ship-paid-order"]


def test_incomplete_handoff(company: Company) -> None:
    company.order_is_placed(promised_for="Friday 18:00")
    company.at("10:00")
    company.payment_is_approved(ship_by="Tuesday 20:00")
    company.at("11:00")
    company.order_is_returned_as_incomplete("ship_to.street")
    (told,) = company.told()
    assert told.what == "first_notice returned: ship-paid-order"
    assert "Returned incomplete: operations cannot go on" in told.text
    assert "missing: ship_to.street" in told.text
    assert "The clock is with sales" in told.text
    assert "Ask sales to give operations what is missing." in told.text
    company.at("Tuesday 11:00")
    assert company.alerts() == []
    company.order_is_amended(promised_for="Friday 18:00")
    assert company.alerts() == ["resolved cleared: ship-paid-order"]
    company.at("Wednesday 07:59")
    assert company.alerts() == []
    company.at("08:00")
    assert company.alerts() == ["first_notice at_risk: ship-paid-order"]
    company.parcel_is_handed_over()
    assert company.alerts() == ["resolved kept: ship-paid-order"]
    company.at("Thursday 10:00")
    company.parcel_is_delivered()
    company.at("Monday 09:00")
    assert company.alerts() == []


def test_customer_not_told(company: Company) -> None:
    company.order_is_placed(promised_for="Friday 18:00")
    company.at("10:00")
    company.payment_is_approved(ship_by="Tuesday 20:00")
    company.at("15:00")
    company.parcel_is_handed_over()
    company.at("Thursday 15:44")
    assert company.alerts() == []
    company.at("15:45")
    assert company.alerts() == ["first_notice at_risk: deliver-order"]
    company.at("Friday 04:52")
    assert company.alerts() == []
    company.at("04:53")
    (told,) = company.told()
    assert told.what == "first_notice at_risk: tell-new-date"
    assert "support owes sales “customer informed” for order 4711" in told.text
    assert "tell the customer before they ask" in told.text
    company.at("18:01")
    assert sorted(company.alerts()) == [
        "worsened breached: deliver-order",
        "worsened breached: tell-new-date",
    ]


def test_a_customer_who_is_told_the_new_date_first_is_nobodys_alarm(company: Company) -> None:
    company.order_is_placed(promised_for="Friday 18:00")
    company.at("10:00")
    company.payment_is_approved(ship_by="Tuesday 20:00")
    company.at("15:00")
    company.parcel_is_handed_over()
    company.at("Thursday 16:00")
    assert company.alerts() == ["first_notice at_risk: deliver-order"]
    company.sales_promises_a_new_date("Monday 18:00")
    assert company.alerts() == ["resolved amended: deliver-order"]
    company.at("16:20")
    company.customer_is_told_a_date("Monday 18:00")
    company.at("Friday 18:30")
    assert company.alerts() == []
    company.parcel_is_delivered()
    company.at("Wednesday 09:00")
    assert company.alerts() == []
