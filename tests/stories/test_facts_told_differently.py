"""Stories of one fact that two departments tell differently, found before the customer sees it."""

from services.shared.events.common import Money
from tests.stories.company import Company

TOO_MUCH = Money(5_900, "EUR")


def test_billing_mismatch(company: Company) -> None:
    company.order_is_placed()
    company.at("09:30")
    company.payment_is_approved()
    company.at("10:00")
    company.invoice_is_drafted(total=TOO_MUCH)
    company.at("10:14")
    assert company.alerts() == []
    company.at("10:15")
    (told,) = company.told()
    assert told.what == "first_notice found: disagreement"
    assert "order total: finance says 59.00 EUR, sales says 49.00 EUR" in told.text
    assert "10.00 EUR at stake" in told.text
    assert "finance has the next step; sales waits" in told.text
    assert "Hold the invoice" in told.text
    company.at("11:00")
    company.invoice_is_issued()
    assert company.alerts() == ["resolved cleared: disagreement"]


def test_a_wrong_invoice_that_goes_out_is_found_at_once(company: Company) -> None:
    company.order_is_placed()
    company.at("09:30")
    company.payment_is_approved()
    company.at("10:00")
    company.invoice_is_issued(sku="rug")
    company.at("10:01")
    (told,) = company.told()
    assert told.what == "first_notice found: disagreement"
    assert "invoice lines" in told.text
    assert "lamp" in told.text
    assert "rug" in told.text


def test_conflicting_details(company: Company) -> None:
    company.order_is_placed(promised_for="Friday 18:00")
    company.at("09:30")
    company.payment_is_approved()
    company.at("10:00")
    company.customer_is_told_a_date("Saturday 12:00")
    company.at("10:29")
    assert company.alerts() == []
    company.at("10:30")
    (told,) = company.told()
    assert told.what == "first_notice found: disagreement"
    assert "delivery date told: sales says 2026-11-06, support says 2026-11-07" in told.text
    assert "tells the customer the right one" in told.text
    company.sales_promises_a_new_date("Saturday 12:00")
    assert company.alerts() == ["resolved cleared: disagreement"]
