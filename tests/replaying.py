"""Calls of `handoff replay`, in this process or in one of their own."""

import csv
import io
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.cli.main import main
from tests.commands import HANDOFF
from tests.olist import Row

COLUMNS = "subject,agreement,debtor,creditor,opened_at,due_by,settled_at,state"
AFTER_ALL = "2020-12-31T00:00:00Z"


@dataclass(frozen=True)
class Ended:
    """What a call printed, wrote and ended with."""

    code: int
    out: str
    err: str
    written: Path

    @property
    def findings(self) -> list[tuple[str, str, str, str]]:
        """Subject, finding, at and detail of each row, where the findings were written."""
        with self.written.open(newline="") as file:
            assert file.readline() == "subject,finding,at,detail\n"
            return [(subject, kind, at, why) for subject, kind, at, why in csv.reader(file)]

    @property
    def rows(self) -> list[Row]:
        with self.written.open(newline="") as file:
            assert file.readline() == f"{COLUMNS}\n"
            return [_row(cells) for cells in csv.reader(file)]


def _row(cells: list[str]) -> Row:
    subject, agreement, debtor, creditor, opened_at, due_by, settled_at, state = cells
    return subject, agreement, debtor, creditor, opened_at, due_by, settled_at, state


def replay(folder: Path, out: Path, *options: str) -> Ended:
    """In this process, which saves the start of another."""
    return call(out, "--from", str(folder), "--out", str(out), *options)


def replay_findings(folder: Path, findings: Path, *options: str) -> Ended:
    """As `replay`, for the findings instead of the promises."""
    return call(findings, "--from", str(folder), "--findings", str(findings), *options)


def replay_in_a_process(folder: Path, out: Path, *options: str) -> Ended:
    command = (*HANDOFF, "replay", "--from", str(folder), "--out", str(out), *options)
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    return Ended(ended.returncode, ended.stdout, ended.stderr, out)


def call(written: Path, *options: str) -> Ended:
    """Any call in this process, of which `written` is the file to look at."""
    arguments = ["handoff", "replay", *options]
    stdout, stderr = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(stdout), redirect_stderr(stderr):
        patch.setattr(sys, "argv", arguments)
        with pytest.raises(SystemExit) as ended:
            main()
    code = ended.value.code or 0
    assert isinstance(code, int)
    return Ended(code, stdout.getvalue(), stderr.getvalue(), written)
