"""The compose file for whoever is on call gives alerts what the files beside it name.

No engine is started, as in `test_deploy`.
"""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.alerts.settings import AlertsSettings
from tests.variables import settings_with

DEPLOY = Path(__file__).parents[2] / "deploy"
FOLDER = "${HANDOFF_ONCALL:-./oncall}"
RECEIVERS = (DEPLOY / "oncall" / "receivers.yaml").read_text()


def added() -> dict[str, Any]:
    """All that the file says."""
    loaded: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.oncall.yaml").read_text())
    return loaded


def alerts() -> dict[str, Any]:
    described: dict[str, Any] = added()["services"]["alerts"]
    return described


def beneath() -> dict[str, Any]:
    """The service as it is without the file."""
    loaded: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    described: dict[str, Any] = loaded["services"]["alerts"]
    return described


def test_it_only_adds_to_alerts() -> None:
    assert added().keys() == {"services", "secrets"}
    assert added()["services"].keys() == {"alerts"}
    assert alerts().keys() == {"environment", "volumes", "ports", "secrets"}
    assert not alerts()["environment"].keys() & beneath()["environment"].keys()
    assert not set(alerts()["ports"]) & set(beneath()["ports"])


def test_alerts_start_with_the_folder_that_is_mounted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (mounted,) = alerts()["volumes"]
    place = mounted.removeprefix(FOLDER).removeprefix(":").removesuffix(":ro")
    assert mounted == f"{FOLDER}:{place}:ro"
    for file in (DEPLOY / "oncall").glob("*.yaml"):
        (tmp_path / file.name).write_text(file.read_text().replace("/run/secrets", str(tmp_path)))
    for secret in alerts()["secrets"]:
        (tmp_path / secret).write_text("c4n4ry-5f2b8a1e9d7c3460")
    told = {**beneath()["environment"], **alerts()["environment"]}
    told = {name: str(value).replace(place, str(tmp_path)) for name, value in told.items()}
    settings = settings_with(monkeypatch, "alerts", told)
    assert isinstance(settings, AlertsSettings)
    settings.checked()
    assert settings.receivers.callers == {"pager"}
    assert settings.schedules


def test_every_secret_that_a_receiver_names_is_one_of_the_container_and_no_other() -> None:
    named = set(re.findall(r"_file: /run/secrets/(\w+)", RECEIVERS))
    assert set(alerts()["secrets"]) == added()["secrets"].keys() == named
    for secret, source in added()["secrets"].items():
        assert source == {"file": f"{FOLDER}/secrets/{secret}"}
    for variable in re.findall(r"_env: (\w+)", RECEIVERS):
        assert alerts()["environment"][variable].startswith(f"${{{variable}:?")


def test_no_secret_that_is_laid_there_is_committed() -> None:
    assert "deploy/oncall/secrets/" in (DEPLOY.parent / ".gitignore").read_text().splitlines()


def test_the_port_for_replies_is_published_on_this_machine_only() -> None:
    port = AlertsSettings().alerts.replies_port
    assert alerts()["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert beneath()["environment"]["HANDOFF_LISTEN"] == "0.0.0.0"
