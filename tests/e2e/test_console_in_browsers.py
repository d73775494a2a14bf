"""Two people at their browsers before the real stack: an order goes wrong, one takes it up."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from handoff.v1 import sales_pb2_grpc
from playwright.sync_api import Browser, Page, expect, sync_playwright

from services.local.health import wait_for_services
from services.local.stack import LocalStack
from services.shared.rpc import sync_channel
from tests.chromium import OPTIONS, needs_chromium
from tests.conftest import a_stack
from tests.e2e.department_calls import an_order, as_soon_as_there
from tests.polling import until

READY_DEADLINE_S = 90.0
NEWS_DEADLINE_MS = 60_000
SERVICES = ["sales", "finance", "tracker", "alerts", "console"]
AGREEMENT = """
agreement: approve-payment
version: 1
effective_from: 2026-01-01
kind: OLA
owed_by: finance
owed_to: sales
because: Operations may not touch an unpaid order.
opens_on: sales.OrderPlaced
fulfil:
  on: finance.PaymentApproved
  within: 2 seconds
do: Approve or decline the payment.
agreed_by: {finance: 2026-01-01, sales: 2026-01-01}
"""


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[LocalStack]:
    (tmp_path / "approve-payment.yaml").write_text(AGREEMENT)
    with a_stack() as stack:
        stack.start_services(SERVICES, {"HANDOFF_AGREEMENTS": str(tmp_path)})
        assert wait_for_services(stack.settings, SERVICES, READY_DEADLINE_S) == {}
        yield stack


@pytest.fixture
def browser() -> Iterator[Browser]:
    needs_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**OPTIONS)
        yield browser
        browser.close()


def test_an_order_that_goes_wrong_comes_to_two_browsers_and_one_takes_it_up(
    browser: Browser, stack: LocalStack
) -> None:
    mine, theirs = (inbox(browser, stack) for _ in range(2))
    with sync_channel(stack.settings.endpoints.sales.grpc_address) as channel:
        sales = sales_pb2_grpc.SalesServiceStub(channel)
        until(lambda: as_soon_as_there(sales.PlaceOrder, an_order("4711")), "the order is placed")
    for page in (mine, theirs):
        row = page.locator("#rows tr", has_text="order/4711")
        expect(row.get_by_text("Breached")).to_be_visible(timeout=NEWS_DEADLINE_MS)
        expect(row.get_by_text("finance owes sales")).to_be_visible()
        expect(row.get_by_role("button", name="Acknowledge")).to_be_visible(
            timeout=NEWS_DEADLINE_MS
        )
    mine.keyboard.press("j")
    mine.keyboard.press("a")
    for page in (mine, theirs):
        taken = page.locator("#rows").get_by_text("Acknowledged by")
        expect(taken).to_be_visible(timeout=NEWS_DEADLINE_MS)


def inbox(browser: Browser, stack: LocalStack) -> Page:
    """Live and calm, and never loaded again."""
    page = browser.new_context().new_page()
    page.goto(stack.settings.endpoints.console.url + "/")
    expect(page.locator("#live-word")).to_have_text("Live", timeout=NEWS_DEADLINE_MS)
    expect(page.get_by_text("Nothing needs anybody.")).to_be_visible()
    return page
