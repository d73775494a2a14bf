"""A receivers file is taken whole or refused with the receiver, what is wrong, and the remedy."""

import re
from pathlib import Path

import pytest
import yaml

from services.alerts.domain.hours import parse_hours
from services.alerts.errors import DeliveryError
from services.alerts.receiver import Policy
from services.alerts.receiver_options import PagerDutyOptions, Secret, WebhookOptions
from services.alerts.receivers_file import KINDS, ReceiversFile, read_receivers
from services.alerts.settings import AlertsSettings
from services.shared.errors import SettingsError
from services.shared.settings import load

EXAMPLE = Path(__file__).parents[3] / "deploy/oncall/receivers.yaml"


def written(folder: Path, text: str) -> Path:
    path = folder / "receivers.yaml"
    path.write_text(text)
    return path


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(SettingsError) as refused:
        read_receivers(written(folder, text))
    return str(refused.value)


def test_the_example_is_right_once_its_secrets_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_WEBHOOK_URL", "https://hooks.slack.com/services/T/B/x")
    (tmp_path / "secret").write_text("s3cret")
    text = EXAMPLE.read_text()
    for name in re.findall(r"/run/secrets/(\w+)", text):
        text = text.replace(f"/run/secrets/{name}", str(tmp_path / "secret"))
    found = read_receivers(written(tmp_path, text))
    assert found.direct == ("log", "pager", "team", "alertmanager", "hook")
    assert [each.per_minute for each in found.receivers] == [None, 120, 60, None, None, None]
    assert [each.collapse for each in found.receivers] == [False, True, True, True, False, True]
    assert found.policy("pager") == Policy(120, collapse=True, fallback="mail")
    office = parse_hours("Europe/Berlin", ["monday 08:00 - friday 18:00"])
    assert found.policy("mail") == Policy(collapse=True, hours=office)
    assert "s3cret" not in repr(found) + found.model_dump_json()


def test_a_secret_is_read_anew_each_time(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("old\n")
    secret = Secret(file=path)
    assert secret.read() == "old"
    path.write_text("new\n")
    assert secret.read() == "new"
    path.unlink()
    with pytest.raises(DeliveryError, match="cannot be read") as error:
        secret.read()
    assert not error.value.permanent


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", ":1: YAML: it is empty; start with `receivers:`."),
        ("- a", ":1: file: the file: Input should be"),
        ("receivers: [", ":1: YAML: "),
        ("receivers: []", "there is no receiver; name one"),
        ("receivers: [{name: pager}]", "receiver 'pager': its kind has to be one of"),
        ("receivers: [{name: a, kind: pigeon}]", "receiver 'a': its kind has to be one of 'log'"),
        ("receivers: [{kind: log}]", "receiver 1: name is missing"),
        ("receivers: [{name: A b, kind: log}]", "receiver 'A b': name: String should match"),
        ("receivers: [{name: a.b, kind: log}]", "receiver 'a.b': name: "),
        ("receivers: [{name: a, kind: log, ratee: 1/min}]", "'a': ratee is no option here"),
        ("receivers: [{name: a, kind: log, rate: 0/min}]", "'a': rate: "),
        ("receivers: [{name: a, kind: log, rate: 9}]", "'a': rate: "),
        (
            "receivers: [{name: a, kind: log, hours: {zone: Berlin, only: [daily 08:00-18:00]}}]",
            "'a': hours: 'Berlin' is no time zone; write for example 'Europe/Berlin'",
        ),
        (
            "receivers: [{name: a, kind: log, hours: {zone: UTC, only: [always]}}]",
            "'a': hours: 'always' is no window; write for example 'daily 22:00-06:00'",
        ),
        ("receivers: [{name: a, kind: log, hours: {zone: UTC, only: []}}]", "'a': only: "),
        ("receivers: [{name: a, kind: webhook}]", "'a': url is missing; give url, or url_file"),
        ("receivers: [{name: a, kind: alertmanager, url: 'ftp://x'}]", "'a': url: "),
        ("receivers: [{name: a, kind: log}, {name: a, kind: log}]", "'a' is there twice"),
        ("receivers: [{name: a, kind: log, fallback: b}]", "no receiver 'b' to fall back on"),
        ("receivers: [{name: a, kind: log, fallback: a}]", "'a': its fallbacks lead back"),
        (
            "receivers: [{name: a, kind: log, fallback: b}, {name: b, kind: log, fallback: c},"
            " {name: c, kind: log, fallback: a}]",
            "'c': its fallbacks lead back to itself",
        ),
        (
            "receivers: [{name: a, kind: slack, url_file: /nowhere/at/all}]",
            "receiver 'a': url: The secret's file /nowhere/at/all cannot be read",
        ),
        (
            "receivers: [{name: a, kind: slack, url_env: HANDOFF_TEST_NEVER_SET}]",
            "receiver 'a': url: HANDOFF_TEST_NEVER_SET holds no secret",
        ),
        (
            "receivers: [{name: m, kind: email, host: h, sender: a@b, to: [c@d], username: u}]",
            "username and password_file or password_env go together",
        ),
        ("allow: ['http://x']\nreceivers: [{name: a, kind: log}]", "String should match"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, says: str) -> None:
    assert says in refusal(tmp_path, text)


@pytest.mark.parametrize(
    "option", ["routing_key: c4n4ry", "routing_key: {value: c4n4ry}", "routing_key: {}"]
)
def test_a_secret_in_the_file_is_refused_and_not_repeated(tmp_path: Path, option: str) -> None:
    said = refusal(tmp_path, f"receivers:\n  - name: pager\n    kind: pagerduty\n    {option}\n")
    assert "receiver 'pager'" in said
    assert "c4n4ry" not in said


@pytest.mark.parametrize("kind", KINDS.split(", "))
def test_every_kind_is_named_where_one_is_missing(tmp_path: Path, kind: str) -> None:
    assert "its kind" not in refusal(tmp_path, f"receivers: [{{name: A, kind: {kind}}}]")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"HANDOFF_ALERTS__RECEIVERS"):
        read_receivers(tmp_path / "none.yaml")


