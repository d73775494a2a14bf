"""Agreements as data: when a warning is due, which set applies, what a set is called."""

import pytest

from services.tracker.core.agreement_set import AgreementSet, content_hash
from services.tracker.core.sets import AgreementSets
from tests.promising import PROMISED_BY, SHIP_BY, an_agreement, at

OLD = AgreementSet("old", at("09:00"), (an_agreement(),))
NEW = AgreementSet("new", at("12:00"), (an_agreement(version=2),))
SETS = AgreementSets((NEW, OLD))


@pytest.mark.parametrize(
    ("moment", "active"),
    [
        (0, "old"),
        (at("09:00"), "old"),
        (at("12:00") - 1, "old"),
        (at("12:00"), "new"),
        (at("12:00") + 1, "new"),
        (2**62, "new"),
    ],
)
def test_the_set_that_was_active_when_the_event_arrived_applies(moment: int, active: str) -> None:
    assert SETS.at(moment).id == active


def test_there_is_at_least_one_set() -> None:
    with pytest.raises(ValueError, match="at least one"):
        AgreementSets(())


def test_an_earlier_version_stays_known() -> None:
    assert SETS.agreement("ship-paid-order", 1) is OLD.agreements[0]
    assert SETS.agreement("ship-paid-order", 2) is NEW.agreements[0]


def test_a_version_that_no_set_holds_is_an_error() -> None:
    with pytest.raises(KeyError):
        SETS.agreement("ship-paid-order", 3)


def test_history_ends_where_the_first_set_begins() -> None:
    assert SETS.historic_before == at("09:00")


def test_two_agreements_may_open_on_one_event() -> None:
    first, second = an_agreement(), an_agreement(name="thank-the-customer")
    other = an_agreement(name="deliver", opens_on="sales.OrderPlaced")
    opened_by = AgreementSet("set", 0, (first, other, second)).opened_by
    assert opened_by["finance.PaymentApproved"] == (first, second)
    assert opened_by["sales.OrderPlaced"] == (other,)


def test_the_facts_of_every_set_are_kept() -> None:
    earlier = AgreementSet("one", 0, (an_agreement(within=None, by=SHIP_BY),))
    later = AgreementSet("two", 1, (an_agreement(version=2, within=None, by=PROMISED_BY),))
    assert AgreementSets((earlier, later)).facts == {SHIP_BY, PROMISED_BY}


def test_of_an_event_is_kept_what_facts_name_and_what_judges_its_handoff() -> None:
    sets = AgreementSets((AgreementSet("one", 0, (an_agreement(within=None, by=SHIP_BY),)),))
    for _ in range(2):
        assert sets.fields_of("support.CaseTransferred") == ("from_party", "to_party")
        assert sets.fields_of("sales.OrderPlaced") == ("ship_by",)


def test_only_the_party_of_the_evidence_can_still_tell_of_fulfilment() -> None:
    agreement = an_agreement(owed_by="sales/seller", evidence="operations.ParcelHandedOver")
    assert agreement.evidence_parties == {"operations"}


def test_a_set_is_called_the_same_in_whatever_order_its_files_are_read() -> None:
    assert content_hash(["one", "two"]) == content_hash(["two", "one"])


@pytest.mark.parametrize("texts", [["one"], ["one", "two", "two"], ["on", "etwo"], ["onetwo"], []])
def test_a_set_of_other_texts_is_called_otherwise(texts: list[str]) -> None:
    assert content_hash(texts) != content_hash(["one", "two"])
