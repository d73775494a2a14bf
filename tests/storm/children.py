"""Processes that a storm starts, hurts and starts again; none of them outlives it."""

import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from services.local.supervisor import Program
from services.local.tether import tethered

END_DEADLINE_S = 15.0


class Child:
    """One program; start it in the main thread only, for it dies with the thread it is of."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def name(self) -> str:
        return self.program.name

    def start(self, environment: Mapping[str, str] | None = None) -> None:
        assert self.program.log, "what a child says is kept"
        with self.program.log.open("ab") as log:
            self._process = subprocess.Popen(
                tethered(self.program.command),
                env={**os.environ, **self.program.environment, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def ended(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs, or before it was started."""
        return self._process.poll() if self._process else None

    def tell(self, number: signal.Signals) -> None:
        if self._process and self._process.poll() is None:
            self._process.send_signal(number)

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self.tell(signal.SIGKILL)
        if self._process:
            self._process.wait(END_DEADLINE_S)

    def end(self) -> None:
        """Politely, and by force where that does not help; a stopped one goes on first."""
        if not self._process:
            return
        self.tell(signal.SIGCONT)
        self.tell(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(END_DEADLINE_S)
        self.kill()

    def said(self) -> str:
        log = self.program.log
        return log.read_text(errors="replace") if log and log.exists() else ""


def log_of(home: Path, name: str) -> Path:
    folder = home / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.log"
