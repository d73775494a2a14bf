"""The alerts service as a process hears from PagerDuty that somebody has an alert in hand."""

import json
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest

from services.local.ports import Ports
from services.shared.clock import WallClock
from services.shared.settings import Settings
from tests.alerting import breached, key
from tests.component.alerts.harness import verdict
from tests.e2e.alerts_process import AlertsProcess
from tests.e2e.webhook import Hook
from tests.polling import until
from tests.replying import OTHER, SECRET, by_pagerduty, pagerduty_event

PAGER = """
allow: ["127.0.0.1:{port}"]
receivers:
  - name: pager
    kind: pagerduty
    url: {url}
    routing_key_file: {secret}
    signing_secret_file: {secret}
"""


@pytest.fixture
def port() -> int:
    ports = Ports(prefer_usual=False)
    port = ports.take(7306)
    ports.release()
    return port


@pytest.fixture
def service(
    fresh_topics: Settings, hook: Hook, tmp_path: Path, port: int
) -> Iterator[AlertsProcess]:
    secret, receivers = tmp_path / "secret", tmp_path / "receivers.yaml"
    secret.write_text(SECRET)
    there = httpx.URL(hook.url)
    receivers.write_text(PAGER.format(port=there.port, url=hook.url, secret=secret))
    service = AlertsProcess(
        fresh_topics,
        {
            "HANDOFF_HOME": str(tmp_path),
            "HANDOFF_ALERTS__RECEIVERS": str(receivers),
            "HANDOFF_ALERTS__REPLIES_PORT": str(port),
        },
    )
    yield service
    service.stop()


def test_who_acknowledges_in_pagerduty_has_the_alert_in_hand_and_is_in_the_audit(
    service: AlertsProcess, hook: Hook, publish: Callable[..., None], port: int
) -> None:
    service.start()
    service.wait_until_ready()
    publish(verdict(breached()))
    until(lambda: hook.posts, "the pager is told")
    assert hook.posts[0][1]["dedup_key"] == key()

    url, body = f"http://127.0.0.1:{port}/replies/pager", pagerduty_event(at=WallClock().now())
    for secret, status in ((OTHER, HTTPStatus.UNAUTHORIZED), (SECRET, HTTPStatus.OK)):
        answer = httpx.post(url, content=body, headers=by_pagerduty(body, secret))
        assert answer.status_code == status
    assert httpx.post(url, content=body, headers=by_pagerduty(body)).status_code == HTTPStatus.OK

    (entry,) = json.loads(service.command("audit", "list", "--json"))
    act = entry["act"]
    assert (act["actor"], act["about"]) == ("pagerduty:Tenex Engineer", key())
    assert act["after"]["state"] == "acknowledged"
    assert service.stop() == 0
