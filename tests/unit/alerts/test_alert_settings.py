"""A bad setting stops the start with its name; a good one is understood."""

import pytest

from services.alerts.settings import AlertsSettings
from services.shared.errors import SettingsError
from services.shared.settings import load


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HANDOFF_ALERTS__WEBHOOK_URL", "no address"),
        ("HANDOFF_ALERTS__WEBHOOK_URL", "ftp://files.example"),
        ("HANDOFF_ALERTS__CONSOLE_URL", "console"),
        ("HANDOFF_ALERTS__INSTANCE", "two words"),
        ("HANDOFF_ALERTS__INSTANCE", ""),
    ],
)
def test_a_bad_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name):
        load(AlertsSettings)


def test_the_console_is_where_its_endpoint_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDOFF_ENDPOINTS__CONSOLE__HTTP", "8080")
    assert load(AlertsSettings).console_url == "http://127.0.0.1:8080"


def test_the_console_may_have_another_address_for_receivers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HANDOFF_ALERTS__CONSOLE_URL", "https://handoff.example/")
    assert load(AlertsSettings).console_url == "https://handoff.example"
