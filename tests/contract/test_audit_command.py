"""`handoff audit` as it is typed, on a real Mongo: what it prints, and what it ends with."""

import json
from functools import partial
from pathlib import Path

import pytest
from pymongo import MongoClient

from services.alerts.audit_store import ENTRIES, MongoAudit
from services.alerts.domain.audit.chain import Act, Action
from services.shared.mongo import Row, in_transaction
from services.shared.settings import Settings
from tests.alerting import at
from tests.typed import Run, typing

NOW = at("15:25")


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    fresh_database: Settings,
    tmp_path: Path,
) -> Run:
    monkeypatch.setenv("HANDOFF_HOME", str(tmp_path))
    monkeypatch.setenv("HANDOFF_MONGO__URI", fresh_database.mongo.uri)
    monkeypatch.setenv("HANDOFF_MONGO__DATABASE", fresh_database.mongo.database)
    run = typing(monkeypatch, capsys)
    return lambda *arguments: run("audit", *arguments)


@pytest.fixture
def audit(client: "MongoClient[Row]", fresh_database: Settings) -> MongoAudit:
    """Three acts: of ann, bob and ann."""
    audit = MongoAudit(client, fresh_database.mongo.database)
    audit.prepare()
    for number, actor in enumerate(("ann", "bob", "ann"), start=1):
        act = Act(actor, Action.ACKNOWLEDGE, f"al-{number}", NOW + number * 1_000_000, "on it")
        act.after["state"] = "acknowledged"
        in_transaction(client, partial(audit.add, act))
    return audit


@pytest.fixture
def anchors(audit: MongoAudit, tmp_path: Path) -> Path:
    head, file = audit.head(), tmp_path / "anchors"
    file.write_text(json.dumps({"audit_number": head.number, "audit_hash": head.hash}) + "\n")
    return file


@pytest.mark.usefixtures("client")
def test_an_empty_audit_is_whole(run: Run) -> None:
    assert run("list").out == "Nobody did anything.\n"
    assert run("verify").code == 0


@pytest.mark.usefixtures("audit")
def test_a_list_says_who_did_what_when_and_what_it_changed(run: Run) -> None:
    assert run("list").out.splitlines()[0] == (
        "1  2026-11-02T15:25:01Z  ann  acknowledge  al-1: on it  [state: - → acknowledged]"
    )


@pytest.mark.usefixtures("audit")
@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        ((), [1, 2, 3]),
        (("--actor", "ann"), [1, 3]),
        (("--key", "al-2"), [2]),
        (("--since", "2026-11-02T15:25:02"), [2, 3]),
        (("--since", "2026-11-02T16:25:03+01:00"), [3]),
    ],
)
def test_a_list_can_be_narrowed(run: Run, options: tuple[str, ...], numbers: list[int]) -> None:
    found = run("list", *options, "--json").json()
    assert [entry["number"] for entry in found] == numbers


def test_a_whole_audit_ends_with_0(run: Run, anchors: Path) -> None:
    done = run("verify", "--anchor", str(anchors))
    assert done == (0, "The audit is whole: 3 entries, of which 3 are anchored.\n", "")
    assert run("verify", "--json").json() == {"entries": 3, "anchors": 0, "wrong": None}
    assert "held against no anchor" in run("verify").out


def test_the_anchor_file_of_the_settings_is_taken(
    run: Run, anchors: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANDOFF_ALERTS__AUDIT_ANCHOR", str(anchors))
    assert run("verify", "--json").json()["anchors"] == 1


def test_an_audit_that_was_changed_ends_with_1_and_the_first_that_is_wrong(
    run: Run, anchors: Path, client: "MongoClient[Row]", fresh_database: Settings
) -> None:
    rows = client[fresh_database.mongo.database][ENTRIES]
    rows.update_one({"_id": 2}, {"$set": {"act.actor": "eve"}})
    done = run("verify", "--anchor", str(anchors))
    assert done == (1, "Entry 2 is not as it was written: edited.\n", "")
    rows.delete_many({"_id": {"$gte": 2}})
    wrong = run("verify", "--anchor", str(anchors), "--json")
    assert (wrong.code, wrong.json()["wrong"]) == (1, {"number": 2, "how": "truncated"})


@pytest.mark.usefixtures("audit")
def test_a_file_without_anchors_is_none(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "empty"
    file.write_text("nothing\n")
    done = run("verify", "--anchor", str(file))
    assert (done.code, "has no anchor" in done.err) == (1, True)
    assert run("verify", "--anchor", str(tmp_path / "none")).code == 2
    assert run("list", "--since", "soon").code == 2
