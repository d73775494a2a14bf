"""What a peer is to the benchmark: a process that reads topics and tells verdicts."""

import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from services.local.tether import tethered
from tests.bench.peers.filling import Filled
from tests.bench.peers.servers import Servers

END_DEADLINE_S = 10.0
FIRST_RECORD, MARKED_RECORD = "first record", "marked record"
"""What every peer but ours says, each on a line with the milliseconds since 1970."""
LINES_TOLD = 15


class NotPrepared(Exception):
    """What a peer runs on could not be fetched or compiled."""


class PeerEnded(Exception):
    """The process ended before it had told everything."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a peer is started with; `folder` is its own, and empty."""

    servers: Servers
    filled: Filled
    verdicts: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Command:
    """How to start it.

    `began` gives the moment of its first record, `marked` of the one that the topics' mark names;
    None before.
    """

    arguments: Sequence[str]
    environment: Mapping[str, str]
    began: Callable[[], float | None]
    marked: Callable[[], float | None]


class Peer(Protocol):
    """One system that keeps the promises; `slice` that it is given few events, being slow."""

    name: str
    about: str
    slice: bool

    def prepare(self) -> Mapping[str, str]:
        """Fetch and compile what it needs, not measured; gives the versions of what it runs on.

        Raises OSError, RuntimeError or CalledProcessError where that fails.
        """
        ...

    def command(self, run: Run) -> Command: ...


def log_of(run: Run) -> Path:
    return run.folder / "output.log"


def telling(run: Run, arguments: Sequence[str], environment: Mapping[str, str]) -> Command:
    """Of a process that says itself which record it has read."""
    return Command(
        arguments,
        {**environment, "BENCH_MARK": str(run.filled.mark)},
        partial(told_at, run, FIRST_RECORD),
        partial(told_at, run, MARKED_RECORD),
    )


def told_at(run: Run, what: str) -> float | None:
    """What the process said of a record."""
    log = log_of(run).read_text(errors="replace")
    told = re.search(rf"^{what} at (\d+)$", log, re.MULTILINE)
    return int(told[1]) / 1_000 if told else None


@contextmanager
def running(command: Command, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """The process, which ends with the block or with us, whatever happens."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            tethered(tuple(command.arguments)),
            env={**os.environ, **command.environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _end(process)


def still_running(process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Raises PeerEnded, with the last lines that it said, where it is not."""
    if (code := process.poll()) is not None:
        lines = log.read_text(errors="replace").splitlines()[-LINES_TOLD:]
        raise PeerEnded("\n".join([f"it ended with code {code}:", *lines]))


def _end(process: "subprocess.Popen[bytes]") -> None:
    for kind in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        os.killpg(process.pid, kind)
        try:
            process.wait(END_DEADLINE_S)
        except subprocess.TimeoutExpired:
            continue
