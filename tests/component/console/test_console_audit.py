"""The audit's page: who did what and why, what it changed, and whether the record is whole."""

import pytest

from services.console.alerts_client import AUDIT_PAGE_SIZE
from tests.component.console.company import Company
from tests.component.console.running import Running, read

pytestmark = pytest.mark.anyio

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


async def words(running: Running, path: str = "/audit") -> str:
    answer = await running.browser.get(path)
    assert answer.status_code == 200, answer.text
    return " ".join(read(answer.text).text.split())


async def test_an_entry_says_who_did_what_why_and_what_it_changed(running: Running) -> None:
    running.company.entry(
        2,
        reason="the carrier was ill",
        detail="supplier",
        before={"state": "open"},
        after={"state": "closed", "cause": "supplier"},
        trace_id=TRACE,
    )
    running.company.entry(1, action="note", reason="called them")
    text = await words(running)
    assert (
        "2 2026-03-04 13:05:10 anna Close supplier order/4711 alert/p the carrier was ill" in text
    )
    assert "State open → closed" in text
    assert "Cause - → supplier" in text
    assert text.index("the carrier was ill") < text.index("called them")
    page = read((await running.browser.get("/audit")).text)
    links = {each["href"] for each in page.all("a")}
    assert {f"/traces/{TRACE}", "/subjects/order/4711", "/audit?key=alert/p"} <= links


async def test_the_filters_are_in_the_address_and_asked_of_the_service(running: Running) -> None:
    query = "actor=anna&key=order%2F4711&since=2026-03-04T09%3A00"
    await words(running, f"/audit?{query}")
    (asked,) = running.company.audit_asked
    assert (asked.actor, asked.key, asked.page_size) == ("anna", "order/4711", AUDIT_PAGE_SIZE)
    assert asked.since.ToJsonString() == "2026-03-04T09:00:00Z"
    data = (await running.browser.get(f"/audit.json?{query}")).json()
    assert (data["entries"], data["length"]) == ([], 0)


async def test_older_entries_are_one_link_away_with_the_same_filters(running: Running) -> None:
    for number in range(AUDIT_PAGE_SIZE + 5, 5, -1):
        running.company.entry(number)
    page = read((await running.browser.get("/audit?actor=anna")).text)
    assert "/audit?actor=anna&before=6" in {each["href"] for each in page.all("a")}
    await words(running, "/audit?actor=anna&before=6")
    assert running.company.audit_asked[-1].before == 6


@pytest.mark.parametrize("first", [1, 2])
async def test_behind_a_page_that_is_not_full_or_has_the_first_there_is_none(
    running: Running, first: int
) -> None:
    for number in range(AUDIT_PAGE_SIZE + (first == 1) - 1, first - 1, -1):
        running.company.entry(number)
    assert "older entries" not in await words(running)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "The record is whole: 1 entries, none is anchored."),
        ({"anchored": 1}, "The record is whole: 1 entries, 1 of them are anchored."),
        (
            {"wrong_number": 1, "wrong_how": "edited"},
            "Entry 1 is not as it was written: it was edited.",
        ),
        ({"checked": False, "length": 70_000}, "70,000 entries are too many to be checked"),
    ],
)
async def test_the_page_says_whether_the_chain_is_as_it_was_written(
    company: Company, running: Running, fields: dict[str, int | str], said: str
) -> None:
    company.entry(1)
    for name, value in fields.items():
        setattr(company.audit, name, value)
    text = await words(running)
    assert said in text
    assert ("HANDOFF_ALERTS__AUDIT_ANCHOR" in text) is (said.endswith("none is anchored."))


@pytest.mark.parametrize(
    ("query", "said"),
    [("since=soon", "is no moment; write it as"), ("before=x", "follow the link to older")],
)
async def test_what_cannot_be_asked_is_said(running: Running, query: str, said: str) -> None:
    answer = await running.browser.get(f"/audit?{query}")
    assert (answer.status_code, said in answer.text) == (400, True)
    assert not running.company.audit_asked


async def test_hostile_text_is_text(running: Running) -> None:
    fields = dict.fromkeys(("actor", "action", "about", "subject", "reason", "detail"), HOSTILE)
    running.company.entry(1, **fields, before={HOSTILE: HOSTILE}, trace_id=HOSTILE)
    page = read((await running.browser.get("/audit")).text)
    assert HOSTILE in page.text
    assert not page.all("img")
    assert all("src" in each for each in page.all("script"))
