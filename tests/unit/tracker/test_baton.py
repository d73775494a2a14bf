"""Who has a case, one after the other."""

import pytest

from services.tracker.core.handoffs.baton import Holding, holdings
from services.tracker.core.subject import Event
from tests.cases import accepted, passed, resolved, returned
from tests.promising import an_event, at


def holders(*events: Event) -> list[str]:
    return [each.holder for each in holdings(events)]


def test_nobody_is_known_to_have_a_case_before_its_first_transfer() -> None:
    assert holders(an_event("support.CaseOpened"), resolved("10:00")) == []


def test_the_first_holder_is_who_sends_the_first_transfer() -> None:
    assert holdings([passed(1, "finance", "10:00", by="sales")]) == (
        Holding("sales", at("10:00"), "1-sent"),
        Holding("finance", at("10:00"), "1"),
    )


def test_a_transfer_by_who_has_the_case_adds_only_its_receiver() -> None:
    sent_on = passed(2, "operations", "11:00", by="finance")
    assert holders(passed(1, "finance", "10:00"), sent_on) == ["support", "finance", "operations"]


def test_a_transfer_by_who_was_not_known_to_have_the_case_adds_both() -> None:
    events = (passed(1, "finance", "10:00"), passed(2, "operations", "11:00", by="sales"))
    assert holders(*events) == ["support", "finance", "sales", "operations"]
    assert [each.key for each in holdings(events)] == ["1-sent", "1", "2-sent", "2"]


def test_an_acceptance_by_the_addressee_changes_nothing() -> None:
    events = (passed(1, "finance", "10:00"), accepted(1, "finance", "11:00"))
    assert holders(*events) == ["support", "finance"]


@pytest.mark.parametrize(
    "answer", [accepted(1, "refunds", "11:00"), returned(1, "refunds", "11:00")]
)
def test_who_accepts_or_returns_a_transfer_is_whom_it_went_to(answer: Event) -> None:
    assert holders(passed(1, "finance", "10:00"), answer)[:2] == ["support", "refunds"]


def test_a_case_that_its_sender_takes_itself_never_left() -> None:
    assert holders(passed(1, "finance", "10:00"), accepted(1, "support", "11:00")) == ["support"]


def test_a_return_gives_the_case_back_to_the_sender() -> None:
    events = (passed(1, "finance", "10:00"), returned(1, "finance", "11:00"))
    assert holdings(events)[-1] == Holding("support", at("11:00"), "1-returned")


def test_a_return_of_a_return_goes_all_the_way_back() -> None:
    events = (
        passed(1, "finance", "10:00"),
        passed(2, "operations", "11:00", by="finance"),
        returned(2, "operations", "12:00"),
        returned(1, "finance", "13:00"),
    )
    assert holders(*events) == ["support", "finance", "operations", "finance", "support"]


def test_a_return_by_who_had_passed_the_case_on_means_that_it_was_there_again() -> None:
    events = (
        passed(1, "finance", "10:00"),
        passed(2, "operations", "11:00", by="finance"),
        returned(1, "finance", "12:00"),
    )
    assert holders(*events) == ["support", "finance", "operations", "finance", "support"]
    assert [each.key for each in holdings(events)][-2:] == ["1-held", "1-returned"]


@pytest.mark.parametrize("answer", [accepted(7, "sales", "11:00"), returned(7, "sales", "11:00")])
def test_an_answer_to_a_transfer_that_nobody_told_of_says_nothing(answer: Event) -> None:
    assert holders(passed(1, "finance", "10:00"), answer) == ["support", "finance"]


def test_a_transfer_to_who_has_the_case_is_none() -> None:
    events = (passed(1, "finance", "10:00"), passed(2, "finance", "11:00", by="finance"))
    assert holders(*events) == ["support", "finance"]


@pytest.mark.parametrize("value", ["", None])
def test_a_name_that_is_not_there_says_nothing(value: str | None) -> None:
    transfer = an_event(
        "support.CaseTransferred",
        key=(("transfer", "1"),),
        fields={"from_party": "support", "to_party": value},
    )
    assert holders(transfer) == ["support"]
    assert holders(transfer, accepted(1, "finance", "11:00")) == ["support"]
