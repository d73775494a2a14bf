"""`handoff agreements` as it is called: what it says, and what it ends with."""

from pathlib import Path

import pytest

from services.tracker.agreement_files import load_folder, shipped
from services.tracker.core.language.schema import FileKind, schema_text
from tests.agreed import CALENDAR, an_agreement_text
from tests.olist_files import write_joined
from tests.typed import Run, typing

SERVING = {"agreed_by": "{operations: 2026-01-01}", "owed_to": "customer"}
OPENED = "{type: finance.PaymentApproved, at: 2026-11-02 09:00}"
EXAMPLE = f"examples: [{{name: Late, given: [{OPENED}], then: [{{kind: breached, at: %s}}]}}]"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    typed = typing(monkeypatch, capsys)
    return lambda *arguments: typed("agreements", *map(str, arguments))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One agreement in which nothing is wrong."""
    folder = tmp_path / "agreements"
    folder.mkdir()
    (folder / "ship.yaml").write_text(an_agreement_text(**SERVING))
    return folder


def test_lint_finds_nothing_in_what_is_right(run: Run, folder: Path) -> None:
    assert run("lint", folder) == (0, "Nothing is wrong.\n", "")
    assert run("lint", folder, "--json").json() == []


def test_lint_ends_with_1_for_a_remark_and_for_a_fault(run: Run, folder: Path) -> None:
    (folder / "ship.yaml").write_text(an_agreement_text(**SERVING | {"agreed_by": "{}"}))
    remark = f"{folder}/ship.yaml:11: agreed_by: operations did not sign; add the date that"
    ended = run("lint", folder)
    assert (ended.code, ended.out) == (1, f"{remark} they agreed.\n")
    (folder / "ship.yaml").write_text(an_agreement_text(due="within: soon"))
    ended = run("lint", folder, "--json")
    assert ended.code == 1
    assert [(each["line"], each["key"]) for each in ended.json()] == [(9, "fulfil.within")]


@pytest.mark.parametrize("command", ["lint", "test"])
def test_a_folder_that_is_none_is_not_understood(run: Run, tmp_path: Path, command: str) -> None:
    ended = run(command, tmp_path / "none")
    assert (ended.code, ended.out) == (2, "")
    assert "is no folder" in ended.err


def test_explain_works_the_deadline_out_for_a_moment(run: Run, folder: Path) -> None:
    (folder / "warehouse.yaml").write_text(CALENDAR)
    text = an_agreement_text(due="within: 5 business hours", calendar="warehouse")
    (folder / "ship.yaml").write_text(text)
    ended = run("explain", "ship", folder, "--at", "2026-11-06T12:00+01:00")
    assert ended.code == 0
    assert ended.out.startswith("ship\n\nWho owes what to whom\n  operations owes this to sales")
    assert "    Fri 6 Nov: 2 hours from 12:00\n    Sat 7 Nov to Sun 8 Nov: closed\n" in ended.out
    told = run("explain", "ship", folder, "--at", "2026-11-06T11:00", "--json").json()
    assert told["The deadline"][-1] == "  due Mon 9 Nov 2026 11:00"


def test_explain_without_a_moment_begins_now(run: Run, folder: Path) -> None:
    assert run("explain", "ship", folder).code == 0


def test_explain_names_the_agreements_there_are(run: Run, folder: Path) -> None:
    ended = run("explain", "pack", folder)
    assert ended.code == 2
    assert "There is no agreement 'pack'; there are ship." in " ".join(ended.err.split())
    ended = run("explain", "ship", folder, "--at", "noon")
    assert ended.code == 2
    assert "'noon' is no time" in ended.err


def test_every_shipped_agreement_can_be_explained(run: Run) -> None:
    for agreement in load_folder(shipped("default")).agreements:
        assert run("explain", agreement.name).code == 0


def test_test_says_which_examples_do_not_hold(run: Run, folder: Path) -> None:
    examples = folder / "examples"
    examples.mkdir()
    (examples / "ship.yaml").write_text(EXAMPLE % "+48h")
    assert run("test", folder) == (0, "1 example ran, and nothing else followed.\n", "")
    (examples / "ship.yaml").write_text(EXAMPLE % "+47h")
    ended = run("test", folder)
    assert ended.code == 1
    assert ended.out.startswith(
        f"{examples}/ship.yaml:1: examples.0.then.0: breached at 2026-11-04"
    )
    assert run("test", folder, "--json").json()[0]["key"] == "examples.0.then.0"


def test_test_without_examples_says_so(run: Run, folder: Path) -> None:
    assert run("test", folder) == (0, "0 examples ran, and nothing else followed.\n", "")


@pytest.fixture
def proposed(tmp_path: Path) -> Path:
    """The agreements for Olist's data with other payment terms, and without reviews."""
    folder = tmp_path / "proposed"
    folder.mkdir()
    for path in shipped("olist").glob("*.yaml"):
        if path.stem != "answer_review":
            text = path.read_text().replace("within: 48 hours", "within: 30 minutes")
            (folder / path.name).write_text(text)
    return folder


