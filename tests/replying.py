"""Replies as PagerDuty and Slack send and sign them."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from urllib.parse import urlencode

from services.alerts.channels.slack import TAKE_UP
from services.shared.clock import SECOND, Instant, iso
from tests.alerting import key
from tests.notices import NOW

SECRET = "c4n4ry-5f2b8a1e9d7c3460"
OTHER = "an0ther-5f2b8a1e9d7c3460"
PERSON = {"id": "PLH1HKV", "type": "user_reference", "summary": "Tenex Engineer"}

Headers = Mapping[str, str]


def pagerduty_event(
    event_type: str = "incident.acknowledged", *, at: Instant = NOW, **others: object
) -> bytes:
    """By a person, of the alert of order 4711."""
    event = {
        "id": "01BRB6ZP4M6T8ZG4X6BP63ZB9O",
        "event_type": event_type,
        "resource_type": "incident",
        "occurred_at": iso(at),
        "agent": PERSON,
        "client": {"name": "PagerDuty"},
        "data": {"id": "PGR0VU2", "type": "incident", "incident_key": key()},
    } | others
    return json.dumps({"event": event}).encode()


def by_pagerduty(body: bytes, *secrets: str) -> Headers:
    signatures = [f"v1={_hex(secret, body)}" for secret in secrets or (SECRET,)]
    return {"x-pagerduty-signature": ",".join(signatures)}


def slack_press(**others: object) -> bytes:
    """Somebody pressed the button of the alert of order 4711."""
    payload = {
        "type": "block_actions",
        "trigger_id": "13345224609.738474920.8088930838d88f008e0",
        "user": {"id": "U061F7AUR", "username": "ann", "name": "Ann", "team_id": "T0"},
        "actions": [{"type": "button", "action_id": TAKE_UP, "value": key()}],
        "response_url": "https://hooks.slack.test/actions/T0/1/x",
    } | others
    return urlencode({"payload": json.dumps(payload)}).encode()


def by_slack(body: bytes, secret: str = SECRET, at: Instant = NOW) -> Headers:
    seconds = str(at // SECOND)
    return {
        "x-slack-request-timestamp": seconds,
        "x-slack-signature": f"v0={_hex(secret, b'v0:' + seconds.encode() + b':' + body)}",
    }


def _hex(secret: str, content: bytes) -> str:
    return hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()
