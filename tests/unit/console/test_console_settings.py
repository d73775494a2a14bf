"""Without a login the console is for this machine only."""

import pytest

from services.console.settings import ConsoleSettings, is_loopback
from services.shared.errors import SettingsError
from services.shared.settings import load


@pytest.mark.parametrize("listen", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost"])
def test_loopback_needs_no_login(monkeypatch: pytest.MonkeyPatch, listen: str) -> None:
    monkeypatch.setenv("HANDOFF_LISTEN", listen)
    assert load(ConsoleSettings).login == "none"


@pytest.mark.parametrize("listen", ["0.0.0.0", "::", "10.0.0.7", "console.example", ""])
def test_a_network_without_a_login_stops_the_start_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, listen: str
) -> None:
    monkeypatch.setenv("HANDOFF_LISTEN", listen)
    with pytest.raises(SettingsError, match=r"HANDOFF_LOGIN is 'none'.*HANDOFF_LISTEN=127\.0\.0"):
        load(ConsoleSettings)


def test_a_name_may_point_anywhere() -> None:
    assert not is_loopback("localhost.example")


def test_another_login_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDOFF_LOGIN", "magic")
    with pytest.raises(SettingsError, match="HANDOFF_LOGIN"):
        load(ConsoleSettings)
