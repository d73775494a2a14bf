"""The state file and the lock of a home."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.local import state
from services.local.errors import AlreadyRunning
from services.local.processes import ProcessIdentity, boot_id, end, identify, is_alive
from services.local.state import HomeLock, RunState

GONE = ProcessIdentity(pid=1, started=-1)


def ourselves() -> ProcessIdentity:
    identity = identify(os.getpid())
    assert identity is not None
    return identity


def a_state(boot: str | None = None, supervisor: ProcessIdentity | None = None) -> RunState:
    return RunState(
        boot=boot or boot_id(),
        supervisor=supervisor or ourselves(),
        processes={"kafka": ourselves(), "mongod": GONE},
        environment={"HANDOFF_KAFKA__BOOTSTRAP": "127.0.0.1:9092"},
    )


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    state.write(tmp_path, a_state())
    assert state.read(tmp_path) == a_state()
    assert state.running(tmp_path) == a_state()
    assert state.state_path(tmp_path).stat().st_mode & 0o077 == 0  # it may hold passwords


def test_a_stack_whose_supervisor_is_gone_does_not_run_but_its_survivors_are_known(
    tmp_path: Path,
) -> None:
    state.write(tmp_path, a_state(supervisor=GONE))
    assert state.running(tmp_path) is None
    assert state.survivors(tmp_path) == {"kafka": ourselves()}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"boot": 1}', '{"supervisor": 3}'])
def test_a_file_that_cannot_be_read_is_as_none(tmp_path: Path, content: str) -> None:
    state.state_path(tmp_path).write_text(content)
    assert state.read(tmp_path) is None
    assert state.survivors(tmp_path) == {}


def test_a_file_of_an_earlier_boot_is_as_none(tmp_path: Path) -> None:
    state.write(tmp_path, a_state(boot="another"))
    assert state.read(tmp_path) is None


def test_a_home_is_locked_by_one_and_free_again_afterwards(tmp_path: Path) -> None:
    state.write(tmp_path, a_state())
    with HomeLock(tmp_path), pytest.raises(AlreadyRunning) as refused, HomeLock(tmp_path):
        pass
    assert str(tmp_path) in str(refused.value)
    assert f"process {os.getpid()}" in str(refused.value)
    with HomeLock(tmp_path):
        pass


def test_an_id_given_out_again_is_another_process() -> None:
    assert is_alive(ourselves())
    assert not is_alive(ProcessIdentity(os.getpid(), ourselves().started + 1))


def test_a_process_that_ignores_sigterm_is_ended_all_the_same() -> None:
    ignore = "import signal; signal.signal(15, signal.SIG_IGN); print(flush=True); signal.pause()"
    with subprocess.Popen([sys.executable, "-c", ignore], stdout=subprocess.PIPE) as stubborn:
        assert stubborn.stdout is not None
        stubborn.stdout.readline()
        identity = identify(stubborn.pid)
        assert identity is not None
        end([identity], deadline_s=0.2)
        assert not is_alive(identity)
        assert stubborn.wait() == -9
