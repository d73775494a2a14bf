"""What every kind of channel does with what a receiver answers, over real connections."""

import json
import os
import ssl
import sys
from collections.abc import Iterator
from functools import partial

import pytest
import structlog

from services.alerts.app import channels_of
from services.alerts.channels.signing import keys_of, signed
from services.alerts.destinations import Guard, guarded_client
from services.alerts.domain.posts import alone
from services.alerts.errors import DeliveryError
from services.alerts.receiver import Channel
from services.alerts.receivers import Surroundings, channel_of
from services.alerts.receivers_file import ReceiversFile
from services.alerts.settings import AlertsSettings
from services.shared import telemetry
from services.shared.clock import SECOND
from services.shared.errors import SettingsError
from services.shared.settings import load
from tests.alerting import MovedClock, key
from tests.e2e.webhook import Hook
from tests.mailbox import CERTIFICATE
from tests.notices import CONSOLE, NOW, trigger
from tests.site import Site

KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class TlsSite(Site):
    """By a name that only the guard of these tests can resolve."""

    def __init__(self) -> None:
        super().__init__(CERTIFICATE)
        self.place = f"hook.test:{self.port}"
        self.url = f"https://{self.place}"


@pytest.fixture
def site() -> Iterator[TlsSite]:
    site = TlsSite()
    yield site
    site.close()


OPTIONS = {
    "webhook": {"url": "{url}/hook", "keys_env": "TEST_KEYS"},
    "alertmanager": {"url": "{url}"},
    "pagerduty": {"url": "{url}/v2/enqueue", "routing_key_env": "TEST_KEYS"},
    "slack": {"url_env": "TEST_URL"},
}
PATHS = {
    "webhook": "/hook",
    "alertmanager": "/api/v2/alerts",
    "pagerduty": "/v2/enqueue",
    "slack": "/services/T/B/x",
}


def opened(kind: str, site: TlsSite, guard: Guard) -> Channel:
    os.environ["TEST_URL"] = f"{site.url}/services/T/B/x"
    os.environ["TEST_KEYS"] = KEY
    options = {name: value.format(url=site.url) for name, value in OPTIONS[kind].items()}
    file = ReceiversFile.model_validate({"receivers": [{"name": "there", "kind": kind, **options}]})
    trusted = ssl.create_default_context(cafile=CERTIFICATE)
    around = Surroundings(
        structlog.get_logger(),
        CONSOLE,
        guard,
        MovedClock(NOW),
        partial(guarded_client, context=trusted),
    )
    return channel_of(file.receivers[0], around)


@pytest.fixture(params=list(OPTIONS))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def channel(kind: str, site: TlsSite, monkeypatch: pytest.MonkeyPatch) -> Channel:
    for name in ("TEST_URL", "TEST_KEYS"):
        monkeypatch.setenv(name, "")
    return opened(kind, site, Guard({site.place}, lambda _host, _port: ["127.0.0.1"]))


def failure(channel: Channel) -> DeliveryError:
    with pytest.raises(DeliveryError) as failed:
        channel.send(alone(trigger()))
    return failed.value


def test_what_is_taken_is_told_in_the_receivers_words(
    channel: Channel, kind: str, site: TlsSite
) -> None:
    site.status, site.text = 202, '{"status":"success"}\r\n'
    assert channel.send(alone(trigger())) == 'hook.test answered 202: {"status":"success"}'
    ((path, headers, body),) = site.got
    assert (path, headers["Host"]) == (PATHS[kind], site.place)
    assert headers["Content-Type"] == "application/json"
    assert json.loads(body)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413, 422])
def test_a_rejection_is_for_good(channel: Channel, site: TlsSite, status: int) -> None:
    site.status = status
    assert failure(channel).permanent


@pytest.mark.parametrize("status", [302, 408, 425, 429, 500, 502, 503, 504])
def test_other_failures_may_pass(channel: Channel, site: TlsSite, status: int) -> None:
    site.status, site.headers = status, {"Location": "https://hook.test/", "Retry-After": "7"}
    failed = failure(channel)
    assert (failed.permanent, failed.retry_after) == (False, 7 * SECOND)
    assert len(site.got) == 1


def test_an_answer_is_not_unpacked(channel: Channel, site: TlsSite) -> None:
    """What is short when it is packed may be without end."""
    site.headers, site.text = {"Content-Encoding": "gzip"}, "not gzip at all"
    assert channel.send(alone(trigger())) == "hook.test answered 200: not gzip at all"


def test_no_address_and_no_key_is_ever_told(channel: Channel, site: TlsSite) -> None:
    site.status, site.text = 400, "\x1b[31mred\n" + "x" * 10_000
    said = str(failure(channel))
    assert said.startswith("hook.test answered 400: [31mred xxx")
    assert len(said) < 300
    site.close()
    for text in (said, str(failure(channel)), repr(channel)):
        assert not any(secret in text for secret in (KEY, "/services", "/hook", "/v2"))


def test_a_private_address_is_not_spoken_to_by_any_kind(
    kind: str, site: TlsSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TEST_URL", "TEST_KEYS"):
        monkeypatch.setenv(name, "")
    channel = opened(kind, site, Guard(resolve=lambda _host, _port: ["127.0.0.1"]))
    failed = failure(channel)
    assert failed.permanent
    assert "not a public address" in str(failed)
    assert site.got == []


def test_what_comes_of_a_webhook_can_be_verified(
    site: TlsSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TEST_URL", "TEST_KEYS"):
        monkeypatch.setenv(name, "")
    guard = Guard({site.place}, lambda _host, _port: ["127.0.0.1"])
    opened("webhook", site, guard).send(alone(trigger()))
    ((_, headers, body),) = site.got
    expected = signed(keys_of(KEY), f"{key()}:1:first_notice", NOW, body)
    assert {name: headers[name] for name in expected} == expected


def test_the_one_webhook_of_the_environment_may_be_on_the_loopback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hook = Hook()
    monkeypatch.setenv("HANDOFF_ALERTS__WEBHOOK_URL", hook.url)
    settings = load(AlertsSettings)
    channels = channels_of(settings, telemetry.start("alerts", settings))
    try:
        assert [channel.name for channel in channels] == ["log", "webhook"]
        assert channels[1].send(alone(trigger())) == "127.0.0.1 answered 204"
    finally:
        hook.close()
    assert hook.alerts() == [(key(), "first_notice")]


def test_apprise_is_named_where_it_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    options = ReceiversFile.model_validate(
        {"receivers": [{"name": "any", "kind": "apprise", "url_env": "TEST_URL"}]}
    ).receivers[0]
    with pytest.raises(SettingsError, match=r"handoff\[apprise\]"):
        channel_of(options, Surroundings(structlog.get_logger(), CONSOLE, Guard()))
