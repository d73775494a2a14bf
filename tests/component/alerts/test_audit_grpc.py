"""ListAudit over real gRPC: the newest first, filtered, and checked as a whole."""

from dataclasses import replace

import grpc
import pytest
from handoff.v1 import alerts_pb2, alerts_pb2_grpc

from services.alerts import audit_answers
from services.alerts.domain.audit.wanted import LISTED_LIMIT
from services.shared.clock import SECOND
from services.shared.codec import stamp
from tests.alerting import a_promise, key, warned
from tests.component.alerts.harness import InMemoryAlerts

Stub = alerts_pb2_grpc.AlertsServiceStub


@pytest.fixture
def keys(alerts: InMemoryAlerts, service: Stub) -> list[str]:
    """Three alerts that ann took up, the second of which bob noted something on."""
    promises = [a_promise(str(order)) for order in range(3)]
    alerts.hear(*(warned(3, promise) for promise in promises), twice=False)
    found = [key(promise) for promise in promises]
    for each in found:
        service.AcknowledgeAlert(alerts_pb2.AcknowledgeAlertRequest(key=each, actor="ann"))
    acting = alerts_pb2.Acting(keys=found[1:2], actor="bob", words="called", idempotency_key="k")
    service.NoteAlert(alerts_pb2.NoteAlertRequest(acting=acting))
    return found


def numbers(service: Stub, **wanted: object) -> list[int]:
    request = alerts_pb2.ListAuditRequest(**wanted)  # type: ignore[arg-type]
    return [entry.number for entry in service.ListAudit(request).entries]


def test_the_newest_stand_first_with_what_they_changed(service: Stub, keys: list[str]) -> None:
    told = service.ListAudit(alerts_pb2.ListAuditRequest())
    assert [entry.number for entry in told.entries] == [4, 3, 2, 1]
    noted = told.entries[0]
    assert (noted.actor, noted.action, noted.about) == ("bob", "note", keys[1])
    assert (noted.reason, noted.subject) == ("called", "order/1")
    assert dict(told.entries[3].after) == {"state": "acknowledged", "in_hand_of": "ann"}
    assert (told.length, told.checked, told.wrong_number) == (4, True, 0)


def test_it_is_filtered_by_who_what_and_when(
    alerts: InMemoryAlerts, service: Stub, keys: list[str]
) -> None:
    now = alerts.clock.now()
    assert numbers(service, actor="bob") == [4]
    assert numbers(service, key=keys[1]) == numbers(service, key="order/1") == [4, 2]
    assert numbers(service, since=stamp(now)) == [4, 3, 2, 1]
    assert numbers(service, since=stamp(now + SECOND)) == []


def test_a_page_ends_where_the_next_one_begins(service: Stub, keys: list[str]) -> None:
    assert numbers(service, page_size=3) == [4, 3, 2]
    assert numbers(service, page_size=3, before=2) == [1]
    assert numbers(service, page_size=LISTED_LIMIT) == [4, 3, 2, 1]
    with pytest.raises(grpc.RpcError) as refused:
        numbers(service, page_size=LISTED_LIMIT + 1)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_an_entry_that_was_edited_is_found(
    alerts: InMemoryAlerts, service: Stub, keys: list[str]
) -> None:
    entries = alerts.store.audit._entries
    entries[1] = replace(entries[1], act=replace(entries[1].act, actor="nobody"))
    told = service.ListAudit(alerts_pb2.ListAuditRequest())
    assert (told.checked, told.wrong_number, told.wrong_how) == (True, 2, "edited")


@pytest.mark.parametrize(("limit", "checked"), [(4, True), (3, False)])
def test_a_chain_over_the_limit_is_not_checked(
    monkeypatch: pytest.MonkeyPatch, service: Stub, keys: list[str], limit: int, checked: bool
) -> None:
    monkeypatch.setattr(audit_answers, "CHECKED_LIMIT", limit)
    assert service.ListAudit(alerts_pb2.ListAuditRequest()).checked is checked
