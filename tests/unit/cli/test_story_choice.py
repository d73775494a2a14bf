"""Which stories a name stands for, what is said where it stands for none, and how they end."""

from dataclasses import replace
from io import StringIO
from typing import NoReturn

import pytest
from rich.console import Console
from typer.testing import CliRunner

from services.cli import main as cli
from services.cli.demo_screen import Screen
from services.cli.story_run import chosen, tell
from services.simulator.departments import NotDone
from services.simulator.stories.catalogue import script_of
from services.simulator.stories.names import ALL, NOT_TOLD, TOLD
from tests.stories.stage import OneProcess


@pytest.mark.parametrize("name", TOLD)
def test_a_name_stands_for_its_story_and_all_for_every_one(name: str) -> None:
    assert [script.name for script in chosen(name)] == [name]
    assert [script.name for script in chosen(ALL)] == list(TOLD)


def asked_for(name: str, monkeypatch: pytest.MonkeyPatch) -> object:
    """The exit code of the whole command, which starts nothing here."""
    monkeypatch.setattr("sys.argv", ["handoff", "demo", "--story", name])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return ended.value.code


@pytest.mark.parametrize("name", NOT_TOLD)
def test_a_story_that_cannot_be_told_is_refused_with_the_reason(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked_for(name, monkeypatch) == 2
    assert capsys.readouterr().err == f"{name} cannot be told yet: {NOT_TOLD[name]}.\n"


def test_a_story_that_there_is_not_is_refused_with_those_that_there_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked_for("refund-forgotten", monkeypatch) == 2
    said = capsys.readouterr().err
    assert all(name in said for name in ("'refund-forgotten'", *TOLD))


def test_a_story_is_not_told_over_real_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["handoff", "demo", "--story", "ping-pong", "--from", "data"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2


def test_help_names_every_story_and_the_list_says_what_they_are_about() -> None:
    demo = cli.application("demo")
    told = CliRunner().invoke(demo, ["demo", "--help"], env={"COLUMNS": "300"}).output
    assert all(name in " ".join(told.split()) for name in TOLD)
    listed = CliRunner().invoke(demo, ["demo", "--story", "list"])
    assert listed.exit_code == 0
    for name, about in {**TOLD, **NOT_TOLD}.items():
        assert name in listed.output
        assert about in listed.output


class Printed(Screen):
    """A screen on paper."""

    def __init__(self) -> None:
        self.paper = StringIO()
        super().__init__(Console(file=self.paper, width=100, highlight=False))


def test_stories_are_told_one_after_the_other_and_those_that_went_otherwise_are_named() -> None:
    screen = Printed()
    good, bad = (script_of(name) for name in ("ping-pong", "repeated-request"))
    wrong = replace(bad, happens=bad.happens[:-1])
    assert tell([good, wrong], OneProcess(), screen) == ["repeated-request"]
    said = screen.paper.getvalue()
    assert "✔ Exactly these 4 notices, each at its moment" in said
    assert (
        "✖ missing     Mon 15:00  cleared (resolved): repeated_request, to be settled by finance"
        in said
    )
    assert "1 of 2 stories went as told" in said


class Refusing(OneProcess):
    """A company whose departments do nothing."""

    def tell(self, command: object) -> NoReturn:
        raise NotDone(f"{type(command).__name__} is refused.")


def test_a_story_whose_department_refuses_did_not_go_as_told() -> None:
    screen = Printed()
    assert tell([script_of("ping-pong")], Refusing(), screen) == ["ping-pong"]
    assert "It cannot go on: OpenCase is refused." in screen.paper.getvalue()


def test_a_run_that_is_interrupted_does_not_end_well(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_screen: Screen) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr("services.cli.story_run.own_stack", interrupted)
    assert asked_for("ping-pong", monkeypatch) == 1
    assert "It was interrupted" in capsys.readouterr().err
