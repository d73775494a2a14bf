"""Every fact of a post as JSON, signed where there are keys; the same post has the same id.

The body has one shape: `alerts` is a list, mostly of one, and what stands beside it is what they
have in common. The receiver acknowledges with any 2xx and can drop what it has seen: a post by its
`id`, which is the `webhook-id` too, and an alert by its `key` and `revision`.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from services.alerts.channels.posting import Request
from services.alerts.channels.signing import signed
from services.alerts.domain.alert import Notice
from services.alerts.domain.digest import text_of
from services.alerts.domain.pages import page_of, page_of_post
from services.alerts.domain.posts import Post
from services.alerts.domain.promise import next_action_owner
from services.alerts.domain.text import next_step, summary
from services.shared.clock import Instant, iso


def webhook_post(
    post: Post, now: Instant, url: str, keys: Sequence[bytes], console_url: str
) -> Request:
    content = json.dumps(as_body(post, console_url), ensure_ascii=False).encode()
    headers = signed(keys, post.id, now, content) if keys else {"webhook-id": post.id}
    return Request(url, content, {"Idempotency-Key": post.id, **headers})


def as_body(post: Post, console_url: str) -> dict[str, Any]:
    return {
        "id": post.id,
        "count": len(post.notices),
        "text": text_of(post),
        "url": page_of_post(post, console_url),
        **asdict(post.group),
        "alerts": [as_json(notice, console_url) for notice in post.notices],
    }


def as_json(notice: Notice, console_url: str) -> dict[str, Any]:
    """What a receiver gets of one: the alert's stable key, the text, and every fact behind it."""
    alert, promise = notice.alert, notice.alert.promise
    return {
        "id": notice.id,
        "key": alert.key,
        "revision": alert.revision,
        "reason": notice.reason,
        "state": alert.state,
        "condition": alert.condition,
        "resolution": alert.end.resolution if alert.end else None,
        "text": notice.text,
        "summary": summary(alert, notice.at),
        "next_step": next_step(alert),
        "next_action_owner": "" if alert.end else next_action_owner(promise, alert.condition),
        "because": promise.because,
        "url": page_of(promise, console_url),
        "promise_id": promise.promise_id,
        "agreement": promise.agreement,
        "owed_by": promise.owed_by,
        "owed_to": promise.owed_to,
        "subject": promise.subject,
        "order": promise.order,
        "customer": promise.customer,
        "case": promise.case,
        "due_by": None if promise.finding else iso(promise.due_by),
        "finding": promise.finding,
        "found_at": iso(promise.due_by) if promise.finding else None,
        "detail": promise.detail,
        "at_stake": asdict(promise.at_stake) if promise.at_stake else None,
        "decides": list(promise.decides),
        "runbook": promise.runbook,
        "waiting_on": promise.waiting_on,
        "slack_s": promise.slack_s,
        "serves": promise.serves,
        "customer_visible_by": _iso_or_none(promise.customer_visible_by),
        "opened_at": iso(alert.opened_at),
        "notified_at": iso(notice.at),
        "resolved_at": iso(alert.end.at) if alert.end else None,
        "trace_id": promise.trace_id,
        "ladder": alert.ladder,
        "rungs": alert.rungs,
        "told": list(alert.told),
        "next_rung_at": _iso_or_none(alert.next_rung_at),
    }


def _iso_or_none(moment: Instant | None) -> str | None:
    return None if moment is None else iso(moment)
