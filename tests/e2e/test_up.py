"""`handoff up`, `doctor` and `down` as a person uses them: other processes, and signals."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from services.local import state
from services.local.processes import ProcessIdentity, is_alive
from services.local.programs import SERVICES
from tests.conftest import CACHE
from tests.polling import until

HANDOFF = (sys.executable, "-c", "from services.cli.main import main; main()")
START_DEADLINE_S = 120.0


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    """A home of its own that shares the jars, and no other HANDOFF variable."""
    CACHE.mkdir(parents=True, exist_ok=True)
    (home / "cache").symlink_to(CACHE)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HANDOFF_")}
    return {**kept, "HANDOFF_HOME": str(home)}


@dataclass(frozen=True, slots=True)
class Up:
    """A running `handoff up`, and where it writes."""

    process: "subprocess.Popen[bytes]"
    log: Path

    def says(self, words: str) -> bool:
        return words in self.log.read_text()


@contextmanager
def up(environment: Mapping[str, str], home: Path) -> Iterator[Up]:
    log = home / "up.log"
    with (
        log.open("wb") as file,
        subprocess.Popen((*HANDOFF, "up"), env=environment, stdout=file, stderr=file) as process,
    ):
        try:
            yield Up(process, log)
        finally:
            process.kill()


def run(environment: Mapping[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        (*HANDOFF, *arguments), env=environment, capture_output=True, text=True, check=False
    )


def running(home: Path) -> dict[str, ProcessIdentity]:
    known = state.running(home)
    return dict(known.processes) if known else {}


@pytest.fixture
def company(environment: dict[str, str], home: Path) -> Iterator[Up]:
    with up(environment, home) as started:
        until(lambda: started.says("Stop with Ctrl-C"), "it is up", START_DEADLINE_S)
        yield started


def test_doctor_finds_everything_well_what_is_killed_comes_back_and_down_ends_all_of_it(
    environment: dict[str, str], home: Path, company: Up
) -> None:
    assert list(running(home)) == ["kafka", "mongod", *SERVICES]
    examined = run(environment, "doctor", "--json")
    findings: list[dict[str, Any]] = json.loads(examined.stdout)
    assert [finding for finding in findings if not finding["well"]] == []
    assert examined.returncode == 0

    refused = run(environment, "up")
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert f"process {company.process.pid}" in refused.stderr

    finance = running(home)["finance"]
    os.kill(finance.pid, signal.SIGKILL)
    until(lambda: running(home).get("finance", finance) != finance, "finance has a new process")
    assert company.says("finance was ended by SIGKILL; it is started again in 0.5 s.")

    processes = running(home)
    assert run(environment, "down").returncode == 0
    assert company.process.wait(timeout=60) == 0
    assert not any(is_alive(process) for process in processes.values())
    assert company.says("Everything has stopped.")
    assert not company.says("it is killed")


def test_doctor_says_what_is_wrong_where_nothing_runs(environment: dict[str, str]) -> None:
    nowhere = {
        "HANDOFF_KAFKA__BOOTSTRAP": "127.0.0.1:1",
        "HANDOFF_MONGO__URI": "mongodb://127.0.0.1:1/?replicaSet=handoff",
    }
    examined = run({**environment, **nowhere}, "doctor", "--json")
    wrong = {f["part"]: f for f in json.loads(examined.stdout) if not f["well"]}
    assert examined.returncode == 1
    assert "127.0.0.1:1" in wrong["kafka"]["says"]
    assert "HANDOFF_MONGO__URI" in wrong["mongo"]["remedy"]


def test_a_bad_agreement_stops_up_before_anything_starts(
    environment: dict[str, str], home: Path
) -> None:
    agreements = home / "agreements"
    agreements.mkdir()
    (agreements / "ship.yaml").write_text("agreement: ship\nowed_by: operations\n")
    refused = run(environment, "up", "--agreements", str(agreements))
    assert refused.returncode == 2
    assert "ship.yaml" in refused.stderr
    assert not (home / "kafka").exists()
