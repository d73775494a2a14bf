"""Actions on many alerts at once over real gRPC: each key has its result."""

from collections.abc import Sequence

import grpc
import pytest
from handoff.v1 import alerts_pb2, alerts_pb2_grpc

from services.alerts.domain.answers import Cause
from services.alerts.domain.ratings import WEEKS, monday_of
from services.alerts.domain.requests import KEYS_LIMIT
from services.alerts.messages import CAUSES
from services.shared.codec import stamp
from services.shared.errors import RefusalCode, Refused
from tests.alerting import a_promise, at, breached, ended, key, warned
from tests.component.alerts.harness import InMemoryAlerts

Stub = alerts_pb2_grpc.AlertsServiceStub


def acting(*keys: str, words: str = "why not", request: str = "k") -> alerts_pb2.Acting:
    return alerts_pb2.Acting(keys=keys, actor="ann", words=words, idempotency_key=request)


def hear(alerts: InMemoryAlerts, count: int) -> Sequence[str]:
    promises = [a_promise(str(order)) for order in range(count)]
    alerts.hear(*(breached(3, promise) for promise in promises), twice=False)
    return [key(promise) for promise in promises]


def test_none_is_lost_because_another_was_refused(alerts: InMemoryAlerts, service: Stub) -> None:
    first, second = hear(alerts, 2)
    alerts.hear(ended(promise=a_promise("1")))
    request = alerts_pb2.AssignAlertRequest(acting=acting("al-none", first, second), assignee="bob")
    results = service.AssignAlert(request).results
    assert [result.key for result in results] == ["al-none", first, second]
    assert [result.code for result in results] == ["not_found", "", "failed_precondition"]
    assert [result.HasField("alert") for result in results] == [False, True, False]
    assert results[1].alert.assignee == "bob"
    assert "No alert has the key" in results[0].problem


def test_a_request_names_as_many_as_the_limit_and_no_more(
    alerts: InMemoryAlerts, service: Stub
) -> None:
    keys = hear(alerts, KEYS_LIMIT + 1)
    request = alerts_pb2.AcknowledgeAlertRequest(keys=keys[:KEYS_LIMIT], actor="ann")
    results = service.AcknowledgeAlert(request).results
    assert [result.alert.acknowledged_by for result in results] == ["ann"] * KEYS_LIMIT
    request.keys.append(keys[-1])
    with pytest.raises(grpc.RpcError) as refused:
        service.AcknowledgeAlert(request)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert alerts.alert(keys[-1]).acknowledgement is None


@pytest.mark.parametrize(
    "wrong",
    [
        acting(),
        acting("al-1", ""),
        acting("al-1", words="x" * 1_025),
        acting("al-1", request=""),
        alerts_pb2.Acting(keys=["al-1"], words="w", idempotency_key="k"),
    ],
)
def test_what_is_wrong_with_the_request_refuses_all_of_it(
    alerts: InMemoryAlerts, service: Stub, wrong: alerts_pb2.Acting
) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        service.NoteAlert(alerts_pb2.NoteAlertRequest(acting=wrong))
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_words_are_needed_where_others_read_them(service: Stub) -> None:
    wordless = acting("al-1", words=" ")
    for call in (
        lambda: service.EscalateAlert(alerts_pb2.EscalateAlertRequest(acting=wordless)),
        lambda: service.NoteAlert(alerts_pb2.NoteAlertRequest(acting=wordless)),
        lambda: service.DisputeVerdict(alerts_pb2.DisputeVerdictRequest(acting=wordless)),
        lambda: service.AskNewDate(alerts_pb2.AskNewDateRequest(acting=wordless)),
        lambda: service.TellCustomer(alerts_pb2.TellCustomerRequest(acting=wordless)),
    ):
        with pytest.raises(grpc.RpcError) as refused:
            call()
        assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert "words is empty" in (refused.value.details() or "")


