"""AlertsService as a client sees it, and the tracker as alerts see it, over real gRPC."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from handoff.v1 import alerts_pb2, alerts_pb2_grpc, common_pb2, tracker_pb2, tracker_pb2_grpc

from services.alerts import ledger as ledger_module
from services.alerts.codec import word_of_ledger
from services.alerts.domain.promise import Condition, Resolution
from services.alerts.errors import LedgerUnreachable
from services.alerts.ledger import GrpcLedger
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


class Tracker(tracker_pb2_grpc.TrackerServiceServicer):
    """A tracker of three promises, two to a page; it answers nothing else."""

    def __init__(self) -> None:
        self.promises = [promise("1", "WARNED"), promise("2", "BREACHED"), promise("3", "UNKNOWN")]

    def GetProgress(
        self, request: tracker_pb2.GetProgressRequest, context: object
    ) -> tracker_pb2.GetProgressResponse:
        raise AssertionError

    def GetSubject(
        self, request: tracker_pb2.GetSubjectRequest, context: object
    ) -> tracker_pb2.GetSubjectResponse:
        raise AssertionError

    def ListOpenPromises(
        self, request: tracker_pb2.ListOpenPromisesRequest, context: object
    ) -> tracker_pb2.ListOpenPromisesResponse:
        assert request.announced
        begin = int(request.page_token or 0)
        more = begin + 2 < len(self.promises)
        return tracker_pb2.ListOpenPromisesResponse(
            promises=self.promises[begin : begin + 2],
            next_page_token=str(begin + 2) if more else "",
        )

    def GetPromise(
        self, request: tracker_pb2.GetPromiseRequest, context: grpc.ServicerContext
    ) -> tracker_pb2.GetPromiseResponse:
        if request.promise_id == "settled":
            settled = promise("9", "UNSPECIFIED")
            settled.state = tracker_pb2.PROMISE_STATE_KEPT_LATE
            return tracker_pb2.GetPromiseResponse(promise=settled)
        context.abort(grpc.StatusCode.NOT_FOUND, "No such promise.")
        raise AssertionError


def promise(order: str, announced: str) -> tracker_pb2.Promise:
    return tracker_pb2.Promise(
        promise_id=f"order/{order}~p",
        subject=f"order/{order}",
        revision=7,
        due_by=stamp(at("16:00")),
        announced=tracker_pb2.VerdictKind.Value(f"VERDICT_KIND_{announced}"),
    )


@pytest.fixture
def tracker() -> Iterator[GrpcLedger]:
    server = grpc.server(ThreadPoolExecutor(2))
    tracker_pb2_grpc.add_TrackerServiceServicer_to_server(Tracker(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    ledger = GrpcLedger(f"127.0.0.1:{port}")
    yield ledger
    ledger.close()
    server.stop(0).wait()


def test_the_ledger_is_read_page_by_page(tracker: GrpcLedger) -> None:
    pages = list(tracker.announced())
    assert [len(page) for page in pages] == [2, 1]
    words = [word for page in pages for word in page]
    assert [word.says for word in words] == [
        Condition.AT_RISK,
        Condition.BREACHED,
        Condition.UNKNOWN,
    ]
    assert all(word.reconciled and word.revision == 7 for word in words)


def test_one_promise_of_the_ledger(tracker: GrpcLedger) -> None:
    settled = tracker.promise("settled")
    assert settled is not None
    assert settled.says is Resolution.KEPT_LATE
    assert tracker.promise("none") is None


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("KEPT", Resolution.KEPT),
        ("KEPT_LATE", Resolution.KEPT_LATE),
        ("CANCELLED", Resolution.CANCELLED),
        ("RELEASED", Resolution.RELEASED),
        ("PAUSED", Resolution.PAUSED),
        ("REPORTED_DONE", Resolution.REPORTED_DONE),
        ("PROPOSED", Resolution.NO_LONGER_ANNOUNCED),
        ("ON_TRACK", Resolution.NO_LONGER_ANNOUNCED),
        ("UNSPECIFIED", Resolution.NO_LONGER_ANNOUNCED),
    ],
)
def test_a_promise_that_is_not_announced_ended_as_its_state_says(
    state: str, says: Resolution
) -> None:
    row = promise("1", "UNSPECIFIED")
    row.state = tracker_pb2.PromiseState.Value(f"PROMISE_STATE_{state}")
    assert word_of_ledger(row).says is says


@pytest.mark.parametrize(
    ("announced", "says"),
    [
        ("WARNED", Condition.AT_RISK),
        ("UNKNOWN", Condition.UNKNOWN),
        ("BREACHED", Condition.BREACHED),
        ("RETURNED", Condition.RETURNED),
        ("DISPUTED", Condition.DISPUTED),
        ("BOUNCED", Condition.BOUNCED),
        ("FOUND", Condition.FOUND),
    ],
)
@pytest.mark.parametrize("state", ["ON_TRACK", "PAUSED", "REPORTED_DONE", "UNSPECIFIED"])
def test_what_is_announced_outranks_the_state(announced: str, says: Condition, state: str) -> None:
    row = promise("1", announced)
    row.state = tracker_pb2.PromiseState.Value(f"PROMISE_STATE_{state}")
    assert word_of_ledger(row).says is says


def test_a_tracker_that_is_away_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_module, "TIMEOUT_S", 0.5)
    away = GrpcLedger("127.0.0.1:1")
    with pytest.raises(LedgerUnreachable, match=r"127\.0\.0\.1:1 does not answer"):
        list(away.announced())
    with pytest.raises(LedgerUnreachable):
        away.promise("p")
    away.close()
