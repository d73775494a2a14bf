"""A real Alertmanager that was started with nothing has what stands, once it is told again."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from services.alerts.channels.alertmanager import TOLD_EVERY, alertmanager_post
from services.alerts.channels.posting import PostingChannel
from services.alerts.resending import Resending
from services.local.ports import Ports
from services.shared.clock import SECOND, WallClock
from tests.alerting import a_promise, breached, ended
from tests.alertmanagers import PROGRAM, WHY_NOT, Alertmanager, an_alertmanager
from tests.component.alerts.harness import InMemoryAlerts
from tests.notices import CONSOLE
from tests.polling import until

NOBODY = "http://127.0.0.1:9/"

pytestmark = pytest.mark.skipif(PROGRAM is None, reason=WHY_NOT)


def standing(there: Alertmanager) -> list[str]:
    return sorted(alert["labels"]["order"] for each in there.groups() for alert in each["alerts"])


@pytest.fixture
def port() -> int:
    ports = Ports(prefer_usual=False)
    port = ports.take(9093)
    ports.release()
    return port


@pytest.fixture
def alerts(port: int) -> Iterator[InMemoryAlerts]:
    """By the wall's time, and over real connections."""
    url = f"http://127.0.0.1:{port}"
    with httpx.Client() as client:
        channel = PostingChannel(
            "am", lambda post, now: alertmanager_post(post, now, url, CONSOLE), client, WallClock()
        )
        alerts = InMemoryAlerts(channel)
        for clock in (alerts.clock, alerts.wall):
            clock.set(WallClock().now())
        yield alerts


def test_an_alertmanager_that_was_started_with_nothing_has_again_what_stands(
    alerts: InMemoryAlerts, port: int, tmp_path: Path
) -> None:
    over, stands = a_promise("9"), a_promise()
    alerts.hear(*(breached(promise=promise) for promise in (over, stands)), ended(promise=over))
    with an_alertmanager(tmp_path / "first", port, NOBODY) as there:
        alerts.deliver()
        until(lambda: standing(there) == ["4711"], "what stands is there")
    with an_alertmanager(tmp_path / "second", port, NOBODY) as there:
        rounds = Resending(alerts.receivers[0], (), TOLD_EVERY, alerts.store, alerts.clock)
        assert standing(there) == []
        rounds.look()
        until(lambda: standing(there) == ["4711"], "what stands is there again")
        alerts.hear(ended(promise=stands))
        alerts.deliver_all()
        until(lambda: standing(there) == [], "what is over is over")
        alerts.wall.move(seconds=TOLD_EVERY / SECOND)
        rounds.look()
        assert standing(there) == []
