"""What is kept of an alert is the alert, whatever it has."""

from services.alerts.documents import alert_document, alert_of
from services.alerts.domain.alert import Alert, key_of
from services.alerts.domain.promise import Condition, Promise
from services.shared.events.common import Money
from tests.alerting import a_finding, a_promise, at


def an_alert(condition: Condition, promise: Promise) -> Alert:
    return Alert(key_of(promise), promise, condition, opened_at=at("12:00"))


def test_an_alert_comes_back_from_its_document_with_everything() -> None:
    promise = a_promise(
        opened_at=at("09:00"),
        detail="12 of 20 lamps",
        decides=("finance-lead", "finance-deputy"),
        at_stake=Money(4_900, "EUR"),
        waiting_on="sales",
        slack_s=-60,
        runbook="https://wiki.example/late",
    )
    for alert in (
        an_alert(Condition.RETURNED, promise),
        an_alert(Condition.FOUND, a_finding()),
        an_alert(Condition.AT_RISK, a_promise()),
    ):
        assert alert_of(alert_document(alert)) == alert


def test_an_alert_that_was_kept_before_promises_had_details_is_still_read() -> None:
    document = alert_document(an_alert(Condition.AT_RISK, a_promise()))
    for name in ("finding", "detail", "runbook", "decides", "at_stake", "waiting_on", "slack_s"):
        del document.content["promise"][name]
    assert alert_of(document) == an_alert(Condition.AT_RISK, a_promise())
