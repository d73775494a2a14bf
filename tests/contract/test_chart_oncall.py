"""The chart as far as whoever is on call is concerned: files, secrets, replies.

No cluster is asked: whether pods start in one is not seen here.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import helm_python
import pytest

from services.alerts.files import FILE_BYTES_LIMIT
from services.alerts.settings import AlertsSettings
from tests.charting import (
    ONCALL,
    component,
    container,
    environment,
    mounted,
    of,
    pod,
    render,
    services,
)
from tests.variables import settings_with

FILES: dict[str, Any] = {
    "oncall": {**ONCALL, "secret": {"name": "oncall"}},
    "services": {"alerts": {"replies": 8306}},
}


def test_alerts_start_with_the_receivers_ladders_and_schedules_of_the_values(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    release = render(FILES)
    alerts = of("alerts", release)
    volumes = {volume["name"]: volume for volume in pod(alerts)["volumes"]}
    assert volumes["oncall-secrets"]["secret"] == {"secretName": "oncall"}
    files = release.one("ConfigMap", volumes["oncall"]["configMap"]["name"])["data"]
    laid(files, mounted(alerts)["oncall-secrets"], tmp_path)
    told = {
        name: value.replace(mounted(alerts)["oncall"], str(tmp_path))
        for name, value in environment(alerts).items()
    }
    settings = settings_with(monkeypatch, "alerts", told)
    assert isinstance(settings, AlertsSettings)
    monkeypatch.setenv("SLACK_WEBHOOK_URL", "https://slack.example/x")
    settings.checked()
    assert settings.receivers.callers == {"pager"}
    assert settings.schedules.keys() == {"operations", "finance"}


def laid(files: Mapping[str, str], secrets: str, folder: Path) -> None:
    """The files as they would be mounted, and a secret wherever they name one."""
    for file, text in files.items():
        (folder / file).write_text(text.replace(secrets, str(folder)))
        for name in re.findall(rf"{secrets}/(\w+)", text):
            (folder / name).write_text("c4n4ry-5f2b8a1e9d7c3460")


def test_only_alerts_read_those_files_and_secrets() -> None:
    for workload in services(render(FILES)):
        there = {"oncall", "oncall-secrets"} & mounted(workload).keys()
        assert bool(there) == (component(workload) == "alerts")


def test_without_files_for_on_call_nothing_is_mounted_and_nobody_replies() -> None:
    release = render({})
    alerts = of("alerts", release)
    assert mounted(alerts).keys() == {"tmp"}
    assert not [name for name in environment(alerts) if name.endswith(("RECEIVERS", "SCHEDULES"))]
    assert "handoff-alerts-replies" not in [
        each["metadata"]["name"] for each in release.of("Service")
    ]
    assert "/replies/" not in release.notes


def test_receivers_alone_need_neither_ladders_nor_a_secret() -> None:
    receivers = "receivers: [{name: log, kind: log}]"
    release = render({"oncall": {"receivers": receivers}})
    assert release.one("ConfigMap", "handoff-oncall")["data"] == {"receivers.yaml": receivers}
    told = environment(of("alerts", release))
    assert told["HANDOFF_ALERTS__RECEIVERS"] == "/etc/handoff/oncall/receivers.yaml"
    assert "HANDOFF_ALERTS__ESCALATION" not in told
    assert "oncall-secrets" not in mounted(of("alerts", release))


def test_replies_come_to_a_service_that_has_nothing_else() -> None:
    release = render(FILES)
    service = release.one("Service", "handoff-alerts-replies")
    (port,) = service["spec"]["ports"]
    assert (port["port"], port["targetPort"]) == (8306, "replies")
    assert service["spec"].get("type", "ClusterIP") == "ClusterIP"
    assert {"name": "replies", "containerPort": 8306} in container(of("alerts", release))["ports"]
    assert release.of("Ingress") == []
    assert "handoff-alerts-replies, port 8306" in release.notes


@pytest.mark.parametrize(
    ("file", "restarted"), [("receivers", True), ("escalation", True), ("schedules", False)]
)
def test_changed_schedules_hold_without_a_restart_and_the_other_files_with_one(
    file: str, restarted: bool
) -> None:
    changed = {**FILES, "oncall": {**FILES["oncall"], file: "# otherwise"}}
    before, after = (of("alerts", render(values)) for values in (FILES, changed))
    assert (before["spec"]["template"] != after["spec"]["template"]) == restarted


def test_one_service_may_sign_in_to_mongo_as_somebody_else() -> None:
    login = {"name": "alerts-login", "key": "uri"}
    release = render({"services": {"alerts": {"mongoSecret": login}}})
    for workload in services(release):
        (uri,) = (each for each in container(workload)["env"] if "MONGO__URI" in each["name"])
        own = uri.get("valueFrom") == {"secretKeyRef": login}
        assert own == (component(workload) == "alerts")


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"oncall": {"ladders": "x"}}, "/oncall"),
        ({"oncall": {"receivers": ONCALL["receivers"]}}, "set `oncall.secret.name`"),
        ({"services": {"alerts": {"replies": 0}}}, "/services/alerts/replies"),
        ({"services": {"alerts": {"mongoSecret": {"name": "x"}}}}, "/services/alerts/mongoSecret"),
    ],
)
def test_values_for_on_call_that_cannot_be_are_refused_by_name(
    values: dict[str, Any], says: str
) -> None:
    with pytest.raises(helm_python.HelmError, match=says):
        render(values)


@pytest.mark.parametrize("more", [0, 1])
def test_a_file_may_be_as_large_as_alerts_read_it(more: int) -> None:
    receivers = "#" * (FILE_BYTES_LIMIT + more)
    if not more:
        assert render({"oncall": {"receivers": receivers}}).of("ConfigMap")
        return
    with pytest.raises(helm_python.HelmError, match="/oncall/receivers"):
        render({"oncall": {"receivers": receivers}})
