"""Files that commands write: whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import typer

DEVICES = Path("/dev")


def check_writable(path: Path, option: str) -> None:
    """Before the work begins; raises BadParameter with the remedy."""
    folder = path.absolute().parent
    if path.is_dir():
        problem = f"{path} is a folder; give the name of a file."
    elif not folder.is_dir():
        problem = f"There is no folder {folder}; make it, or give another file."
    elif not os.access(path if _is_special(path) else folder, os.W_OK):
        problem = f"{path} may not be written by this user; give another file."
    else:
        return
    raise typer.BadParameter(problem, param_hint=option)


@contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """A file that has its name, and replaces another of that name, once all of it is written.

    What is there and is no file (a pipe, /dev/stdout) is written straight to.
    """
    if _is_special(path):
        with path.open("w", encoding="utf-8", newline="") as straight:
            yield straight
        return
    path = path.resolve()
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _is_special(path: Path) -> bool:
    """A file behind /dev/stdout is the shell's, which has it open already."""
    return path.exists() and (not path.is_file() or DEVICES in path.absolute().parents)
