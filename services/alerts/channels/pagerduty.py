"""Events for PagerDuty's Events API v2: triggered, acknowledged and resolved by the alert's key.

While an incident is acknowledged PagerDuty calls nobody, whatever else is triggered under its key.
So what is open again after it was called off is resolved and triggered: a new incident.

One alert a post, and the receiver's rate keeps to what PagerDuty takes a minute: an event has one
`dedup_key`, and what was triggered under a key for many could not be resolved one by one. PagerDuty
groups by itself what has the same `component`, `class` and `source`: that is our group.
"""

import json
from dataclasses import replace
from typing import Any

from services.alerts.channels.posting import Request
from services.alerts.channels.webhook import as_json
from services.alerts.domain.alert import Notice, Reason, State
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
    State.CLOSED: "acknowledge",
    State.RESOLVED: "resolve",
}
_SEVERITIES = {Severity.PAGE: "critical", Severity.TICKET: "warning", Severity.INFO: "info"}


def pagerduty_post(post: Post, url: str, routing_key: str, console_url: str) -> Request:
    notice = post.first
    event = _request(url, routing_key, as_event(notice, console_url))
    if notice.reason is not Reason.OPEN_AGAIN:
        return event
    return replace(event, before=_request(url, routing_key, _event("resolve", notice)))


def _request(url: str, routing_key: str, event: dict[str, Any]) -> Request:
    content = {"routing_key": routing_key, **event}
    return Request(url, json.dumps(content, ensure_ascii=False).encode())


def as_event(notice: Notice, console_url: str) -> dict[str, Any]:
    """All but the routing key, which is a secret; the payload is for triggers."""
    alert, promise = notice.alert, notice.alert.promise
    event = _event(_ACTIONS[alert.state], notice)
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


def _event(action: str, notice: Notice) -> dict[str, Any]:
    return {"event_action": action, "dedup_key": notice.alert.key[:DEDUP_KEY_LIMIT]}
