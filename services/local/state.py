"""What runs in a home: a lock that one stack at a time can hold, and a file that says what it runs.

Other commands find the running stack through this file; the next stack ends what a killed one left.
"""

import fcntl
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from services.local.errors import AlreadyRunning
from services.local.processes import ProcessIdentity, boot_id, is_alive


@dataclass(frozen=True, slots=True)
class RunState:
    """One running stack. `environment` is what makes a service or a command find it."""

    boot: str
    supervisor: ProcessIdentity
    processes: Mapping[str, ProcessIdentity]
    environment: Mapping[str, str]


def write(home: Path, state: RunState) -> None:
    path = state_path(home)
    fresh = path.with_suffix(f".{os.getpid()}.tmp")
    fresh.touch(mode=0o600)  # what services are told may hold passwords
    fresh.write_text(json.dumps(asdict(state), indent=2) + "\n")
    fresh.replace(path)


def read(home: Path) -> RunState | None:
    """What the file says, true or not; None where it cannot be read or is of an earlier boot."""
    try:
        content = json.loads(state_path(home).read_text())
        state = RunState(
            boot=content["boot"],
            supervisor=ProcessIdentity(**content["supervisor"]),
            processes={
                name: ProcessIdentity(**identity) for name, identity in content["processes"].items()
            },
            environment=content["environment"],
        )
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
    return state if state.boot == boot_id() else None


def running(home: Path) -> RunState | None:
    """None unless the supervisor that wrote the file is alive."""
    state = read(home)
    return state if state and is_alive(state.supervisor) else None


def survivors(home: Path) -> dict[str, ProcessIdentity]:
    """What the file names that is alive, by name."""
    state = read(home)
    return (
        {name: process for name, process in state.processes.items() if is_alive(process)}
        if (state)
        else {}
    )


def remove(home: Path) -> None:
    state_path(home).unlink(missing_ok=True)


def state_path(home: Path) -> Path:
    return home / "run.json"


class HomeLock:
    """Held by one stack a home; the system lets go of it when the process ends, however it ends."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._file = (home / "run.lock").open("a+")

    def __enter__(self) -> Self:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise AlreadyRunning(self._refusal()) from None
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def _refusal(self) -> str:
        state = running(self._home)
        who = f"process {state.supervisor.pid}" if state else "another process, which is starting"
        return (
            f"{self._home} is in use by {who}. Stop it with `handoff down`,"
            " or set HANDOFF_HOME to another folder."
        )
