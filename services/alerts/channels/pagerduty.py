"""Events for PagerDuty's Events API v2: triggered, acknowledged and resolved by the alert's key.

One alert a post, and the receiver's rate keeps to what PagerDuty takes a minute: an event has one
`dedup_key`, and what was triggered under a key for many could not be resolved one by one. PagerDuty
groups by itself what has the same `component`, `class` and `source`: that is our group.
"""

import json
from typing import Any

from services.alerts.channels.posting import Request
from services.alerts.channels.webhook import as_json
from services.alerts.domain.alert import Notice, State
from services.alerts.domain.labels import Severity, name_of, severity
from services.alerts.domain.pages import page_of, pages_beside
from services.alerts.domain.posts import Post, alone
from services.alerts.domain.text import summary
from services.alerts.domain.words import shortened
from services.shared.clock import iso

ALERTS_A_POST = 1
SUMMARY_LIMIT = 1_024
DEDUP_KEY_LIMIT = 255
_ACTIONS = {
    State.OPEN: "trigger",
    State.ACKNOWLEDGED: "acknowledge",
    State.SNOOZED: "acknowledge",
    State.RESOLVED: "resolve",
}
_SEVERITIES = {Severity.PAGE: "critical", Severity.TICKET: "warning", Severity.INFO: "info"}


def pagerduty_post(post: Post, url: str, routing_key: str, console_url: str) -> Request:
    event = {"routing_key": routing_key, **as_event(post.first, console_url)}
    return Request(url, json.dumps(event, ensure_ascii=False).encode())


def as_event(notice: Notice, console_url: str) -> dict[str, Any]:
    """All but the routing key, which is a secret; the payload is for triggers."""
    alert, promise = notice.alert, notice.alert.promise
    event: dict[str, Any] = {
        "event_action": _ACTIONS[alert.state],
        "dedup_key": alert.key[:DEDUP_KEY_LIMIT],
    }
    if alert.state is not State.OPEN:
        return event
    return event | {
        "client": "handoff",
        "client_url": page_of(promise, console_url),
        "links": [
            {"href": href, "text": text} for text, href in pages_beside(alone(notice), console_url)
        ],
        "payload": {
            "summary": shortened(summary(alert, notice.at), SUMMARY_LIMIT),
            "source": promise.owed_by,
            "severity": _SEVERITIES[severity(alert.promise, alert.condition)],
            "timestamp": iso(notice.at),
            "component": promise.agreement,
            "group": promise.subject,
            "class": name_of(alert.condition),
            "custom_details": as_json(notice, console_url),
        },
    }
