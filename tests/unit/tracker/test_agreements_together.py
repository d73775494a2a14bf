"""What the files of one folder say of each other."""

import pytest

from services.shared.subjects import Kind
from services.tracker.agreement_files import read_texts
from services.tracker.core.language.together import AGREEMENTS_LIMIT, PROMISES_LIMIT
from services.tracker.errors import AgreementError
from tests.agreed import CALENDAR, an_agreement_text


def faults(*texts: str) -> list[str]:
    """What is wrong with the files a.yaml, b.yaml...; none where they are read."""
    try:
        read_texts({f"{chr(97 + at)}.yaml": text for at, text in enumerate(texts)})
    except AgreementError as error:
        return [str(fault) for fault in error.faults]
    return []


DELIVER = an_agreement_text(
    "deliver", opens_on="sales.OrderPlaced", on="operations.ParcelDelivered", owed_to="customer"
)
ANSWER = an_agreement_text(
    "answer", opens_on="support.CaseOpened", on="support.FirstResponseSent", cancels_on="[]"
)


def test_an_agreement_may_name_others_of_its_subject() -> None:
    before = "before: {promise: deliver, slack: 1 day}"
    ship = an_agreement_text("ship", due=before, visible_to_customer_as="deliver")
    tell = an_agreement_text(
        "tell", opens_on="verdict.warned(deliver)", on="support.CustomerInformed"
    )
    assert faults(ship, tell, DELIVER) == []


def test_an_agreement_that_is_not_there_is_named_with_the_key_that_names_it() -> None:
    before = "before: {promise: nothing, slack: 1 day}"
    ship = an_agreement_text("ship", due=before, visible_to_customer_as="nobody")
    tell = an_agreement_text("tell", opens_on="verdict.warned(none)", on="support.CustomerInformed")
    assert faults(ship, tell) == [
        "a.yaml:9: fulfil.before.promise: no agreement is called 'nothing'; add it, or name"
        " another.",
        "a.yaml:11: visible_to_customer_as: no agreement is called 'nobody'; add it, or name"
        " another.",
        "b.yaml:8: opens_on: no agreement is called 'none'; add it, or name another.",
    ]


def test_an_agreement_whose_own_file_is_wrong_is_not_missing() -> None:
    ship = an_agreement_text("ship", visible_to_customer_as="deliver")
    assert faults(ship, DELIVER.replace("48 hours", "soon")) == [
        "b.yaml:9: fulfil.within: 'soon' is no duration; write for example '30 minutes', '2 days',"
        " '4 business hours' or '2 business days'."
    ]


def test_an_agreement_about_another_kind_of_subject_is_refused() -> None:
    (said,) = faults(an_agreement_text("ship", visible_to_customer_as="answer"), ANSWER)
    assert said == (
        "a.yaml:11: visible_to_customer_as: answer is about cases, this about orders;"
        " name one about orders."
    )


def test_opening_on_a_verdict_goes_one_step_deep_and_no_deeper() -> None:
    tell = an_agreement_text(
        "tell", opens_on="verdict.warned(deliver)", on="support.CustomerInformed"
    )
    again = an_agreement_text(
        "again", opens_on="verdict.breached(tell)", on="finance.InvoiceIssued"
    )
    assert faults(DELIVER, tell) == []
    assert faults(DELIVER, tell, again) == [
        "c.yaml:8: opens_on: tell opens on a verdict itself; name one that opens on an event."
    ]


def test_promises_that_are_due_before_each_other_are_refused() -> None:
    one = an_agreement_text("one", due="before: {promise: other, slack: 1 day}")
    other = an_agreement_text("other", due="before: {promise: one, slack: 1 day}")
    assert [said.partition(": other")[0] for said in faults(one, other)] == [
        "a.yaml:9: fulfil.before.promise",
        "b.yaml:9: fulfil.before.promise: one leads back to this one; leave one of them out.",
    ]


def test_a_promise_may_not_serve_itself() -> None:
    (said,) = faults(an_agreement_text("one", visible_to_customer_as="one"))
    assert "one leads back to this one" in said


def test_one_event_opens_as_many_promises_as_the_limit_and_no_more() -> None:
    texts = [an_agreement_text(f"a{number}") for number in range(PROMISES_LIMIT + 1)]
    assert faults(*texts[:-1]) == []
    (said,) = faults(*texts)
    assert "finance.PaymentApproved opens 65 promises" in said


def test_the_promises_to_acknowledge_and_to_be_heard_of_count_as_well() -> None:
    more = {"acknowledge": "{on: operations.PickStarted, within: 1 hour}", "update_every": "1 day"}
    texts = [an_agreement_text(f"a{number}", **more) for number in range(PROMISES_LIMIT // 3 + 1)]
    assert faults(*texts[:-1]) == []
    (said,) = faults(*texts)
    assert "finance.PaymentApproved opens 66 promises" in said


def test_a_set_holds_as_many_agreements_as_the_limit_and_no_more() -> None:
    own_types = {f"shop.Opened{number // 50}": Kind.ORDER for number in range(AGREEMENTS_LIMIT + 1)}
    texts = {
        f"{number:04}.yaml": an_agreement_text(f"a{number}", opens_on=f"shop.Opened{number // 50}")
        for number in range(AGREEMENTS_LIMIT + 1)
    }
    extra = texts.pop("1000.yaml")
    assert len(read_texts(texts, own_types).agreements) == AGREEMENTS_LIMIT
    with pytest.raises(AgreementError, match=r"there are 1001 agreements; the limit is 1000\."):
        read_texts({**texts, "1000.yaml": extra}, own_types)


def test_a_calendar_gives_business_time_its_meaning() -> None:
    ship = an_agreement_text("ship", due="within: 2 business days", calendar="warehouse")
    folder = read_texts({"ship.yaml": ship, "warehouse.yaml": CALENDAR})
    assert folder.agreements[0].calendar is folder.calendars[0]


def test_a_calendar_that_is_not_there_is_named_with_those_that_are() -> None:
    ship = an_agreement_text("ship", due="within: 2 business days", calendar="shop")
    assert faults(ship, CALENDAR) == [
        "a.yaml:11: calendar: there is no calendar 'shop' beside it; there are warehouse."
    ]


def test_a_calendar_whose_own_file_is_wrong_is_not_missing() -> None:
    ship = an_agreement_text("ship", due="within: 2 business days", calendar="warehouse")
    (said,) = faults(ship, CALENDAR.replace("Europe/Berlin", "Berlin"))
    assert said.startswith("b.yaml:3: zone:")


def test_two_calendars_of_one_name_are_refused() -> None:
    ship = an_agreement_text("ship")
    assert faults(ship, CALENDAR, CALENDAR) == [
        "c.yaml:1: calendar: another file has the same name; change one."
    ]


def test_files_without_any_agreement_are_refused() -> None:
    with pytest.raises(AgreementError, match="hold no agreement"):
        read_texts({"warehouse.yaml": CALENDAR})
