"""A command as it is typed: how it ended, and what it printed."""

import json
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from services.cli.main import main


class Done(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:  # noqa: ANN401 - whatever was printed
        return json.loads(self.out)

    @property
    def said(self) -> str:
        """The error without its frame, in one line."""
        return " ".join(self.err.replace("│", " ").split())


Run = Callable[..., Done]


def typing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """What `handoff` does with the arguments that it is given."""

    def run(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["handoff", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return Done(int(ended.value.code or 0), *capsys.readouterr())

    return run
