"""Debian's Alertmanager takes our alerts, groups them and lets them go when they are over."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.alerts.domain.promise import Resolution
from services.local.ports import Ports
from services.shared.settings import Settings
from tests.alerting import a_promise, breached, ended
from tests.alertmanagers import PROGRAM, WHY_NOT, Alertmanager, an_alertmanager
from tests.component.alerts.harness import verdict
from tests.e2e.alerts_process import AlertsProcess
from tests.e2e.webhook import Hook
from tests.polling import until

OURS = """
allow: ["127.0.0.1:{port}"]
receivers:
  - name: alertmanager
    kind: alertmanager
    url: http://127.0.0.1:{port}
"""

pytestmark = pytest.mark.skipif(PROGRAM is None, reason=WHY_NOT)


@pytest.fixture
def port() -> int:
    ports = Ports(prefer_usual=False)
    port = ports.take(9093)
    ports.release()
    return port


@pytest.fixture
def alertmanager(tmp_path: Path, port: int, hook: Hook) -> Iterator[Alertmanager]:
    with an_alertmanager(tmp_path, port, hook.url) as running:
        yield running


@pytest.fixture
def alerts(fresh_topics: Settings, tmp_path: Path, port: int) -> Iterator[AlertsProcess]:
    """The alerts service, which tells nobody but Alertmanager."""
    (tmp_path / "receivers.yaml").write_text(OURS.format(port=port))
    service = AlertsProcess(
        fresh_topics,
        {
            "HANDOFF_ALERTS__RECEIVERS": str(tmp_path / "receivers.yaml"),
            "HANDOFF_HOME": str(tmp_path),
        },
    )
    yield service
    service.stop()


def test_alertmanager_takes_our_alerts_groups_them_and_resolves_them(
    alertmanager: Alertmanager, alerts: AlertsProcess, hook: Hook, publish: Callable[..., None]
) -> None:
    of_operations = [a_promise(str(order)) for order in range(3)]
    of_finance = a_promise("9", agreement="approve-payment", owed_by="finance")
    alerts.start()
    publish(*(verdict(breached(1, promise)) for promise in (*of_operations, of_finance)))
    until(lambda: _sizes(alertmanager) == {"approve-payment": 1, "ship-paid-order": 3}, "grouped")
    until(lambda: _told(hook, "firing")["ship-paid-order"] == 3, "the group is told as one")

    publish(*(verdict(ended(Resolution.KEPT_LATE, 2, promise)) for promise in of_operations))
    until(lambda: _sizes(alertmanager) == {"approve-payment": 1}, "what is over is resolved")
    until(lambda: _told(hook, "resolved")["ship-paid-order"] == 3, "each end is told")
    assert _told(hook, "resolved")["approve-payment"] == 0


def _sizes(alertmanager: Alertmanager) -> dict[str, int]:
    return {group["labels"]["agreement"]: len(group["alerts"]) for group in alertmanager.groups()}


def _told(hook: Hook, status: str) -> Counter[str]:
    """Of each agreement's group how many alerts were told so by now."""
    told = {
        (post["groupLabels"]["agreement"], alert["labels"]["alert"])
        for _, post in hook.posts
        for alert in post["alerts"]
        if alert["status"] == status
    }
    return Counter(agreement for agreement, _ in told)
