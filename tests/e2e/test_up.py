"""`handoff up` as people use it: one order across all services on the real stack, from the command
to the alert and to two people before their browsers; then `doctor`, a killed service, and `down`.
"""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from services.local.processes import is_alive
from services.local.programs import SERVICES
from services.shared.telemetry import ATTRIBUTES, HANDOFF_ORDER
from services.tracker.agreement_files import shipped
from tests.chromium import OPTIONS, needs_chromium
from tests.e2e.whole_company import (
    NEWS_DEADLINE_MS,
    Company,
    Span,
    run,
    up,
)
from tests.polling import until

DEADLINE_S = 90.0

EDGES = (
    ("publish handoff.sales.v1", "parent", "PlaceOrder"),
    ("fold", "link", "publish handoff.sales.v1"),
    ("verdict breached", "link", "publish handoff.sales.v1"),
    ("publish handoff.verdicts.v1", "parent", "verdict breached"),
    ("process handoff.verdicts.v1", "link", "publish handoff.verdicts.v1"),
)
"""Which span has which other as its parent or link."""


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """With three seconds to approve a payment, and no other agreement. The last test ends it."""
    agreements = tmp_path_factory.mktemp("agreements")
    text = (shipped("default") / "approve-payment.yaml").read_text()
    for agreed, here in (
        ("4 business hours", "3 seconds"),
        ("calendar: office\n", ""),
        ("visible_to_customer_as: deliver-order\n", ""),
    ):
        assert agreed in text
        text = text.replace(agreed, here)
    (agreements / "approve-payment.yaml").write_text(text)
    with up(tmp_path_factory.mktemp("home"), agreements) as company:
        yield company


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


def test_doctor_finds_everything_well_what_is_killed_comes_back_and_down_ends_all_of_it(
    company: Company,
) -> None:
    assert list(company.running) == ["kafka", "mongod", *SERVICES]
    examined = run(company.environment, "doctor", "--json")
    findings: list[dict[str, Any]] = json.loads(examined.stdout)
    assert [finding for finding in findings if not finding["well"]] == []
    assert examined.returncode == 0

    refused = run(company.environment, "up")
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert f"process {company.process.pid}" in refused.stderr

    finance = company.running["finance"]
    os.kill(finance.pid, signal.SIGKILL)
    until(lambda: company.running.get("finance", finance) != finance, "finance has a new process")
    assert company.says("finance was ended by SIGKILL; it is started again in 0.5 s.")

    processes = company.running
    assert run(company.environment, "down").returncode == 0
    assert company.process.wait(timeout=60) == 0
    assert not any(is_alive(process) for process in processes.values())
    assert company.says("Everything has stopped.")
    assert not company.says("it is killed")


def test_doctor_says_what_is_wrong_where_nothing_runs(environment: dict[str, str]) -> None:
    nowhere = {
        "HANDOFF_KAFKA__BOOTSTRAP": "127.0.0.1:1",
        "HANDOFF_MONGO__URI": "mongodb://127.0.0.1:1/?replicaSet=handoff",
    }
    examined = run({**environment, **nowhere}, "doctor", "--json")
    wrong = {f["part"]: f for f in json.loads(examined.stdout) if not f["well"]}
    assert examined.returncode == 1
    assert "127.0.0.1:1" in wrong["kafka"]["says"]
    assert "HANDOFF_MONGO__URI" in wrong["mongo"]["remedy"]


def test_a_bad_agreement_stops_up_before_anything_starts(
    environment: dict[str, str], home: Path
) -> None:
    agreements = home / "agreements"
    agreements.mkdir()
    (agreements / "ship.yaml").write_text("agreement: ship\nowed_by: operations\n")
    refused = run(environment, "up", "--agreements", str(agreements))
    assert refused.returncode == 2
    assert "ship.yaml" in refused.stderr
    assert not (home / "kafka").exists()


def _missing(spans: list[Span]) -> list[tuple[str, str, str]]:
    """The edges that no two spans have between them."""
    by_id = {span["span_id"]: span["name"] for span in spans}
    found = {(span["name"], "parent", by_id.get(span["parent_id"])) for span in spans} | {
        (span["name"], "link", by_id.get(link["span_id"]))
        for span in spans
        for link in span["links"]
    }
    return [edge for edge in EDGES if edge not in found]
