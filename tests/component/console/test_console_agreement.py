"""The page of one agreement: who signed it, and what another set says otherwise."""

import pytest
from handoff.v1 import tracker_pb2

from tests.component.console.company import NOW, Company, minutes
from tests.component.console.running import Running, read

pytestmark = pytest.mark.anyio

DAY = 24 * 60
PATH = "/agreements/ship-paid-order"


@pytest.fixture
def company() -> Company:
    """Ship within 4 hours by the active set, within 6 by the one before, which support asked of
    nobody."""
    company = Company()
    company.agreement("ship-paid-order", "operations", "sales")
    company.agreements.set_id = "b" * 64
    company.agreements.active_from.FromDatetime(NOW - minutes(DAY))
    signed = company.agreements.agreements[0].agreed_by.add(party="operations")
    signed.at.FromDatetime(NOW - minutes(10 * DAY))
    for id, ago in (("a", 30 * DAY), ("b", DAY), ("c", -DAY)):
        known = company.agreements.sets.add(set_id=id * 64)
        known.active_from.FromDatetime(NOW - minutes(ago))
    before = tracker_pb2.ListAgreementsResponse()
    before.CopyFrom(company.agreements)
    before.set_id = "a" * 64
    before.agreements[0].blocks[1].lines[:] = ["6 business hours after it began."]
    company.agreement_sets = {"a" * 64: before, "b" * 64: company.agreements}
    company.agreement_sets["c" * 64] = tracker_pb2.ListAgreementsResponse(set_id="c" * 64)
    return company


async def words(running: Running, path: str = PATH) -> str:
    await running.feed.refresh()
    answer = await running.browser.get(path)
    assert answer.status_code == 200, answer.text
    return " ".join(read(answer.text).text.split())


async def test_a_side_that_has_not_signed_stands_out(running: Running) -> None:
    text = await words(running)
    assert "operations signed 2026-02-22" in text
    assert "sales has not signed" in text


async def test_its_terms_are_told_with_nothing_marked(running: Running) -> None:
    text = await words(running)
    assert "The deadline 4 business hours after it began." in text
    assert "new: " not in text
    assert "gone: " not in text


async def test_what_another_set_says_otherwise_is_marked(running: Running) -> None:
    text = await words(running, f"{PATH}?against={'a' * 64}")
    assert "gone: 6 business hours after it began. new: 4 business hours after it began." in text
    assert "new: When this is told" not in text
    assert f"{'a' * 12} compared with" in text
    data = (await running.browser.get(f"{PATH}.json?against={'a' * 64}")).json()
    assert [each["heading"] for each in data["terms"] if each["lines"][0][0] != "same"] == [
        "The deadline"
    ]


async def test_all_is_new_where_the_other_set_has_no_such_agreement(running: Running) -> None:
    text = await words(running, f"{PATH}?against={'c' * 64}")
    assert "new: 4 business hours after it began." in text
    assert "gone: " not in text


async def test_every_known_set_is_listed_the_newest_first_planned_ones_too(
    running: Running,
) -> None:
    text = await words(running)
    assert (
        f"planned from 5 Mar 14:03 {'c' * 12} compare with it"
        f" active from 3 Mar 14:03 {'b' * 12} shown here"
        f" active from 2 Feb 14:03 {'a' * 12} compare with it"
    ) in text


async def test_its_promises_in_danger_are_one_link_away(running: Running) -> None:
    running.company.promise("p")
    running.company.promise("other", agreement="approve-refund")
    assert "1 of its promises need somebody" in await words(running)


@pytest.mark.parametrize(
    "path", ["/agreements/none", f"{PATH}?against=zzz", f"{PATH}?set=zzz", f"{PATH}?set={'c' * 64}"]
)
async def test_what_is_not_there_is_said(running: Running, path: str) -> None:
    answer = await running.browser.get(path)
    assert (answer.status_code, "No agreement" in answer.text or "no agreement" in answer.text) == (
        404,
        True,
    )
