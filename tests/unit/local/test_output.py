"""Prefixes, colours and files."""

import io
from pathlib import Path

import pytest

from services.local.output import OURSELVES, FileOutput, PrefixedOutput, fresh_log


class Terminal(io.StringIO):
    """A stream that says it is one."""

    def isatty(self) -> bool:
        return True


def test_a_line_follows_the_name_of_who_said_it() -> None:
    stream = io.StringIO()
    output = PrefixedOutput(stream)
    output("sales", "order placed")
    output("operations", "accepted")
    assert stream.getvalue() == "sales      | order placed\noperations | accepted\n"


def test_each_name_keeps_its_own_colour_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = Terminal()
    output = PrefixedOutput(stream)
    for name in ("sales", "finance", "sales"):
        output(name, "")
    first, second, third = (line.split("m")[0] for line in stream.getvalue().splitlines())
    assert first == third
    assert first != second


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()
    PrefixedOutput(stream)("sales", "order placed")
    assert "\x1b" not in stream.getvalue()


def test_files_take_the_lines_of_programs_and_not_ours(tmp_path: Path) -> None:
    ours: list[str] = []
    output = FileOutput(tmp_path / "logs", ours.append)
    output("sales", "order placed")
    output(OURSELVES, "sales was started again")
    assert (tmp_path / "logs" / "sales.log").read_text() == "order placed\n"
    assert ours == ["sales was started again"]


def test_a_fresh_log_keeps_the_one_before(tmp_path: Path) -> None:
    fresh_log(tmp_path, "kafka").write_text("first run")
    assert not fresh_log(tmp_path, "kafka").exists()
    assert (tmp_path / "kafka.log.1").read_text() == "first run"
