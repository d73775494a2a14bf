"""Where services are: one host or one port may be named, and the rest stays as it is."""

import pytest

from services.shared.errors import SettingsError
from services.shared.settings import Endpoint, Endpoints, Settings, load


def test_a_port_that_is_moved_moves_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDOFF_ENDPOINTS__TRACKER__GRPC", "7999")
    monkeypatch.setenv("HANDOFF_ENDPOINTS__SALES__HOST", "sales")
    usual = Endpoints()
    assert load(Settings).endpoints == usual.model_copy(
        update={
            "tracker": Endpoint(grpc=7999, http=usual.tracker.http),
            "sales": Endpoint(host="sales", grpc=usual.sales.grpc, http=usual.sales.http),
        }
    )


def test_a_port_that_cannot_be_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDOFF_ENDPOINTS__TRACKER__GRPC", "79990")
    with pytest.raises(SettingsError, match=r"HANDOFF_ENDPOINTS__TRACKER__GRPC: .*65535"):
        load(Settings)
