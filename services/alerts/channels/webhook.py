"""POSTs notices as JSON to one address; the same notice always has the same key in its headers.

The receiver acknowledges with any 2xx and can drop what it has seen. Its address may be a secret:
only the host is ever told.
"""

from dataclasses import asdict
from http import HTTPStatus
from typing import Any

import httpx

from services.alerts.domain.alert import Notice
from services.alerts.domain.pages import page_of
from services.alerts.domain.promise import next_action_owner
from services.alerts.domain.text import next_step, summary
from services.alerts.errors import DeliveryError
from services.shared.clock import Instant, iso
from services.shared.telemetry import trace_headers

TIMEOUT_S = 5.0
ANSWER_LIMIT = 200
_PASSING = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)


class WebhookChannel:
    """Sends one notice a call; raises DeliveryError, permanent where the receiver rejects it."""

    name = "webhook"

    def __init__(self, url: str, console_url: str, client: httpx.Client | None = None) -> None:
        self._url = httpx.URL(url)
        self._console_url = console_url
        self._client = client or httpx.Client(timeout=TIMEOUT_S)

    def send(self, notice: Notice) -> None:
        trace = {name: value.decode() for name, value in trace_headers()}
        headers = {"webhook-id": notice.id, "Idempotency-Key": notice.id, **trace}
        content = as_json(notice, self._console_url)
        try:
            with self._client.stream("POST", self._url, json=content, headers=headers) as answer:
                self._check(answer)
        except httpx.HTTPError as error:
            raise DeliveryError(
                f"{self._url.host} does not answer: {type(error).__name__} {error}", permanent=False
            ) from error

    def _check(self, answer: httpx.Response) -> None:
        """Of a refusal the beginning is read, and of a success nothing: a stranger wrote it."""
        if answer.is_success:
            return
        said = next(answer.iter_bytes(ANSWER_LIMIT), b"").decode(errors="replace").strip()
        raise DeliveryError(
            f"{self._url.host} answered {answer.status_code}: {said}",
            permanent=answer.is_client_error and answer.status_code not in _PASSING,
        )


def as_json(notice: Notice, console_url: str) -> dict[str, Any]:
    """What a receiver gets: the alert's stable key, the text, and every fact behind it."""
    alert, promise = notice.alert, notice.alert.promise
    return {
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
