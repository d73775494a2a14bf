"""Stories of a department whose system stops: what is not known is not called late."""

from tests.stories.company import Company


def test_silent_department(company: Company) -> None:
    company.order_is_placed()
    company.at("10:00")
    company.falls_silent("finance")
    company.at("12:59")
    assert company.alerts() == []
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
