"""Who a process is, beyond a number that the system gives out again; and ending one politely.

A process is known by its id and its start, in the kernel's ticks since boot: unlike a time of day
these do not move when the clock is set.
"""

import os
import signal
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

_STATE, _START = 0, 19
"""Where these stand in /proc/<pid>/stat, counted from behind the process's name."""


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """One process, of all that ever had this id since the machine booted."""

    pid: int
    started: int


def boot_id() -> str:
    """Another one each time that the machine boots."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def identify(pid: int) -> ProcessIdentity | None:
    """None where no such process runs (a zombie does not)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[_STATE] in "ZX" else ProcessIdentity(pid, int(fields[_START]))


def is_alive(process: ProcessIdentity) -> bool:
    return identify(process.pid) == process


def wait_until_gone(processes: Collection[ProcessIdentity], deadline_s: float) -> bool:
    """Whether all of them ended in time."""
    give_up_at = time.monotonic() + deadline_s
    while any(is_alive(process) for process in processes):
        if time.monotonic() > give_up_at:
            return False
        time.sleep(0.05)
    return True


def end(processes: Collection[ProcessIdentity], deadline_s: float) -> None:
    """SIGTERM to each that still runs, SIGKILL to those that do not heed it."""
    for kind in (signal.SIGTERM, signal.SIGKILL):
        for process in processes:
            if is_alive(process):
                os.kill(process.pid, kind)
        if wait_until_gone(processes, deadline_s):
            return
