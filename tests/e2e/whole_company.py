"""`handoff up` as another process, and what its tests ask of the company that it runs."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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
from playwright.sync_api import Browser, Page, expect

from services.local import state
from services.local.processes import ProcessIdentity
from services.shared.rpc import sync_channel
from services.shared.settings import Endpoint, Endpoints, Settings, load
from tests import asking
from tests.commands import HANDOFF, environment_of
from tests.polling import until

START_DEADLINE_S = 120.0
NEWS_DEADLINE_MS = 60_000

Span = dict[str, Any]
Environment = Mapping[str, str]


def run(environment: Environment, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        (*HANDOFF, *arguments), env=environment, capture_output=True, text=True, check=False
    )


@dataclass(frozen=True, slots=True)
class Company:
    """A running `handoff up`: its process, where it writes, and where its services listen."""

    process: "subprocess.Popen[bytes]"
    environment: Environment
    log: Path
    spans_file: Path
    endpoints: Endpoints

    @property
    def running(self) -> dict[str, ProcessIdentity]:
        known = state.running(Path(self.environment["HANDOFF_HOME"]))
        return dict(known.processes) if known else {}

    def says(self, words: str) -> bool:
        return words in self.log.read_text()

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
        with _channel(self.endpoints.sales) as channel:
            sales_pb2_grpc.SalesServiceStub(channel).PlaceOrder(request)

    def alerts_of(self, order: str) -> list[alerts_pb2.Alert]:
        with _channel(self.endpoints.alerts) as channel:
            alerts = alerts_pb2_grpc.AlertsServiceStub(channel)
            of = alerts_pb2.ListAlertsRequest(subject=f"order/{order}")
            return list(alerts.ListAlerts(of).alerts)

    def promise_of(self, order: str) -> tracker_pb2.Promise:
        with _channel(self.endpoints.tracker) as channel:
            tracker = tracker_pb2_grpc.TrackerServiceStub(channel)
            subject = tracker_pb2.GetSubjectRequest(subject=f"order/{order}")
            return tracker.GetSubject(subject).promises[0]

    def inbox(self, browser: Browser) -> Page:
        """Live, and never loaded again."""
        page = browser.new_context().new_page()
        page.goto(self.endpoints.console.url + "/")
        expect(page.locator("#live-word")).to_have_text("Live", timeout=NEWS_DEADLINE_MS)
        return page

    def spans(self) -> list[Span]:
        lines = self.spans_file.read_text().splitlines() if self.spans_file.exists() else []
        return [json.loads(line) for line in lines]

    def waterfall(self, trace_id: str) -> dict[str, Any]:
        """What the console shows of a trace; nothing where it knows none of it."""
        answer = asking.get(f"{self.endpoints.console.url}/traces/{trace_id}.json")
        told: dict[str, Any] = answer.json()
        return told if answer.is_success else {"lines": [], "followed_by": []}


@contextmanager
def up(home: Path, agreements: Path) -> Iterator[Company]:
    """Every service with these agreements, once `handoff up` says so."""
    log, spans = home / "up.log", home / "spans.jsonl"
    environment = {**environment_of(home), "HANDOFF_SPANS_FILE": str(spans)}
    command = (*HANDOFF, "up", "--agreements", str(agreements))
    with (
        log.open("wb") as file,
        subprocess.Popen(command, env=environment, stdout=file, stderr=file) as process,
    ):
        try:
            until(lambda: "Stop with Ctrl-C" in log.read_text(), "it is up", START_DEADLINE_S)
            yield Company(process, environment, log, spans, _endpoints(home))
        finally:
            process.kill()


def _endpoints(home: Path) -> Endpoints:
    """As every command finds them."""
    known = state.running(home)
    assert known
    with pytest.MonkeyPatch.context() as patch:
        for name, value in known.environment.items():
            patch.setenv(name, value)
        return load(Settings).endpoints


def _channel(endpoint: Endpoint) -> grpc.Channel:
    return sync_channel(endpoint.grpc_address)


def _in_days(days: int) -> Timestamp:
    moment = Timestamp()
    moment.FromDatetime(datetime.now(UTC) + timedelta(days=days))
    return moment