def test_each_fault_has_the_line_of_its_key(tmp_path: Path) -> None:
    text = """\
receivers:
  - name: a
    kind: log
    rate: 9
  - name: b
    kind: slack
    hours: {zone: UTC,
            only: [always]}
    url_env: NONE
    fallbac: a
"""
    rate, hours, fallback = refusal(tmp_path, text).splitlines()
    file = tmp_path / "receivers.yaml"
    assert rate.startswith(f"{file}:4: receivers.0.rate: receiver 'a': rate: ")
    assert hours.startswith(f"{file}:7: receivers.1.hours: receiver 'b': hours: 'always' is no")
    assert fallback.startswith(f"{file}:10: receivers.1.fallbac: receiver 'b': fallbac is no opt")


def test_without_a_file_the_log_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(AlertsSettings).receivers.direct == ("log",)
    monkeypatch.setenv("HANDOFF_ALERTS__WEBHOOK_URL", "http://127.0.0.1:8080/alerts")
    found = load(AlertsSettings).receivers
    assert found.direct == ("log", "webhook")
    assert found.allow == {"127.0.0.1:8080"}


def test_the_one_webhook_is_beside_those_of_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = written(tmp_path, yaml.dump({"receivers": [{"name": "webhook", "kind": "log"}]}))
    monkeypatch.setenv("HANDOFF_ALERTS__RECEIVERS", str(path))
    assert load(AlertsSettings).receivers.direct == ("webhook",)
    monkeypatch.setenv("HANDOFF_ALERTS__WEBHOOK_URL", "https://hook.example/")
    with pytest.raises(SettingsError, match="name it otherwise"):
        _ = load(AlertsSettings).receivers


def test_an_address_may_be_a_secret_too() -> None:
    options = WebhookOptions.model_validate({"name": "a", "kind": "webhook", "url_env": "URL"})
    assert options.url == Secret(env="URL")
    pager = PagerDutyOptions.model_validate(
        {"name": "a", "kind": "pagerduty", "routing_key_env": "KEY"}
    )
    assert ReceiversFile(receivers=(pager,)).direct == ("a",)
