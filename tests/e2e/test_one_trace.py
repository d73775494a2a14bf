"""One order across the services: what is a child of what, and what is linked to what."""

import json
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

from services.local.health import wait_for_services
from services.local.programs import SERVICES
from services.local.stack import LocalStack
from services.shared.rpc import sync_channel
from services.shared.telemetry import ATTRIBUTES
from services.tracker.agreement_files import shipped
from tests import asking
from tests.conftest import NewStack
from tests.polling import until

ORDER = "4711"
DEADLINE_S = 90.0

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

    def place_order(self) -> None:
        money = common_pb2.Money(minor=4_900, currency="EUR")
        request = sales_pb2.PlaceOrderRequest(
            context=common_pb2.CommandContext(idempotency_key="order-4711", actor="test"),
            order=ORDER,
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

    def alerts(self) -> list[alerts_pb2.Alert]:
        with self._channel("alerts") as channel:
            alerts = alerts_pb2_grpc.AlertsServiceStub(channel)
            return list(alerts.ListAlerts(alerts_pb2.ListAlertsRequest()).alerts)

    def promise(self) -> tracker_pb2.Promise:
        with self._channel("tracker") as channel:
            tracker = tracker_pb2_grpc.TrackerServiceStub(channel)
            subject = tracker_pb2.GetSubjectRequest(subject=f"order/{ORDER}")
            return tracker.GetSubject(subject).promises[0]

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


@pytest.fixture
def company(new_stack: NewStack, tmp_path: Path) -> Company:
    """There are three seconds to approve a payment, and no other agreement."""
    agreements, file = tmp_path / "agreements", tmp_path / "spans.jsonl"
    agreements.mkdir()
    text = (shipped("default") / "approve-payment.yaml").read_text()
    for agreed, here in (
        ("4 business hours", "3 seconds"),
        ("calendar: office\n", ""),
        ("visible_to_customer_as: deliver-order\n", ""),
    ):
        assert agreed in text
        text = text.replace(agreed, here)
    (agreements / "approve-payment.yaml").write_text(text)
    stack = new_stack()
    told = {"HANDOFF_AGREEMENTS": str(agreements), "HANDOFF_SPANS_FILE": str(file)}
    stack.start_services(SERVICES, told)
    assert wait_for_services(stack.settings, SERVICES, DEADLINE_S) == {}
    return Company(stack, file)


def test_the_spans_of_an_order_lead_from_the_command_to_the_alert(company: Company) -> None:
    company.place_order()
    (alert,) = until(company.alerts, "the alert is there", DEADLINE_S)
    until(lambda: not _missing(company.spans()), "every edge is recorded", DEADLINE_S)
    spans = company.spans()
    command = next(span for span in spans if span["name"] == "PlaceOrder")
    assert alert.order == ORDER
    assert company.promise().trace_id == alert.trace_id == command["trace_id"]
    assert {name for span in spans for name in span["attributes"]} <= ATTRIBUTES


def test_the_console_shows_the_trace_of_an_order_and_what_followed_from_it(
    company: Company,
) -> None:
    company.place_order()
    (alert,) = until(company.alerts, "the alert is there", DEADLINE_S)
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
