"""Where the lines of many processes go: to one terminal, each after its name, or to files."""

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

Output = Callable[[str, str], None]
"""Takes the name of who speaks and a line without its end."""

OURSELVES = "handoff"
WIDTH = 10
_COLOURS = (36, 33, 32, 35, 34, 96, 93, 92, 95, 94)


class PrefixedOutput:
    """One line at a time, `sales      | ...`, in colour on a terminal unless NO_COLOR is set."""

    def __init__(self, stream: IO[str] | None = None) -> None:
        self._stream = stream or sys.stdout
        self._colours = self._stream.isatty() and not os.environ.get("NO_COLOR")
        self._known: list[str] = []
        self._lock = threading.Lock()

    def __call__(self, name: str, line: str) -> None:
        with self._lock:
            self._stream.write(f"{self._prefix(name)} {line}\n")
            self._stream.flush()

    def _prefix(self, name: str) -> str:
        prefix = f"{name:<{WIDTH}} |"
        if not self._colours:
            return prefix
        if name not in self._known:
            self._known.append(name)
        return f"\x1b[{_COLOURS[self._known.index(name) % len(_COLOURS)]}m{prefix}\x1b[0m"


class FileOutput:
    """A file a name under `folder`; what the stack itself says goes to `announce`."""

    def __init__(self, folder: Path, announce: Callable[[str], None]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._announce = announce

    def __call__(self, name: str, line: str) -> None:
        if name == OURSELVES:
            self._announce(line)
        else:
            with (self._folder / f"{name}.log").open("a") as file:
                file.write(line + "\n")


def silent(_name: str, _line: str) -> None:
    """For callers that want to hear nothing."""


def fresh_log(folder: Path, name: str) -> Path:
    """The path of a log that starts empty; the one before is kept as `<name>.log.1`."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.log"
    if path.exists():
        path.replace(path.with_suffix(".log.1"))
    return path
