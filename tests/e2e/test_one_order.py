"""One order across all services, on the real stack: its spans, from the command to the alert, and
two people before their browsers, of whom one takes it up.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from handoff.v1 import (
    alerts_pb2,
    alerts_pb2_grpc,
    common_pb2,
    sales_pb2,
    sales_pb2_grpc,
    tracker_pb2,
    tracker_pb2_grpc,
)
from playwright.sync_api import Browser, Page, expect, sync_playwright

from services.local.health import wait_for_services
from services.local.programs import SERVICES
from services.local.stack import LocalStack
from services.shared.rpc import sync_channel
from services.shared.telemetry import ATTRIBUTES, HANDOFF_ORDER
from services.tracker.agreement_files import shipped
from tests import asking
from tests.chromium import OPTIONS, needs_chromium
from tests.conftest import a_stack
from tests.polling import until

DEADLINE_S = 90.0
NEWS_DEADLINE_MS = 60_000

EDGES = (
    ("publish handoff.sales.v1", "parent", "PlaceOrder"),
    ("fold", "link", "publish handoff.sales.v1"),
    ("verdict breached", "link", "publish handoff.sales.v1"),
    ("publish handoff.verdicts.v1", "parent", "verdict breached"),
    ("process handoff.verdicts.v1", "link", "publish handoff.verdicts.v1"),
)
"""Which span has which other as its parent or link."""

Span = dict[str, Any]


@dataclass(frozen=True)
class Company:
    """Every service on a stack, and the file that all their spans go to."""

    stack: LocalStack
    file: Path

    def place(self, order: str) -> None:
        money = common_pb2.Money(minor=4_900, currency="EUR")
        request = sales_pb2.PlaceOrderRequest(
            context=common_pb2.CommandContext(idempotency_key=f"order-{order}", actor="test"),
            order=order,
            customer="c-1",
            lines=[common_pb2.Line(sku="lamp", quantity=1, price=money)],
            total=money,
            promised_by=_in_days(2),
            priority=common_pb2.PRIORITY_NORMAL,
            ship_to=common_pb2.Address(
                street="Hauptstr. 1", postcode="10115", city="Berlin", country="DE"
            ),
        )
        with self._channel("sales") as channel:
            sales_pb2_grpc.SalesServiceStub(channel).PlaceOrder(request)

    def alerts_of(self, order: str) -> list[alerts_pb2.Alert]:
        with self._channel("alerts") as channel:
            alerts = alerts_pb2_grpc.AlertsServiceStub(channel)
            of = alerts_pb2.ListAlertsRequest(subject=f"order/{order}")
            return list(alerts.ListAlerts(of).alerts)

    def promise_of(self, order: str) -> tracker_pb2.Promise:
        with self._channel("tracker") as channel:
            tracker = tracker_pb2_grpc.TrackerServiceStub(channel)
            subject = tracker_pb2.GetSubjectRequest(subject=f"order/{order}")
            return tracker.GetSubject(subject).promises[0]

    def inbox(self, browser: Browser) -> Page:
        """Live, and never loaded again."""
        page = browser.new_context().new_page()
        page.goto(self.stack.settings.endpoints.console.url + "/")
        expect(page.locator("#live-word")).to_have_text("Live", timeout=NEWS_DEADLINE_MS)
        return page

    def spans(self) -> list[Span]:
        lines = self.file.read_text().splitlines() if self.file.exists() else []
        return [json.loads(line) for line in lines]

    def waterfall(self, trace_id: str) -> dict[str, Any]:
        """What the console shows of a trace; nothing where it knows none of it."""
        answer = asking.get(f"{self.stack.settings.endpoints.console.url}/traces/{trace_id}.json")
        told: dict[str, Any] = answer.json()
        return told if answer.is_success else {"lines": [], "followed_by": []}

    def _channel(self, name: str) -> grpc.Channel:
        endpoint = getattr(self.stack.settings.endpoints, name)
        return sync_channel(endpoint.grpc_address)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """There are three seconds to approve a payment, and no other agreement."""
    agreements = tmp_path_factory.mktemp("agreements")
    file = agreements.parent / "spans.jsonl"
    text = (shipped("default") / "approve-payment.yaml").read_text()
    for agreed, here in (
        ("4 business hours", "3 seconds"),
        ("calendar: office\n", ""),
        ("visible_to_customer_as: deliver-order\n", ""),
    ):
        assert agreed in text
        text = text.replace(agreed, here)
    (agreements / "approve-payment.yaml").write_text(text)
    told = {"HANDOFF_AGREEMENTS": str(agreements), "HANDOFF_SPANS_FILE": str(file)}
    with a_stack() as stack:
        stack.start_services(SERVICES, told)
        assert wait_for_services(stack.settings, SERVICES, DEADLINE_S) == {}
        yield Company(stack, file)


@pytest.fixture
def browser() -> Iterator[Browser]:
    needs_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**OPTIONS)
        yield browser
        browser.close()


def test_the_spans_of_an_order_lead_from_the_command_to_the_alert(company: Company) -> None:
    company.place("4711")
    (alert,) = until(lambda: company.alerts_of("4711"), "the alert is there", DEADLINE_S)
    until(lambda: not _missing(company.spans()), "every edge is recorded", DEADLINE_S)
    spans = company.spans()
    placed = (span for span in spans if span["name"] == "PlaceOrder")
    command = next(span for span in placed if span["attributes"][HANDOFF_ORDER] == "4711")
    assert company.promise_of("4711").trace_id == alert.trace_id == command["trace_id"]
    assert {name for span in spans for name in span["attributes"]} <= ATTRIBUTES


def test_the_console_shows_the_trace_of_an_order_and_what_followed_from_it(
    company: Company,
) -> None:
    company.place("4712")
    (alert,) = until(lambda: company.alerts_of("4712"), "the alert is there", DEADLINE_S)
    trace_id = alert.trace_id

    def folds() -> list[str]:
        """The traces of the tracker's that followed from the order's."""
        followed = company.waterfall(trace_id)["followed_by"]
        return [each["path"] for each in followed if each["word"] == "tracker: fold"]

    fold, *_ = until(folds, "the console shows what followed", DEADLINE_S)
    names = {line["name"] for line in company.waterfall(trace_id)["lines"]}
    assert {"PlaceOrder", "publish handoff.sales.v1"} <= names
    after = company.waterfall(fold.rpartition("/")[2])
    leads = {lead["path"] for line in after["lines"] for lead in line["leads"]}
    assert f"/traces/{trace_id}" in leads


def test_an_order_that_goes_wrong_comes_to_two_browsers_and_one_takes_it_up(
    company: Company, browser: Browser
) -> None:
    mine, theirs = (company.inbox(browser) for _ in range(2))
    company.place("4713")
    for page in (mine, theirs):
        row = page.locator("#rows tr", has_text="order/4713")
        expect(row.get_by_text("Breached")).to_be_visible(timeout=NEWS_DEADLINE_MS)
        expect(row.get_by_role("button", name="Acknowledge")).to_be_visible(
            timeout=NEWS_DEADLINE_MS
        )
    mine.locator("#rows tr", has_text="order/4713").locator("a.subject").focus()
    mine.keyboard.press("a")
    for page in (mine, theirs):
        row = page.locator("#rows tr", has_text="order/4713")
        expect(row.get_by_text("Acknowledged by")).to_be_visible(timeout=NEWS_DEADLINE_MS)


def _missing(spans: list[Span]) -> list[tuple[str, str, str]]:
    """The edges that no two spans have between them."""
    by_id = {span["span_id"]: span["name"] for span in spans}
    found = {(span["name"], "parent", by_id.get(span["parent_id"])) for span in spans} | {
        (span["name"], "link", by_id.get(link["span_id"]))
        for span in spans
        for link in span["links"]
    }
    return [edge for edge in EDGES if edge not in found]


def _in_days(days: int) -> Timestamp:
    moment = Timestamp()
    moment.FromDatetime(datetime.now(UTC) + timedelta(days=days))
    return moment
