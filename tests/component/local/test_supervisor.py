"""The supervisor with real, small processes: restarts, order of stopping, and nothing left over."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.local.processes import ProcessIdentity, identify, is_alive
from services.local.supervisor import Program, Supervisor
from tests.polling import until

STAY = "import signal; print('here', flush=True); signal.pause()"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {STAY}"

Lines = list[tuple[str, str]]


def a_program(name: str, code: str = STAY, layer: int = 1, log: Path | None = None) -> Program:
    return Program(name, (sys.executable, "-S", "-c", code), layer=layer, log=log)


@pytest.fixture
def lines() -> Lines:
    return []


@pytest.fixture
def supervisor(lines: Lines) -> Iterator[Supervisor]:
    supervisor = Supervisor(lambda name, line: lines.append((name, line)))
    yield supervisor
    supervisor.stop(deadline_s=5)


@pytest.fixture
def start(supervisor: Supervisor, lines: Lines) -> Callable[[Program], ProcessIdentity]:
    """Starts a program and waits for its word."""

    def start_and_hear(program: Program) -> ProcessIdentity:
        supervisor.start(program)
        until(lambda: (program.name, "here") in lines, f"{program.name} speaks")
        return supervisor.processes()[program.name]

    return start_and_hear


Start = Callable[[Program], ProcessIdentity]


def test_a_killed_program_is_started_again_and_said_so_once(
    supervisor: Supervisor, start: Start, lines: Lines
) -> None:
    first = start(a_program("sales"))
    os.kill(first.pid, signal.SIGKILL)
    until(lambda: lines.count(("sales", "here")) == 2, "sales runs again")
    assert supervisor.processes()["sales"] != first
    assert supervisor.restarts("sales") == 1
    said = [line for name, line in lines if name == "handoff"]
    assert said == ["sales was ended by SIGKILL; it is started again in 0.5 s."]


def test_the_end_of_a_program_is_known_before_and_after_its_restart(
    supervisor: Supervisor, lines: Lines
) -> None:
    supervisor.start(a_program("sales", "raise SystemExit(3)"))
    until(lambda: supervisor.end_of("sales") == "ended with code 3", "it ended")
    until(lambda: supervisor.restarts("sales") == 2, "it ended twice")
    assert supervisor.end_of("sales") == "ended with code 3"


def test_a_program_that_does_not_exist_is_an_end_too(supervisor: Supervisor) -> None:
    supervisor.start(Program("sales", ("/no/such/program",)))
    until(lambda: supervisor.end_of("sales") == "ended with code 1", "it ended")


def test_stopping_ends_a_higher_layer_before_a_lower_one(
    supervisor: Supervisor, start: Start, tmp_path: Path
) -> None:
    order = tmp_path / "order"
    code = (
        "import signal, sys\n"
        "def note(*_):\n"
        f"    open({str(order)!r}, 'a').write(sys.argv[1] + ' ')\n"
        "    sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, note)\n" + STAY
    )
    for name, layer in (("kafka", 0), ("sales", 1)):
        program = a_program(name, code, layer)
        start(Program(name, (*program.command, name), layer=layer))
    supervisor.stop()
    assert order.read_text().split() == ["sales", "kafka"]


def test_a_program_that_ignores_sigterm_is_killed_after_the_deadline(
    supervisor: Supervisor, start: Start, lines: Lines
) -> None:
    stubborn = start(a_program("alerts", STUBBORN))
    supervisor.stop(deadline_s=0.2)
    assert not is_alive(stubborn)
    assert ("handoff", "alerts did not stop within 0.2 s; it is killed.") in lines


def test_a_stopped_supervisor_starts_nothing_again(supervisor: Supervisor, start: Start) -> None:
    running = start(a_program("sales"))
    supervisor.stop()
    assert not is_alive(running)
    assert supervisor.processes() == {}


def test_output_goes_to_a_log_where_one_is_given(
    supervisor: Supervisor, tmp_path: Path, lines: Lines
) -> None:
    log = tmp_path / "kafka.log"
    supervisor.start(a_program("kafka", log=log))
    until(lambda: log.exists() and log.read_text() == "here\n", "the log has its line")
    assert lines == []


def test_a_program_runs_in_a_session_of_its_own(start: Start) -> None:
    assert os.getsid(start(a_program("sales")).pid) != os.getsid(0)


def test_children_die_with_a_supervisor_that_is_killed() -> None:
    code = (
        "import sys\n"
        "from services.local.supervisor import Program, Supervisor\n"
        "supervisor = Supervisor(lambda name, line: None)\n"
        f"supervisor.start(Program('sales', (sys.executable, '-S', '-c', {STUBBORN!r})))\n"
        "print(supervisor.processes()['sales'].pid, flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        child = identify(int(parent.stdout.readline()))
        assert child is not None
        parent.kill()
        until(lambda: not is_alive(child), "the child is gone")
