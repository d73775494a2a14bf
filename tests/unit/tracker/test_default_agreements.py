"""The agreements that a company starts with: nothing is wrong with them, and each is shown."""

import pytest

from services.tracker.agreement_files import load_folder, shipped
from services.tracker.agreement_remarks import EXAMPLES, lint_folder, run_examples
from services.tracker.core.agreements import Agreement
from tests.promising import at

FOLDER = shipped("default")
AGREEMENTS = {each.name: each for each in load_folder(FOLDER).agreements}


def test_nothing_is_wrong_and_nothing_looks_wrong() -> None:
    assert lint_folder(FOLDER, {}, at("09:00")) == ()


def test_every_agreement_has_two_examples_or_more_that_hold() -> None:
    names = {path.stem for path in (FOLDER / EXAMPLES).glob("*.yaml")}
    ran, wrong = run_examples(FOLDER, {})
    assert wrong == ()
    assert names == AGREEMENTS.keys()
    assert ran >= 2 * len(names)


@pytest.mark.parametrize("agreement", AGREEMENTS.values(), ids=AGREEMENTS)
def test_each_says_what_to_do_what_is_aimed_at_and_when_it_is_looked_at_again(
    agreement: Agreement,
) -> None:
    assert agreement.next_step
    assert agreement.because
    assert agreement.objective
    assert agreement.review_by
    assert agreement.agreed_by
