"""An alert as labels and annotations, the model that Alertmanager made common.

Labels say which alert it is, so they change only with its condition; annotations tell more.
"""

from collections.abc import Mapping
from enum import StrEnum

from services.alerts.domain.alert import Alert, Notice
from services.alerts.domain.burning import alarm_of
from services.alerts.domain.pages import page_of
from services.alerts.domain.promise import Condition, Promise
from services.alerts.domain.text import summary
from services.alerts.domain.troubles import Slug, is_own


class Severity(StrEnum):
    """Somebody acts now, in working hours, or only wants to know."""

    PAGE = "page"
    TICKET = "ticket"
    INFO = "info"


SEVERITIES = {
    Condition.AT_RISK: Severity.PAGE,
    Condition.BREACHED: Severity.PAGE,
    Condition.BOUNCED: Severity.PAGE,
    Condition.UNKNOWN: Severity.TICKET,
    Condition.RETURNED: Severity.TICKET,
    Condition.DISPUTED: Severity.TICKET,
    Condition.FOUND: Severity.INFO,
}
"""A page is what a customer will notice and somebody can still change or has to own."""
_OF_TROUBLES = {
    Slug.DEAD_LETTERS: Severity.TICKET,
    Slug.CLOCK_SKEW: Severity.TICKET,
}
"""Any other trouble of handoff itself keeps people from hearing of what they have to."""


def name_of(condition: Condition) -> str:
    """`HandoffAtRisk`."""
    return f"Handoff{condition.replace('_', ' ').title().replace(' ', '')}"


def severity(promise: Promise, condition: Condition) -> Severity:
    if alarm := alarm_of(promise.promise_id):
        return Severity(alarm.value)
    if is_own(promise.promise_id):
        return _OF_TROUBLES.get(Slug(promise.finding), Severity.PAGE)
    return SEVERITIES[condition]


def is_page(alert: Alert) -> bool:
    return severity(alert.promise, alert.condition) is Severity.PAGE


def labels(alert: Alert, condition: Condition | None = None) -> Mapping[str, str]:
    """Those of the alert, or those it had in another condition; empty ones are left out."""
    promise, condition = alert.promise, condition or alert.condition
    given = {
        "alertname": name_of(condition),
        "alert": alert.key,
        "severity": severity(promise, condition).value,
        "owed_by": promise.owed_by,
        "owed_to": promise.owed_to,
        "agreement": promise.agreement,
        "promise": promise.promise_id,
        "order": promise.order,
    }
    return {name: value for name, value in given.items() if value}


def annotations(notice: Notice, console_url: str) -> Mapping[str, str]:
    promise = notice.alert.promise
    given = {
        "summary": summary(notice.alert, notice.at),
        "description": notice.text,
        "runbook_url": promise.runbook,
        "order_url": page_of(promise, console_url),
    }
    return {name: value for name, value in given.items() if value}
