"""The inbox worked through by keyboard, and what others see of it."""

import re

import pytest
from handoff.v1 import alerts_pb2
from playwright.async_api import Page, Route, expect

from tests.component.console.browser.busy import make_busy
from tests.component.console.browser.looking import Eyes
from tests.component.console.running import Running

pytestmark = pytest.mark.anyio

TIMES = "\u00d7"
HTMX_HAS_BEGUN = """new Promise((begun) => {
  const look = () => setTimeout(window.htmx ? begun : look);
  look();
})"""
"""If it does not wait for anything: what it has put off until now comes before what is later."""
ACKNOWLEDGED = alerts_pb2.ALERT_STATE_ACKNOWLEDGED


async def inbox(eyes: Eyes) -> Page:
    """The list, once it answers without being loaded anew."""
    page = await eyes.open("/")
    await expect(page.locator("#live-word")).to_have_text("Live")
    return page


async def press(page: Page, *keys: str) -> None:
    for key in keys:
        await page.keyboard.press(key)


async def focused(page: Page) -> str:
    text: str = await page.evaluate("document.activeElement.closest('tr')?.innerText ?? ''")
    return " ".join(text.split())


async def test_a_page_is_live_at_once_although_its_scripts_come_late(eyes: Eyes) -> None:
    """And not only when it looks, after a while, whether a stream was ever there."""
    page = await eyes.blank("/")
    await page.add_init_script("window.setInterval = () => 0")

    async def late(route: Route) -> None:
        await page.evaluate(HTMX_HAS_BEGUN)
        await route.continue_()

    await page.route(re.compile("hx-sse|live[.]js"), late)
    await page.goto(eyes.url + "/")
    await expect(page.locator("#live-word")).to_have_text("Live")


async def test_j_and_k_walk_over_headings_and_open_rows_only(running: Running, eyes: Eyes) -> None:
    make_busy(running.company)
    await running.feed.refresh()
    page = await inbox(eyes)
    await press(page, "j")
    assert f"12 {TIMES} Parcel handed over" in await focused(page)
    await press(page, "j")
    assert "order/9" in await focused(page)
    await press(page, "k", "o", "j")
    assert "order/4700" in await focused(page)
    await press(page, "o")
    assert f"12 {TIMES} Parcel handed over" in await focused(page)
    await expect(page.get_by_text("order/4700")).to_be_hidden()


async def test_a_group_is_acknowledged_in_three_presses_and_others_see_it(
    running: Running, eyes: Eyes
) -> None:
    make_busy(running.company)
    await running.feed.refresh()
    mine, theirs = await inbox(eyes), await inbox(eyes)
    await press(mine, "j", "x", "a")
    await expect(mine.locator("#notice")).to_have_text("12 acknowledged.")
    await expect(mine.locator("#bulk")).to_be_hidden()
    await expect(theirs.get_by_text("Nothing to acknowledge")).to_be_visible()
    states = [running.company.alerts[f"alert/ship-{number}"].state for number in range(12)]
    assert states == [ACKNOWLEDGED] * 12


async def test_one_row_is_acknowledged_by_a_alone_and_keeps_the_focus(
    running: Running, eyes: Eyes
) -> None:
    running.company.promise("p")
    running.company.alert("p")
    await running.feed.refresh()
    page = await inbox(eyes)
    await press(page, "j", "a")
    await expect(page.get_by_text("Acknowledged by anna")).to_be_visible()
    await expect(page.locator("#rows tr:focus-within")).to_contain_text("order/4711")


async def test_a_group_is_escalated_by_a_key_and_a_reason(running: Running, eyes: Eyes) -> None:
    make_busy(running.company)
    await running.feed.refresh()
    page = await inbox(eyes)
    await press(page, "j", "x", "e")
    await page.keyboard.type("the shift lead is away")
    await press(page, "Enter")
    await expect(page.locator("#notice")).to_have_text("12 escalated.")
    assert {running.company.alerts[f"alert/ship-{n}"].rungs for n in range(12)} == {1}
    (request,) = running.company.acted.values()
    assert request.acting.words == "the shift lead is away"
    await expect(page.locator("#bulk")).to_be_hidden()
    assert await page.locator("#bulk [name=words]").input_value() == ""


