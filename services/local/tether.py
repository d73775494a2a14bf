"""Becomes the command it is given, tied to its parent: when the parent dies, so does the command.

Run as a program, before the command itself, so that nothing needs to happen between fork and exec
in a process that has threads: `python -I -S tether.py <parent's pid> <command> ...`.
"""

import ctypes
import os
import signal
import sys
from pathlib import Path

_PR_SET_PDEATHSIG = 1


def tethered(command: tuple[str, ...]) -> list[str]:
    """The command line that runs `command` tied to this process.

    Linux ties it to the *thread* that starts it, so that thread must live as long as the command.
    """
    return [sys.executable, "-I", "-S", str(Path(__file__)), str(os.getpid()), *command]


def main(parent: int, command: list[str]) -> None:
    if ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0) != 0:
        sys.exit(f"{command[0]} could not be tied to its parent, so it was not started.")
    if os.getppid() == parent:
        os.execv(command[0], command)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
