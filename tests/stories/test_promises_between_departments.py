"""Stories that an operations manager can read: what happens, and who hears of it when."""

import pytest

from tests.stories.company import Company


@pytest.fixture
def company() -> Company:
    return Company()


def test_nobody_is_disturbed_when_everyone_keeps_their_word(company: Company) -> None:
    company.order_is_placed(promised_in_hours=72)
    company.at("10:00")
    company.payment_is_approved(ship_in_hours=24)
    company.at("15:00")
    company.parcel_is_handed_over()
    company.at("11:00", days=1)
    company.parcel_is_delivered()
    company.at("09:00", days=7)
    assert company.alerts() == []


def test_approval_delayed(company: Company) -> None:
    company.order_is_placed()
    company.at("10:59")
    assert company.alerts() == []
    company.at("11:00")
    assert company.alerts() == ["first_notice at_risk: approve-payment"]
    company.at("13:00")
    assert company.alerts() == ["reminder at_risk: approve-payment"]
    company.at("13:01")
    (told,) = company.told()
    assert told.what == "worsened breached: approve-payment"
    assert "finance owes sales" in told.text
    assert "order 4711" in told.text
    assert "c-1" in told.text
    assert "ask the deputy" in told.text
    company.at("14:00")
    company.payment_is_approved()
    company.at("14:01")
    assert company.alerts() == ["resolved kept_late: approve-payment"]


def test_a_delayed_approval_that_comes_in_time_ends_the_alert(company: Company) -> None:
    company.order_is_placed()
    company.at("12:30")
    assert company.alerts()[0] == "first_notice at_risk: approve-payment"
    company.payment_is_approved()
    company.at("12:31")
    assert company.alerts() == ["resolved kept: approve-payment"]
    company.at("18:00")
    assert company.alerts() == []


def test_refund_neglected(company: Company) -> None:
    company.refund_is_requested(promised_in_days=5)
    company.at("21:00")
    assert company.alerts() == ["first_notice at_risk: approve-refund"]
    company.at("09:01", days=1)
    assert company.alerts()[-1] == "worsened breached: approve-refund"
    company.at("09:00", days=3)
    warned = company.told()
    assert [told.what for told in warned] == ["first_notice at_risk: pay-refund"]
    assert "finance owes customer" in warned[0].text
    company.refund_is_approved()
    company.refund_is_paid()
    company.at("09:01", days=3)
    assert sorted(company.alerts()) == [
        "resolved kept: pay-refund",
        "resolved kept_late: approve-refund",
    ]


def test_a_parcel_that_does_not_leave_is_found_before_the_customer_can_notice(
    company: Company,
) -> None:
    company.order_is_placed(promised_in_hours=72)
    company.at("10:00")
    company.payment_is_approved(ship_in_hours=24)
    company.at("22:00")
    (told,) = company.told()
    assert told.what == "first_notice at_risk: ship-paid-order"
    assert "in 2 days" in told.text
    company.at("10:01", days=1)
    assert company.alerts()[-1] == "worsened breached: ship-paid-order"
    company.parcel_is_handed_over()
    company.at("20:00", days=1)
    company.parcel_is_delivered()
    company.at("09:00", days=4)
    assert company.alerts() == ["resolved kept_late: ship-paid-order"]


def test_case_unanswered(company: Company) -> None:
    company.case_is_opened()
    company.at("21:00")
    assert company.alerts() == ["first_notice at_risk: answer-case"]
    company.customer_is_answered()
    company.at("21:01")
    assert company.alerts() == ["resolved kept: answer-case"]


def test_silent_department(company: Company) -> None:
    company.order_is_placed()
    company.at("10:00")
    company.falls_silent("finance")
    company.at("13:00")
    assert company.alerts() == ["first_notice unknown: approve-payment"]
    company.at("16:00")
    assert company.alerts() == []
    company.speaks_again("finance")
    company.at("16:01")
    assert company.alerts() == ["worsened breached: approve-payment"]


def test_a_silent_department_that_had_kept_its_word_is_never_called_late(company: Company) -> None:
    company.order_is_placed()
    company.at("10:00")
    company.falls_silent("finance")
    company.at("14:00")
    assert company.alerts() == ["first_notice unknown: approve-payment"]
    company.speaks_again("finance")
    company.payment_is_approved(happened="10:30")
    company.at("14:01")
    assert company.alerts() == ["resolved kept: approve-payment"]