async def test_a_row_is_taken_assigned_noted_and_closed_without_selecting_it_first(
    running: Running, eyes: Eyes
) -> None:
    running.company.promise("p", "breached")
    running.company.alert("p", condition="breached")
    await running.feed.refresh()
    page, alert = await inbox(eyes), running.company.alerts["alert/p"]
    notice = page.locator("#notice")
    await press(page, "j", "m")
    await expect(notice).to_contain_text("Assigned to you.")
    assert alert.assignee == "anna"
    await press(page, "t")
    await page.keyboard.type("ben")
    await press(page, "Enter")
    await expect(notice).to_contain_text("Assigned. Its ladder")
    assert alert.assignee == "ben"
    await press(page, "w")
    await page.keyboard.type("called")
    await press(page, "Enter")
    await expect(notice).to_contain_text("Noted.")
    await press(page, "c")
    await page.keyboard.type("cap")
    await press(page, "Enter")
    await expect(notice).to_contain_text("Closed.")
    assert alert.state == alerts_pb2.ALERT_STATE_CLOSED
    await expect(page.locator("#rows tr")).to_have_count(0)


async def test_what_was_refused_of_many_is_said_with_the_reason(
    running: Running, eyes: Eyes
) -> None:
    make_busy(running.company)
    running.company.alerts["alert/ship-3"].condition = "at_risk"
    await running.feed.refresh()
    page = await inbox(eyes)
    await press(page, "j", "x", "c")
    await page.keyboard.type("sup")
    await press(page, "Enter")
    await expect(page.locator("#notice")).to_have_text(
        "11 of 12 closed, 1 not. Alert alert/ship-3 is not broken."
    )


async def test_what_a_reader_closed_and_selected_stays_so_when_news_come(
    running: Running, eyes: Eyes
) -> None:
    make_busy(running.company)
    await running.feed.refresh()
    page = await inbox(eyes)
    await page.get_by_label(f"3 {TIMES} Refund approved").click()
    await page.get_by_label("Select Disagreement of order/4711").click()
    running.company.promise("new", subject="order/1", owed_by="support", customer_visible_by=1)
    running.company.promises["refund-1"].customer = "c-99"
    await running.feed.refresh()
    await expect(page.get_by_text("order/1", exact=True)).to_be_visible()
    await expect(page.get_by_text("order/3301")).to_be_hidden()
    await expect(page.get_by_text("1 selected")).to_be_visible()
    assert await page.get_by_label("Select Disagreement of order/4711").is_checked()


async def test_shift_click_selects_all_between(running: Running, eyes: Eyes) -> None:
    make_busy(running.company)
    await running.feed.refresh()
    page = await inbox(eyes)
    await page.get_by_label(f"12 {TIMES} Parcel handed over").click()
    await page.get_by_label("Select Parcel handed over of order/4701").click()
    await page.get_by_label("Select Parcel handed over of order/4704").click(modifiers=["Shift"])
    await expect(page.get_by_text("4 selected")).to_be_visible()
    await press(page, "Escape")
    await expect(page.locator("#bulk")).to_be_hidden()


async def test_n_and_b_stay_with_the_subject_of_the_row(running: Running, eyes: Eyes) -> None:
    running.company.promise("a", customer_visible_by=10)
    running.company.promise("other", subject="order/1", owed_by="support", customer_visible_by=20)
    running.company.promise("b", owed_by="finance", customer_visible_by=30)
    await running.feed.refresh()
    page = await inbox(eyes)
    await press(page, "j", "n")
    assert "finance owes" in await focused(page)
    await press(page, "b")
    assert "operations owes" in await focused(page)


async def test_g_and_a_letter_go_to_a_page_and_mean_nothing_else(
    running: Running, eyes: Eyes
) -> None:
    running.company.promise("p")
    running.company.alert("p")
    await running.feed.refresh()
    page = await inbox(eyes)
    await press(page, "j", "g", "a")
    await page.wait_for_url("**/agreements")
    assert running.company.alerts["alert/p"].state == alerts_pb2.ALERT_STATE_OPEN
    await press(page, "g", "i")
    await page.wait_for_url("**/")


async def test_while_the_help_is_open_no_key_does_anything_else(
    running: Running, eyes: Eyes
) -> None:
    running.company.promise("p")
    running.company.alert("p")
    await running.feed.refresh()
    page = await inbox(eyes)
    await press(page, "j", "?", "a")
    await expect(page.locator("#help")).to_be_visible()
    await press(page, "Escape")
    await expect(page.locator("#help")).to_be_hidden()
    assert running.company.alerts["alert/p"].state == alerts_pb2.ALERT_STATE_OPEN
