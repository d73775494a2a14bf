"""Keeps a list of programs running: starts what dies again, and at the end stops all of it.

It knows nothing of what the programs do. Each runs in a session of its own, so that Ctrl-C in a
terminal reaches the supervisor alone, and dies with the supervisor, however that ends.
"""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from services.local.output import OURSELVES, Output
from services.local.processes import ProcessIdentity, identify
from services.local.tether import tethered

LOOK_EVERY_S = 0.1
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
STEADY_AFTER_S = 60.0
"""A program that ran this long is forgiven its earlier deaths."""
STOP_DEADLINE_S = 10.0


@dataclass(frozen=True, slots=True)
class Program:
    """What to run. Output goes to `log` if given, else line by line to the supervisor's output."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    log: Path | None = None
    layer: int = 1
    """A higher layer is stopped, wholly, before a lower one."""


@dataclass(slots=True)
class _Child:
    program: Program
    process: "subprocess.Popen[bytes]"
    identity: ProcessIdentity | None
    started_at: float
    deaths: int = 0
    restarts: int = 0
    restart_at: float | None = None
    last_end: str | None = None


def pause_before_restart(deaths: int) -> float:
    """Seconds to wait after this many deaths in a row: twice as long each time, up to a limit."""
    return min(SHORTEST_PAUSE_S * 2.0 ** min(deaths - 1, 16), LONGEST_PAUSE_S)


class Supervisor:
    """Runs programs until `stop`. `changed` is called whenever a program got a new process."""

    def __init__(self, output: Output, changed: Callable[[], None] = lambda: None) -> None:
        self._output = output
        self._changed = changed
        self._children: dict[str, _Child] = {}
        self._stopping = threading.Event()
        self._spawner = ThreadPoolExecutor(1, thread_name_prefix="spawner")
        self._watcher = threading.Thread(target=self._watch, name="watcher", daemon=True)
        self._watcher.start()

    def start(self, program: Program) -> None:
        """Starts it once; from now on it is started again whenever it ends."""
        self._spawner.submit(self._spawn, program).result()

    def processes(self) -> dict[str, ProcessIdentity]:
        """The processes that run now, by the program's name, in order of start."""
        children = tuple(self._children.values())
        return {child.program.name: child.identity for child in children if child.identity}

    def restarts(self, name: str) -> int:
        """How often the program has ended by itself so far."""
        return self._children[name].restarts

    def end_of(self, name: str) -> str | None:
        """How the program last ended by itself; None while its first process runs."""
        child = self._children[name]
        code = child.process.poll()
        return child.last_end if code is None else _how(code)

    def stop(self, deadline_s: float = STOP_DEADLINE_S) -> None:
        """Ends all programs, the last started first; each layer has `deadline_s`, then SIGKILL."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._watcher.join()
        self._spawner.submit(int).result()
        children = tuple(reversed(self._children.values()))
        for layer in sorted({child.program.layer for child in children}, reverse=True):
            self._stop_all([c for c in children if c.program.layer == layer], deadline_s)
        self._spawner.shutdown()
        self._children.clear()

    def _spawn(self, program: Program) -> None:
        """Only in the spawner's thread, which ends last: a child dies with the thread it is of."""
        process = self._popen(program)
        before = self._children.get(program.name)
        self._children[program.name] = _Child(
            program=program,
            process=process,
            identity=identify(process.pid),
            started_at=time.monotonic(),
            deaths=before.deaths if before else 0,
            restarts=before.restarts if before else 0,
            last_end=before.last_end if before else None,
        )
        if process.stdout:
            threading.Thread(
                target=self._forward, args=(program.name, process), daemon=True
            ).start()
        self._changed()

    def _popen(self, program: Program) -> "subprocess.Popen[bytes]":
        log = program.log.open("ab") if program.log else None
        try:
            return subprocess.Popen(
                tethered(program.command),
                env={**os.environ, **program.environment},
                stdin=subprocess.DEVNULL,
                stdout=log or subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        finally:
            if log:
                log.close()

    def _forward(self, name: str, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                self._output(name, line.decode(errors="replace").rstrip())

    def _watch(self) -> None:
        while not self._stopping.wait(LOOK_EVERY_S):
            now = time.monotonic()
            for child in tuple(self._children.values()):
                self._look_after(child, now)

    def _look_after(self, child: _Child, now: float) -> None:
        code = child.process.poll()
        if code is None:
            return
        if child.restart_at is None:
            child.identity = None
            child.restarts += 1
            child.deaths = child.deaths + 1 if now - child.started_at < STEADY_AFTER_S else 1
            child.last_end = _how(code)
            self._plan_restart(child, now)
        elif now >= child.restart_at:
            self._restart(child, now)

    def _plan_restart(self, child: _Child, now: float) -> None:
        pause = pause_before_restart(child.deaths)
        child.restart_at = now + pause
        self._output(
            OURSELVES,
            f"{child.program.name} {child.last_end}; it is started again in {pause:g} s.",
        )

    def _restart(self, child: _Child, now: float) -> None:
        try:
            self._spawner.submit(self._spawn, child.program).result()
        except OSError as error:
            child.deaths += 1
            child.last_end = f"could not be started ({error.strerror})"
            self._plan_restart(child, now)

    def _stop_all(self, children: Collection[_Child], deadline_s: float) -> None:
        _signal(children, signal.SIGTERM)
        late = _wait(children, deadline_s)
        for child in late:
            self._output(
                OURSELVES,
                f"{child.program.name} did not stop within {deadline_s:g} s; it is killed.",
            )
        _signal(late, signal.SIGKILL)
        _wait(late, deadline_s)


def _signal(children: Collection[_Child], kind: signal.Signals) -> None:
    for child in children:
        if child.process.poll() is None:
            os.killpg(child.process.pid, kind)


def _wait(children: Collection[_Child], deadline_s: float) -> list[_Child]:
    """Those that did not end in time."""
    give_up_at = time.monotonic() + deadline_s
    late = []
    for child in children:
        try:
            child.process.wait(max(0.0, give_up_at - time.monotonic()))
        except subprocess.TimeoutExpired:
            late.append(child)
    return late


def _how(code: int) -> str:
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
