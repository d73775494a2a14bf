"""AlertsService as a client sees it, over real gRPC."""

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from handoff.v1 import alerts_pb2, alerts_pb2_grpc, common_pb2

from services.shared.codec import stamp
from services.shared.events.common import Money
from tests.alerting import a_finding, a_promise, at, breached, ended, found, key, returned, warned
from tests.component.alerts.harness import InMemoryAlerts


def test_an_alert_says_everything(
    alerts: InMemoryAlerts, service: alerts_pb2_grpc.AlertsServiceStub
) -> None:
    alerts.hear(warned())
    alert = service.GetAlert(alerts_pb2.GetAlertRequest(key=key())).alert
    assert alert == alerts_pb2.Alert(
        key=key(),
        state=alerts_pb2.ALERT_STATE_OPEN,
        condition="at_risk",
        promise_id="order/4711~ship-paid-order",
        subject="order/4711",
        order="4711",
        customer="c-88",
        agreement="ship-paid-order",
        owed_by="operations",
        owed_to="sales",
        due_by=stamp(at("16:00")),
        customer_visible_by=stamp(at("00:00", days=1)),
        summary=alert.summary,
        next_step="Ask the shift lead to pull the order forward.",
        reason="first_notice",
        opened_at=stamp(at("15:25")),
        notified_at=stamp(at("15:25")),
        url="http://console.test/subjects/order/4711",
        revision=1,
        next_action_owner="operations",
        ladder="everybody",
        rungs=1,
        told=["memory"],
        acknowledgements_needed=1,
    )
    assert "35 minutes left" in alert.summary


def test_an_alert_for_a_finding_says_since_when_and_no_due_date(
    alerts: InMemoryAlerts, service: alerts_pb2_grpc.AlertsServiceStub
) -> None:
    finding = a_finding(at_stake=Money(1_000, "EUR"))
    alerts.hear(found(1, finding))
    alert = service.GetAlert(alerts_pb2.GetAlertRequest(key=key(finding))).alert
    assert (alert.condition, alert.finding) == ("found", "disagreement")
    assert not alert.HasField("due_by")
    assert alert.found_at == stamp(at("14:00"))
    assert alert.detail == "sales says 49.00 EUR, finance says 59.00 EUR"
    assert alert.at_stake == common_pb2.Money(minor=1_000, currency="EUR")
    assert alert.next_action_owner == "finance"


def test_an_alert_says_what_only_some_promises_have(
    alerts: InMemoryAlerts, service: alerts_pb2_grpc.AlertsServiceStub
) -> None:
    promise = a_promise(
        detail="12 of 20 lamps",
        decides=("finance-lead", "finance-deputy"),
        runbook="https://wiki.example/late",
        waiting_on="sales",
        slack_s=0,
    )
    alerts.hear(returned(2, promise))
    alert = service.GetAlert(alerts_pb2.GetAlertRequest(key=key())).alert
    assert (alert.condition, alert.detail) == ("returned", "12 of 20 lamps")
    assert list(alert.decides) == ["finance-lead", "finance-deputy"]
    assert (alert.runbook, alert.waiting_on) == ("https://wiki.example/late", "sales")
    assert alert.HasField("slack_s")
    assert not alert.HasField("at_stake")
    assert alert.next_action_owner == "sales"
    assert alert.next_step == "Ask sales to give operations what is missing."


def test_how_late_or_soon_is_as_of_now(
    alerts: InMemoryAlerts, service: alerts_pb2_grpc.AlertsServiceStub
) -> None:
    alerts.hear(warned())
    alerts.clock.set(at("15:50"))
    alert = service.GetAlert(alerts_pb2.GetAlertRequest(key=key())).alert
    assert "10 minutes left" in alert.summary


def test_what_is_over_has_no_next_step(
    alerts: InMemoryAlerts, service: alerts_pb2_grpc.AlertsServiceStub
) -> None:
    alerts.hear(warned(), ended())
    alert = service.GetAlert(alerts_pb2.GetAlertRequest(key=key())).alert
    assert (alert.resolution, alert.next_step) == ("kept", "")
    assert alert.resolved_at == stamp(alerts.clock.now())


