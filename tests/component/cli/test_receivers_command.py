"""`handoff receivers`: what is listed, what a test sends, and how it ends."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.site import Site
from tests.typed import Run, typing


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    site.status, site.text = 202, "thanks"
    yield site
    site.close()


@pytest.fixture
def run(
    site: Site,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """The command's exit code, and what it said where."""
    path = tmp_path / "receivers.yaml"
    path.write_text(
        f"""
allow: ["127.0.0.1:{site.port}"]
receivers:
  - {{name: log, kind: log}}
  - {{name: hook, kind: webhook, url: "http://127.0.0.1:{site.port}/s3cret", fallback: log}}
  - name: pager
    kind: pagerduty
    url: http://127.0.0.1:{site.port}/
    routing_key_env: TEST_ROUTING_KEY
    rate: 120/min
  - {{name: team, kind: slack, url_env: TEST_ROUTING_KEY}}
  - {{name: elsewhere, kind: webhook, url: "https://127.0.0.1:1/"}}
"""
    )
    monkeypatch.setenv("HANDOFF_ALERTS__RECEIVERS", str(path))
    monkeypatch.setenv("HANDOFF_HOME", str(tmp_path))
    monkeypatch.setenv("TEST_ROUTING_KEY", "c4n4ry")

    run = typing(monkeypatch, capsys)
    return lambda *arguments: run("receivers", *arguments)


def test_receivers_are_listed_without_their_secrets(run: Run, site: Site) -> None:
    code, out, _ = run("list", "--json")
    rows = {row["name"]: row for row in json.loads(out)}
    assert code == 0
    assert rows["pager"] == {
        "name": "pager",
        "kind": "pagerduty",
        "where": f"127.0.0.1:{site.port}",
        "rate": "120/min",
        "fallback": None,
        "told": "everything",
    }
    assert (rows["log"]["told"], rows["team"]["where"]) == ("as a fallback", "in TEST_ROUTING_KEY")
    table = run("list")[1]
    assert all(name in table for name in rows)
    assert "s3cret" not in out + table
    assert "c4n4ry" not in out + table


def test_a_test_says_that_it_is_one_and_what_was_answered(run: Run, site: Site) -> None:
    code, out, _ = run("test", "hook")
    assert (code, out) == (0, "hook took it: 127.0.0.1 answered 202: thanks.\n")
    (body,) = site.bodies
    assert body["text"].startswith("Test: This is a test of the receiver hook; nothing is wrong.")
    assert "Nothing: this is a test." in body["alerts"][0]["next_step"]


def test_a_receiver_that_remembers_is_told_that_the_test_is_over(run: Run, site: Site) -> None:
    code, out, _ = run("test", "pager", "--json")
    assert (code, json.loads(out)["taken"], len(json.loads(out)["answers"])) == (0, True, 2)
    assert [body["event_action"] for body in site.bodies] == ["trigger", "resolve"]
    assert len({body["dedup_key"] for body in site.bodies}) == 1
    assert site.bodies[0]["payload"]["summary"].startswith("Test: This is a test")


@pytest.mark.parametrize(("status", "lasting"), [(400, "for good"), (503, "for now")])
def test_what_is_not_taken_ends_with_one(run: Run, site: Site, status: int, lasting: str) -> None:
    site.status = status
    code, out, err = run("test", "hook")
    assert (code, out) == (1, "")
    assert f"hook did not take it, {lasting}" in err
    assert f"127.0.0.1 answered {status}: thanks" in err
    code, out, _ = run("test", "hook", "--json")
    outcome = json.loads(out)
    assert (code, outcome["taken"], outcome["permanent"]) == (1, False, status == 400)


def test_a_place_that_is_not_allowed_is_refused(run: Run) -> None:
    code, _, err = run("test", "elsewhere")
    assert (code, "not a public address" in err) == (1, True)


def test_the_log_can_be_tried_too(run: Run) -> None:
    code, out, err = run("test", "log", "--json")
    assert (code, json.loads(out)["answers"]) == (0, ["written to the log"])
    assert "This is a test of the receiver log" in err


def test_what_is_not_understood_ends_with_two(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    code, _, err = run("test", "nobody")
    assert (code, "There is no receiver 'nobody'" in err) == (2, True)
    monkeypatch.setenv("HANDOFF_ALERTS__RECEIVERS", str(tmp_path / "none.yaml"))
    code, _, err = run("list")
    assert (code, "HANDOFF_ALERTS__RECEIVERS" in err) == (2, True)
