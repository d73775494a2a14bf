"""The command line's table, help and exit codes."""

import importlib
import sys

import pytest
import typer
from typer.testing import CliRunner

from services.cli import main as cli
from services.cli.errors import CommandFailed
from services.local.errors import AlreadyRunning
from services.shared.errors import HandoffError, SettingsError


def fail_as_asked(kind: str) -> None:
    """Raises what its argument names."""
    raise {
        "settings": SettingsError("HANDOFF_PARTITIONS is 0."),
        "running": AlreadyRunning("The home is in use."),
        "needed": CommandFailed("The tracker does not answer."),
        "other": HandoffError("Something else."),
    }[kind]


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> object:
    place = f"{__name__}:{fail_as_asked.__name__}"
    monkeypatch.setitem(sys.modules, __name__, sys.modules[__name__])
    monkeypatch.setitem(cli.COMMANDS, "fail", cli.Entry(place, "Fails."))
    monkeypatch.setattr(sys, "argv", ["handoff", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return ended.value.code


@pytest.mark.parametrize(
    ("kind", "code"), [("settings", 2), ("running", 1), ("needed", 1), ("other", 2)]
)
def test_an_error_on_purpose_is_one_line_on_stderr_and_a_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], kind: str, code: int
) -> None:
    assert run(monkeypatch, "fail", kind) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1


def test_a_command_that_does_not_exist_is_not_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "teach") == 2


def test_an_option_that_does_not_exist_is_not_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "doctor", "--teach") == 2


def test_help_lists_every_command_and_where_to_begin() -> None:
    shown = CliRunner().invoke(cli.application(None), ["--help"]).output
    assert "handoff demo" in shown
    for name in cli.COMMANDS:
        assert name in shown


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_in_the_table_can_be_loaded_and_teaches(name: str) -> None:
    module, _, attribute = cli.COMMANDS[name].place.partition(":")
    code = getattr(importlib.import_module(module), attribute)
    assert callable(code) or isinstance(code, typer.Typer)
    shown = CliRunner().invoke(cli.application(name), [name, "--help"])
    assert shown.exit_code == 0
    assert "Usage" in shown.output


def test_the_chosen_command_is_the_first_word_that_is_no_option() -> None:
    assert cli.chosen(["--help"]) is None
    assert cli.chosen(["doctor", "--json"]) == "doctor"