def test_pages_follow_each_other(
    alerts: InMemoryAlerts, service: alerts_pb2_grpc.AlertsServiceStub
) -> None:
    for order in range(5):
        alerts.hear(warned(2, a_promise(str(order))))
    request, found = alerts_pb2.ListAlertsRequest(page_size=2), []
    while True:
        page = service.ListAlerts(request)
        found += [alert.order for alert in page.alerts]
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    assert sorted(found) == ["0", "1", "2", "3", "4"]


def test_acknowledge_and_snooze_answer_with_the_alert(
    alerts: InMemoryAlerts, service: alerts_pb2_grpc.AlertsServiceStub
) -> None:
    alerts.hear(warned())
    acknowledged = service.AcknowledgeAlert(
        alerts_pb2.AcknowledgeAlertRequest(key=key(), actor="ann")
    ).alert
    assert acknowledged.state == alerts_pb2.ALERT_STATE_ACKNOWLEDGED
    assert (acknowledged.acknowledged_by, acknowledged.revision) == ("ann", 2)
    snoozed = service.SnoozeAlert(
        alerts_pb2.SnoozeAlertRequest(key=key(), actor="ann", until=stamp(at("15:45")))
    ).alert
    assert snoozed.state == alerts_pb2.ALERT_STATE_SNOOZED
    assert snoozed.snoozed_until == stamp(at("15:45"))


def test_a_release_answers_with_its_event(
    alerts: InMemoryAlerts, service: alerts_pb2_grpc.AlertsServiceStub
) -> None:
    alerts.ledger.say(breached())
    request = alerts_pb2.ReleasePromiseRequest(
        promise_id=a_promise().promise_id, actor="ann", reason="gone", idempotency_key="k"
    )
    assert len(service.ReleasePromise(request).event_id) == 16


@pytest.mark.parametrize(
    ("method", "request_", "code"),
    [
        ("GetAlert", alerts_pb2.GetAlertRequest(key="none"), grpc.StatusCode.NOT_FOUND),
        (
            "AcknowledgeAlert",
            alerts_pb2.AcknowledgeAlertRequest(key="none", actor="ann"),
            grpc.StatusCode.NOT_FOUND,
        ),
        (
            "AcknowledgeAlert",
            alerts_pb2.AcknowledgeAlertRequest(key="none"),
            grpc.StatusCode.INVALID_ARGUMENT,
        ),
        (
            "SnoozeAlert",
            alerts_pb2.SnoozeAlertRequest(key="none", actor="ann"),
            grpc.StatusCode.INVALID_ARGUMENT,
        ),
        (
            "SnoozeAlert",
            alerts_pb2.SnoozeAlertRequest(key="k", actor="ann", until=Timestamp(seconds=10**15)),
            grpc.StatusCode.INVALID_ARGUMENT,
        ),
        (
            "ReleasePromise",
            alerts_pb2.ReleasePromiseRequest(promise_id="p", actor="ann", idempotency_key="k"),
            grpc.StatusCode.INVALID_ARGUMENT,
        ),
        (
            "ListAlerts",
            alerts_pb2.ListAlertsRequest(page_token="nonsense"),
            grpc.StatusCode.INVALID_ARGUMENT,
        ),
        (
            "ListAlerts",
            alerts_pb2.ListAlertsRequest(page_size=-1),
            grpc.StatusCode.INVALID_ARGUMENT,
        ),
        (
            "ListAlerts",
            alerts_pb2.ListAlertsRequest(states=[99]),  # type: ignore[list-item]
            grpc.StatusCode.INVALID_ARGUMENT,
        ),
    ],
)
def test_a_bad_request_is_refused_with_its_field_and_remedy(
    service: alerts_pb2_grpc.AlertsServiceStub, method: str, request_: object, code: grpc.StatusCode
) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        getattr(service, method)(request_)
    assert refused.value.code() is code
    says = refused.value.details() or ""
    assert "give" in says or "shows" in says
