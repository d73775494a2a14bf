"""Every page, light, dark and on a phone, as a browser shows it."""

from datetime import timedelta
from pathlib import Path

import pytest
from handoff.v1 import tracker_pb2
from playwright.async_api import expect

from tests.component.console.browser.busy import make_busy
from tests.component.console.browser.looking import Eyes, look
from tests.component.console.running import Running
from tests.component.console.trying import ANSWER, printing
from tests.explaining import PROMISE, explained
from tests.promising import at
from tests.spans import TRACE, a_span

pytestmark = pytest.mark.anyio

PAGES = {
    "inbox": "/",
    "board": "/board",
    "shift": "/shift",
    "schedules": "/schedules",
    "silences": "/silences",
    "agreements": "/agreements",
    "agreement": "/agreements/ship-paid-order?against=before",
    "try": "/agreements/ship-paid-order/try",
    "operations": "/operations",
    "audit": "/audit",
    "subject": "/subjects/order/4711",
    "why": f"/promises/{PROMISE}",
    "customer": "/customers/c-77",
    "trace": f"/traces/{TRACE}",
    "problem": "/nothing",
}


@pytest.mark.parametrize("name", PAGES)
async def test_a_page_can_be_read_by_everybody_in_every_light_and_width(
    running: Running, eyes: Eyes, name: str
) -> None:
    make_busy(running.company)
    make_cases(running)
    await running.feed.refresh()
    await look(await eyes.open(PAGES[name]), name)
    eyes.complaints = [each for each in eyes.complaints if "404" not in each]


async def test_the_help_can_be_read_by_everybody(running: Running, eyes: Eyes) -> None:
    page = await eyes.open("/")
    await page.keyboard.press("?")
    await look(page, "help")
    await page.keyboard.press("?")
    assert not await page.locator("#help").is_visible()


async def test_the_bar_of_what_is_selected_can_be_read_by_everybody(
    running: Running, eyes: Eyes
) -> None:
    make_busy(running.company)
    await running.feed.refresh()
    page = await eyes.open("/")
    await page.keyboard.press("j")
    await page.keyboard.press("x")
    await page.locator("#bulk").scroll_into_view_if_needed()
    await look(page, "selected")


@pytest.mark.parametrize(
    ("name", "path"), [("forms", "/subjects/order/4711"), ("letters", "/operations")]
)
async def test_every_form_that_opens_can_be_read_by_everybody(
    running: Running, eyes: Eyes, name: str, path: str
) -> None:
    make_busy(running.company)
    await running.feed.refresh()
    page = await eyes.open(path)
    await page.evaluate("document.querySelectorAll('details').forEach((e) => (e.open = true))")
    await look(page, name)


async def test_what_was_tried_comes_by_itself_and_can_be_read_by_everybody(
    running: Running, eyes: Eyes, tmp_path: Path
) -> None:
    make_busy(running.company)
    running.company.trying = waiting_for(tmp_path / "go") + printing(ANSWER)
    trial = running.console.trials.begin("ship-paid-order", "agreement: ship-paid-order", 30)
    page = await eyes.open(f"/agreements/ship-paid-order/try/{trial.id}")
    await look(page, "trying")
    (tmp_path / "go").touch()
    await expect(page.get_by_text("6 promises would be different")).to_be_visible()
    await look(page, "tried")


def waiting_for(place: Path) -> str:
    looks = f"while not pathlib.Path({str(place)!r}).exists(): time.sleep(0.05)"
    return f"import pathlib, time\n{looks}\n"


def make_cases(running: Running) -> None:
    """What the pages of one case are about."""
    company = running.company
    company.explained[PROMISE] = explained(at("12:00"))
    order = tracker_pb2.SubjectSummary(
        subject="order/4711",
        customer="c-77",
        promises=[next(iter(company.promises.values()))],
        promise_count=1,
    )
    order.began_at.FromDatetime(company.now - timedelta(hours=3))
    company.summaries["customer", "c-77"] = [order]
    running.spans.add([a_span(), a_span(2, name="save", parent_id=f"{1:016x}", failed=True)])
