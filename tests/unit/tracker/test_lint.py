"""What is read and still looks wrong in a set of agreements."""

from pathlib import Path

import pytest

from services.shared.clock import SECOND, Instant
from services.tracker.agreement_remarks import lint_folder
from services.tracker.errors import AgreementError
from tests.agreed import CALENDAR, an_agreement_text
from tests.promising import at

NOON = at("12:00")
SIGNED = {"agreed_by": "{operations: 2026-01-01, sales: 2026-01-01}"}
DELIVER = an_agreement_text(
    "deliver",
    opens_on="sales.OrderPlaced",
    on="operations.ParcelDelivered",
    owed_to="customer",
    agreed_by="{operations: 2026-01-01}",
)
RIGHT = SIGNED | {"visible_to_customer_as": "deliver"}


@pytest.fixture
def said(tmp_path: Path) -> "Said":
    return Said(tmp_path)


class Said:
    """What lint says of files beside a delivery to the customer, without their folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, *texts: str, now: Instant = NOON) -> list[str]:
        for place, text in enumerate((*texts, DELIVER)):
            (self._folder / f"{place}.yaml").write_text(text)
        found = lint_folder(self._folder, {}, now)
        return [str(each).removeprefix(f"{self._folder}/") for each in found]


def test_an_agreement_that_all_agreed_to_is_right(said: Said) -> None:
    assert said(an_agreement_text(**RIGHT)) == []


def test_faults_come_alone_and_before_all_remarks(said: Said) -> None:
    (fault,) = said(an_agreement_text(due="within: soon"))
    assert fault.startswith("0.yaml:9: fulfil.within: 'soon' is no duration")


@pytest.mark.parametrize(
    ("signed", "missing"),
    [
        ("{}", "operations and sales did not sign"),
        ("{operations: 2026-01-01}", "sales did not sign"),
        ("{sales: 2026-01-01}", "operations did not sign"),
    ],
)
def test_both_sides_have_to_sign(said: Said, signed: str, missing: str) -> None:
    (remark,) = said(an_agreement_text(**RIGHT | {"agreed_by": signed}))
    assert remark == f"0.yaml:11: agreed_by: {missing}; add the date that they agreed."


def test_a_review_is_asked_for_once_its_day_has_come(said: Said) -> None:
    text = an_agreement_text(**RIGHT, review_by="2026-11-02")
    assert said(text, now=at("00:00")) == []
    (remark,) = said(text, now=at("00:00") + SECOND)
    assert remark.startswith("0.yaml:13: review_by: it was to be looked at again by 2026-11-02")


def test_a_risk_warns_of_nothing_without_a_model(said: Said) -> None:
    (remark,) = said(an_agreement_text(**RIGHT, warn="['risk > 0.6']"))
    assert remark == "0.yaml:13: warn: no risk model is loaded, so this warns of nothing yet."


def test_a_promise_that_no_customer_would_miss_is_named(said: Said) -> None:
    (remark,) = said(an_agreement_text(**SIGNED))
    assert remark.startswith("0.yaml:1: agreement: it serves no promise to the customer")


def test_a_promise_may_serve_the_customer_through_another(said: Said) -> None:
    ship = an_agreement_text(**RIGHT)
    pick = an_agreement_text(
        "pick", on="operations.PickStarted", **SIGNED, visible_to_customer_as="ship"
    )
    assert said(ship, pick) == []
    (one, other) = said(an_agreement_text(**SIGNED), pick)
    assert "0.yaml:1: agreement: it serves no promise" in one
    assert "1.yaml:12: visible_to_customer_as: it serves no promise" in other


def test_a_calendar_that_nobody_works_by_is_named(said: Said) -> None:
    text = an_agreement_text(**RIGHT)
    assert said(text, CALENDAR) == [
        "1.yaml:1: calendar: nothing names this calendar; name it, or take the file away."
    ]
    assert said(an_agreement_text(**RIGHT, calendar="warehouse"), CALENDAR) == []


def test_a_chain_that_cannot_be_kept_is_named_where_it_begins(said: Said) -> None:
    long = an_agreement_text(
        opens_on="sales.OrderPlaced",
        due="within: 3 days",
        **RIGHT,
    )
    (remark,) = said(long)
    assert remark.startswith(
        "0.yaml:9: fulfil: deliver cannot be kept even if everybody is in time"
    )


def test_a_folder_with_nothing_to_look_at_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AgreementError, match="holds 0 agreement files"):
        lint_folder(tmp_path, {}, 0)
