"""No log, span or stored problem has a receiver's secret, whatever goes wrong with it."""

import base64
from collections.abc import Sequence
from dataclasses import replace

import httpx
import pytest
import structlog

from services.alerts.destinations import Guard
from services.alerts.receiver import Channel, Result
from services.alerts.receivers import Surroundings, channel_of
from services.alerts.receivers_file import ReceiversFile
from tests.alerting import warned
from tests.component.alerts.harness import InMemoryAlerts
from tests.notices import CONSOLE

CANARY = "c4n4ry"
SECRETS = {
    "webhook": {"url_env": "TEST_URL", "keys_env": "TEST_KEY"},
    "pagerduty": {"routing_key_env": "TEST_ROUTING_KEY"},
    "slack": {"url_env": "TEST_URL"},
}
ADDRESSES = [
    f"https://hook.test/{CANARY}",
    f"http://hook.test/{CANARY}",
    f"https://{CANARY}:{CANARY}@hook.test/",
    f"https://hook.test:{CANARY}/",
    f"{CANARY} is no address",
]
"""Only the first can be spoken to."""


@pytest.mark.parametrize("kind", SECRETS)
@pytest.mark.parametrize(
    ("address", "status"),
    [(ADDRESSES[0], 400), (ADDRESSES[0], 503), *((address, None) for address in ADDRESSES)],
)
def test_no_secret_is_told_by_a_failure(
    kind: str,
    address: str,
    status: int | None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    key = base64.b64encode(CANARY.encode().ljust(32)).decode()
    monkeypatch.setenv("TEST_URL", address)
    monkeypatch.setenv("TEST_KEY", f"whsec_{key}")
    monkeypatch.setenv("TEST_ROUTING_KEY", CANARY)
    alerts = InMemoryAlerts(channel(kind, status))
    alerts.hear(warned())
    alerts.deliver()
    assert alerts.results[0][1] in (Result.FAILED, Result.REFUSED)
    said = capsys.readouterr()
    told = [said.out, said.err, *alerts.store.problems.values()]
    told += [span.to_json() for span in alerts.spans.get_finished_spans()]
    assert "post not delivered" in said.out + said.err
    assert not any(secret in text for text in told for secret in (CANARY, key))


def channel(kind: str, status: int | None) -> Channel:
    """Answers with the status, or is a real one where nobody can be found."""
    file = ReceiversFile.model_validate(
        {"receivers": [{"name": "there", "kind": kind, **SECRETS[kind]}]}
    )
    around = Surroundings(structlog.get_logger(), CONSOLE, Guard(resolve=nobody))
    if status is None:
        return channel_of(file.receivers[0], around)
    answer = httpx.Response(status, content=iter([b"no"]))
    client = httpx.Client(transport=httpx.MockTransport(lambda _request: answer))
    return channel_of(file.receivers[0], replace(around, client=lambda _guard: client))


def nobody(_host: str, _port: int) -> Sequence[str]:
    raise OSError("Name or service not known")
