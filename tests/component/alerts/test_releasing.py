"""The creditor gives a promise up: one event, however often it is asked, and only what is open."""

import pytest

from services.alerts.actions import release_promise
from services.alerts.domain.promise import Resolution
from services.alerts.domain.requests import Release
from services.shared.errors import RefusalCode, Refused
from tests.alerting import a_finding, a_promise, breached, ended, found
from tests.component.alerts.harness import InMemoryAlerts

PROMISE = a_promise().promise_id


def release(alerts: InMemoryAlerts, key: str = "release-1", promise: str = PROMISE) -> bytes:
    request = Release(promise, "ann", "The customer does not want it any more.", key)
    return release_promise(request, alerts.desk, alerts.ledger, alerts.clock.now())


def test_a_release_is_one_event_about_the_promises_subject(alerts: InMemoryAlerts) -> None:
    alerts.ledger.say(breached())
    assert release(alerts) == release(alerts)
    ((request, promise, at),) = alerts.store.events
    assert (request.actor, promise.subject, at) == ("ann", "order/4711", alerts.clock.now())


def test_the_same_release_again_gets_its_answer_when_all_is_settled(alerts: InMemoryAlerts) -> None:
    alerts.ledger.say(breached())
    first = release(alerts)
    alerts.ledger.say(ended(Resolution.RELEASED, 4))
    assert release(alerts) == first


def test_a_promise_that_nobody_alerted_for_can_be_released(alerts: InMemoryAlerts) -> None:
    alerts.ledger.say(ended(Resolution.NO_LONGER_ANNOUNCED, 1))
    release(alerts)
    assert len(alerts.store.events) == 1


def test_without_the_ledger_an_alert_is_enough(alerts: InMemoryAlerts) -> None:
    alerts.hear(breached())
    alerts.ledger.reachable = False
    release(alerts)
    assert len(alerts.store.events) == 1


def test_without_ledger_and_alert_it_is_refused_for_now(alerts: InMemoryAlerts) -> None:
    alerts.ledger.reachable = False
    with pytest.raises(Refused, match="Try again in a moment") as refused:
        release(alerts)
    assert refused.value.retryable


def test_a_promise_that_nobody_knows_is_not_found(alerts: InMemoryAlerts) -> None:
    with pytest.raises(Refused, match="order/0~none") as refused:
        release(alerts, promise="order/0~none")
    assert refused.value.code is RefusalCode.NOT_FOUND


def test_a_finding_is_nothing_to_give_up(alerts: InMemoryAlerts) -> None:
    alerts.ledger.say(found())
    with pytest.raises(Refused, match="is a finding") as refused:
        release(alerts, promise=a_finding().promise_id)
    assert refused.value.code is RefusalCode.CONFLICT
    assert alerts.store.events == []


@pytest.mark.parametrize(
    "how", [Resolution.KEPT, Resolution.KEPT_LATE, Resolution.CANCELLED, Resolution.RELEASED]
)
def test_what_is_settled_cannot_be_released(alerts: InMemoryAlerts, how: Resolution) -> None:
    alerts.ledger.say(ended(how))
    with pytest.raises(Refused, match="nothing is owed") as refused:
        release(alerts)
    assert refused.value.code is RefusalCode.CONFLICT
    assert alerts.store.events == []
