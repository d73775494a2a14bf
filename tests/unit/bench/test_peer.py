"""A peer's process: it ends with its block, and what it said is read."""

import sys
from contextlib import suppress
from pathlib import Path

import pytest

from services.local.ports import Ports
from tests.bench.peers.filling import Filled
from tests.bench.peers.peer import (
    FIRST_RECORD,
    MARKED_RECORD,
    Command,
    PeerEnded,
    Run,
    log_of,
    running,
    still_running,
    telling,
    told_at,
)
from tests.bench.peers.servers import Servers
from tests.bench.peers.workload import Workload
from tests.polling import until


@pytest.fixture
def run(tmp_path: Path) -> Run:
    servers = Servers("127.0.0.1:1", "mongodb://127.0.0.1:1", 1, 1, tmp_path, Ports())
    return Run(servers, Filled(Workload(1), ("a", "b"), 4, 4, 7), "verdicts", tmp_path)


def python(program: str, run: Run) -> Command:
    return telling(run, (sys.executable, "-c", program), {"SAYS": "so"})


def test_a_record_came_at_the_moment_that_the_process_tells_on_a_line_of_its_own(
    run: Run,
) -> None:
    log_of(run).write_text(
        "no first record at 5\nfirst record at 1800000000250\nmarked record at 1800000001000\n"
    )
    assert told_at(run, FIRST_RECORD) == 1_800_000_000.25
    assert told_at(run, MARKED_RECORD) == 1_800_000_001


def test_before_that_there_is_none(run: Run) -> None:
    log_of(run).write_text("starting\n")
    assert told_at(run, FIRST_RECORD) is None


def test_a_process_is_told_which_record_is_marked(run: Run) -> None:
    with running(python("import os; print(os.environ['BENCH_MARK'])", run), log_of(run)) as process:
        until(lambda: process.poll() is not None, "it ended")
    assert log_of(run).read_text() == "7\n"


def test_a_process_ends_with_its_block_also_where_that_fails(run: Run) -> None:
    with (
        suppress(ZeroDivisionError),
        running(python("import time; time.sleep(60)", run), log_of(run)) as process,
    ):
        still_running(process, log_of(run))
        raise ZeroDivisionError
    assert process.poll() is not None


def test_one_that_ended_by_itself_is_told_with_its_code_and_last_lines(run: Run) -> None:
    program = "import os, sys; print(os.environ['SAYS']); sys.exit(3)"
    with running(python(program, run), log_of(run)) as process:
        until(lambda: process.poll() is not None, "it ended")
        with pytest.raises(PeerEnded, match=r"ended with code 3:\nso"):
            still_running(process, log_of(run))