def test_where_the_store_fails_for_one_the_others_are_done(
    alerts: InMemoryAlerts, service: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = hear(alerts, 2)
    change = alerts.store.change

    def failing(promise_id: str, *rest: object) -> object:
        if promise_id == a_promise("0").promise_id:
            raise Refused(RefusalCode.FULL, "", "Try again.", retryable=True)
        return change(promise_id, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(alerts.store, "change", failing)
    request = alerts_pb2.SnoozeAlertRequest(
        keys=[first, second], actor="ann", until=stamp(at("16:00"))
    )
    results = service.SnoozeAlert(request).results
    assert [result.code for result in results] == ["resource_exhausted", ""]
    assert results[1].alert.snoozed_until == stamp(at("16:00"))


def test_every_answer_shows_on_the_alert(alerts: InMemoryAlerts, service: Stub) -> None:
    (of,) = hear(alerts, 1)
    service.NoteAlert(alerts_pb2.NoteAlertRequest(acting=acting(of, words="called")))
    service.AskNewDate(alerts_pb2.AskNewDateRequest(acting=acting(of, words="when?", request="k2")))
    service.TellCustomer(
        alerts_pb2.TellCustomerRequest(acting=acting(of, words="soon", request="k3"))
    )
    service.DisputeVerdict(
        alerts_pb2.DisputeVerdictRequest(acting=acting(of, words="no", request="k4"))
    )
    service.RateAlert(alerts_pb2.RateAlertRequest(acting=acting(of, request="k5"), useful=True))
    close = alerts_pb2.CloseAlertRequest(
        acting=acting(of, request="k6"), cause=alerts_pb2.CAUSE_CAPACITY
    )
    (result,) = service.CloseAlert(close).results
    assert result.alert.notes_count == 1
    assert list(result.alert.notes) == []
    alert = service.GetAlert(alerts_pb2.GetAlertRequest(key=of)).alert
    now = stamp(alerts.clock.now())
    assert list(alert.notes) == [alerts_pb2.Said(actor="ann", at=now, words="called")]
    assert alert.new_date_asked == alerts_pb2.Said(actor="ann", at=now, words="when?")
    assert alert.customer_to_be_told == alerts_pb2.Said(actor="ann", at=now, words="soon")
    assert (alert.disputed_by, alert.dispute_reason) == ("operations", "no")
    assert (alert.useful, alert.not_useful) == (1, 0)
    assert (alert.state, alert.cause) == (alerts_pb2.ALERT_STATE_CLOSED, alerts_pb2.CAUSE_CAPACITY)
    assert (alert.closed_by, alert.closed_at) == ("ann", now)
    assert service.ListAlerts(alerts_pb2.ListAlertsRequest()).alerts == []
    closed = alerts_pb2.ListAlertsRequest(states=[alerts_pb2.ALERT_STATE_CLOSED])
    assert [each.key for each in service.ListAlerts(closed).alerts] == [of]


def test_ratings_are_counted_in_all_and_by_week(alerts: InMemoryAlerts, service: Stub) -> None:
    (of,) = hear(alerts, 1)
    service.RateAlert(alerts_pb2.RateAlertRequest(acting=acting(of), useful=True))
    (count,) = service.CountRatings(alerts_pb2.CountRatingsRequest()).counts
    assert (count.agreement, count.useful, count.not_useful) == ("ship-paid-order", 1, 0)
    assert len(count.weeks) == WEEKS
    monday = stamp(monday_of(alerts.clock.now()))
    assert count.weeks[-1] == alerts_pb2.RatedWeek(monday=monday, useful=1)
    assert sum(week.useful for week in count.weeks[:-1]) == 0


def test_every_cause_has_its_number(service: Stub) -> None:
    assert sorted(CAUSES.values()) == list(alerts_pb2.Cause.values())[1:]
    assert set(CAUSES) == set(Cause)
    for cause in (alerts_pb2.CAUSE_UNSPECIFIED, 99):
        request = alerts_pb2.CloseAlertRequest(acting=acting("al-1"), cause=cause)  # type: ignore[arg-type]
        with pytest.raises(grpc.RpcError, match="give one of CAUSE_APPROVAL"):
            service.CloseAlert(request)


def test_alerts_are_listed_by_who_shall_act(alerts: InMemoryAlerts, service: Stub) -> None:
    first, second = hear(alerts, 2)
    alerts.hear(warned(2, a_promise("2")))
    service.AssignAlert(alerts_pb2.AssignAlertRequest(acting=acting(first), assignee="bob"))

    def listed(**asked: object) -> set[str]:
        request = alerts_pb2.ListAlertsRequest(**asked)  # type: ignore[arg-type]
        return {alert.key for alert in service.ListAlerts(request).alerts}

    assert listed(assignee="bob") == {first}
    assert listed(assignee="cid") == set()
    assert listed(unassigned=True) == {second, key(a_promise("2"))}
