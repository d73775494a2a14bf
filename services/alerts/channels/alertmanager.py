"""Alerts for Alertmanager's API v2, which tells them apart by their labels and nothing else.

An alert that changes its condition changes its labels: those it had before are resolved beside it.
"""

import json
from collections.abc import Mapping
from typing import Any

from services.alerts.channels.posting import Request
from services.alerts.domain.alert import Notice, Reason
from services.alerts.domain.labels import annotations, labels
from services.alerts.domain.pages import page_of
from services.alerts.domain.posts import Post
from services.alerts.domain.promise import FINDINGS, Condition
from services.shared.clock import SECOND, Instant, iso

PATH = "/api/v2/alerts"
TOLD_EVERY = 300 * SECOND
"""Alertmanager forgets all alerts when it restarts; so late it has those that stand again."""
FIRES_FOR = 4 * TOLD_EVERY
"""What is not told again for so long is over for Alertmanager, as with Prometheus's alerts."""
_OF_PROMISES = tuple(each for each in Condition if each not in FINDINGS)


def alertmanager_post(post: Post, now: Instant, url: str, console_url: str) -> Request:
    alerts = [each for notice in post.notices for each in as_alerts(notice, now, console_url)]
    content = json.dumps(alerts, ensure_ascii=False).encode()
    return Request(url.rstrip("/") + PATH, content)


def as_alerts(notice: Notice, now: Instant, console_url: str) -> list[Mapping[str, Any]]:
    """The alert as it is, and as it may have been before, which is over."""
    alert = notice.alert
    ends = min(alert.end.at, now) if alert.end else now + FIRES_FOR
    told = [_alert(notice, alert.condition, ends, console_url)]
    if notice.reason is Reason.FIRST_NOTICE or alert.condition in FINDINGS:
        return told
    others = [each for each in _OF_PROMISES if each is not alert.condition]
    return told + [_alert(notice, each, min(notice.at, now), console_url) for each in others]


def _alert(
    notice: Notice, condition: Condition, ends: Instant, console_url: str
) -> Mapping[str, Any]:
    return {
        "labels": labels(notice.alert, condition),
        "annotations": annotations(notice, console_url),
        "startsAt": iso(min(notice.alert.opened_at, ends)),
        "endsAt": iso(ends),
        "generatorURL": page_of(notice.alert.promise, console_url),
    }