def test_diff_tells_which_promises_of_the_past_differ(
    run: Run, tmp_path: Path, proposed: Path
) -> None:
    (data := tmp_path / "data").mkdir()
    old = shipped("olist")
    ended = run("diff", old, proposed, "--from", write_joined(data))
    assert ended.code == 1
    assert ended.out.splitlines()[:2] == [
        "answer_review: 2 promises disappear",
        "approve_payment: 3 promises end otherwise",
    ]
    assert "kept, due 2017-11-08T11:00:00Z" in ended.out
    found = run("diff", old, proposed, "--from", data, "--json", "--first", 1).json()
    assert found["counts"] == {"appears": 0, "disappears": 2, "outcome": 3, "due": 0}
    assert len(found["first"]) == 1


def test_diff_of_the_same_finds_nothing(run: Run, tmp_path: Path) -> None:
    (data := tmp_path / "data").mkdir()
    same = shipped("olist")
    ended = run("diff", same, same, "--from", write_joined(data))
    assert (ended.code, ended.out) == (0, "Every promise is the same.\n")


def test_diff_takes_one_past(run: Run, tmp_path: Path) -> None:
    both = ("--from", tmp_path, "--last", "30d")
    for options in ((), both):
        ended = run("diff", shipped("olist"), shipped("olist"), *options)
        assert ended.code == 2
        assert "Give either --from DIR or --last DURATION." in " ".join(ended.err.split())


@pytest.mark.parametrize(("last", "fits"), [("30d", True), ("31d", False), ("0d", False)])
def test_diff_looks_back_as_far_as_topics_reach(
    run: Run, monkeypatch: pytest.MonkeyPatch, last: str, fits: bool
) -> None:
    monkeypatch.setenv("HANDOFF_KAFKA__BOOTSTRAP", "127.0.0.1:1")
    ended = run("diff", shipped("olist"), shipped("olist"), "--last", last)
    assert ended.code == (1 if fits else 2)
    assert ("Cannot read from Kafka at 127.0.0.1:1" in ended.err) is fits


def test_faults_of_a_folder_are_data_where_data_are_wanted(run: Run, folder: Path) -> None:
    (folder / "ship.yaml").write_text(an_agreement_text(due="within: soon"))
    ended = run("diff", folder, folder, "--last", "1d", "--json")
    assert (ended.code, ended.json()["faults"][0]["key"]) == (2, "fulfil.within")


def test_what_cannot_be_compared_is_not_tried(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDOFF_ENDPOINTS__TRACKER__GRPC", "1")
    ended = run("try", "ship", "-", "--json")
    assert (ended.code, ended.out) == (1, "")
    assert "does not answer" in ended.err


@pytest.mark.parametrize("kind", FileKind)
def test_the_shipped_schema_is_the_one_that_is_printed(run: Run, kind: FileKind) -> None:
    """After a change: `handoff agreements schema --of KIND` prints the new one."""
    path = shipped("schema") / f"{kind}.schema.json"
    assert run("schema", "--of", kind).out == schema_text(kind) == path.read_text()


def test_every_key_of_an_agreement_is_described_in_its_schema(run: Run) -> None:
    schema = run("schema").json()
    for model in [schema, *schema["$defs"].values()]:
        assert model["description"]
        assert all(
            each.get("description") or "$ref" in each
            for each in model.get("properties", {}).values()
        )
