"""A bad setting stops the start with its name; a good one is understood."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import structlog

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


ONCALL = {
    "RECEIVERS": "receivers: [{name: ann, kind: log}, {name: log, kind: log}]",
    "ESCALATION": "ladders: {one: {rungs: [{tell: [log, 'schedule:days']}]}}\notherwise: one\n",
    "SCHEDULES": """\
schedules:
  - schedule: days
    zone: UTC
    rotations:
      - {rotation: r, people: [ann], shift: 1 day, hand_over: '09:00', starts: 2026-11-02}
""",
}


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Mapping[str, Path]:
    """The three files on call, each named by its variable."""
    paths = {name: tmp_path / f"{name.lower()}.yaml" for name in ONCALL}
    for name, path in paths.items():
        path.write_text(ONCALL[name])
        monkeypatch.setenv(f"HANDOFF_ALERTS__{name}", str(path))
    return paths


def test_files_that_fit_together_are_taken(files: Mapping[str, Path]) -> None:
    known = load(AlertsSettings).checked()
    assert known.escalation.schedules_called == {"days"}
    assert known.live_schedules(structlog.get_logger()).now().keys() == {"days"}


def test_who_may_be_called_and_has_no_receiver_stops_the_start(
    files: Mapping[str, Path],
) -> None:
    files["RECEIVERS"].write_text("receivers: [{name: log, kind: log}]")
    with pytest.raises(SettingsError, match=r"schedules\.yaml:5: .*calls 'ann', who has no receiv"):
        load(AlertsSettings).checked()


def test_a_rung_needs_the_file_of_schedules(
    monkeypatch: pytest.MonkeyPatch, files: Mapping[str, Path]
) -> None:
    monkeypatch.delenv("HANDOFF_ALERTS__SCHEDULES")
    with pytest.raises(SettingsError, match="set HANDOFF_ALERTS__SCHEDULES"):
        load(AlertsSettings).checked()
