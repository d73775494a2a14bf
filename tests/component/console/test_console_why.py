"""The page of a promise: why it is due when it is, as the tracker explains it."""

import pytest

from tests.component.console.running import Running, read
from tests.explaining import PROMISE, explained
from tests.promising import at

pytestmark = pytest.mark.anyio
PATH = f"/promises/{PROMISE}"


@pytest.fixture(autouse=True)
def known(running: Running) -> None:
    running.company.explained[PROMISE] = explained(at("12:00"))


async def words(running: Running) -> str:
    page = await running.browser.get(PATH)
    assert page.status_code == 200
    return " ".join(read(page.text).text.split())


async def test_the_page_says_what_moved_the_clock_and_by_which_clause(running: Running) -> None:
    told = await words(running)
    assert "within: 2 hours after it begins" in told
    assert "The promise begins Payment approved, told by finance" in told
    assert "The clock stands Stock missing, told by operations" in told
    assert "pauses: from operations: stock missing until operations: stock arrived" in told
    assert "13:00 → 11:30 1 h 30 min earlier" in told


async def test_the_page_says_what_was_concluded_and_by_which_rule(running: Running) -> None:
    told = await words(running)
    assert "Warned by the rule 50% 10:45" in told
    assert "Breached the due date passed 12:00" in told
    assert "not before all was known until 11:30:02" in told


async def test_the_page_says_what_is_waited_for(running: Running) -> None:
    assert "operations keeps it: operations: parcel handed over" in await words(running)


async def test_the_page_draws_the_while_in_which_the_clock_stood_hatched(running: Running) -> None:
    page = read((await running.browser.get(PATH)).text)
    hatched = [each for each in page.all("rect") if each.get("class") == "hatched"]
    assert [each["fill"] for each in hatched] == [f"url(#{page.all('pattern')[0]['id']})"]


async def test_the_same_as_json(running: Running) -> None:
    told = (await running.browser.get(f"{PATH}.json")).json()
    assert told["promise"]["due_by"] == told["steps"][-1]["due_after"] == "2026-11-02T11:30:00Z"
    assert [step["worked_s"] for step in told["steps"]] == [0, 1_800, 0]
    assert told["conclusions"][-1]["kind"] == "breached"


async def test_a_promise_that_is_not_there_is_said(running: Running) -> None:
    page = await running.browser.get("/promises/order/1~nothing")
    assert page.status_code == 404
    assert "No promise order/1~nothing." in page.text
    assert (await running.browser.get("/promises/order/1~nothing.json")).status_code == 404


async def test_an_id_with_signs_in_it_is_asked_for_as_it_is(running: Running) -> None:
    id = "order/4711~ship~a=x%2F%26y&b=1"
    running.company.explained[id] = explained(at("10:50"))
    running.company.explained[id].promise.promise_id = id
    running.company.promise(id)
    subject = read((await running.browser.get("/subjects/order/4711")).text)
    link = next(each["href"] for each in subject.all("a") if "/promises/" in each["href"])
    assert (await running.browser.get(link)).status_code == 200


async def test_an_explanation_with_words_of_strangers_stays_text(running: Running) -> None:
    hostile = running.company.explained[PROMISE]
    hostile.steps[0].event.party = "<script>alert(1)</script>"
    assert "<script>alert" not in (await running.browser.get(PATH)).text
