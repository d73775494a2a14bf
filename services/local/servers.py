"""What Kafka and mongod have in common for the stack: prepare, run, and be waited for."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from services.local.errors import ServerFailed
from services.local.supervisor import Program, Supervisor

START_DEADLINE_S = 120.0
"""Several times what a slow machine needs; a recovery after a kill reads logs first."""


class Server(Protocol):
    """A server of the stack, before, while and after it starts."""

    address: str

    def prepare(self) -> None:
        """What must be on the disk before it starts; harmless when done again."""
        ...

    def program(self) -> Program: ...

    def is_ready(self) -> bool:
        """Takes what steps are still needed and says whether it can be used; asked until it can."""
        ...

    def complaint(self) -> str:
        """The line of its log that says best why it ended."""
        ...


def wait_until_ready(server: Server, supervisor: Supervisor) -> None:
    """Raises ServerFailed when it ends, or is not ready in time."""
    program = server.program()
    give_up_at = time.monotonic() + START_DEADLINE_S
    while not server.is_ready():
        if end := supervisor.end_of(program.name):
            raise ServerFailed(
                f"{program.name} {end} while it started: {server.complaint()}"
                f" All it said is in {program.log}."
            )
        if time.monotonic() > give_up_at:
            raise ServerFailed(
                f"{program.name} does not answer on {server.address} after"
                f" {START_DEADLINE_S:.0f} s; what it said is in {program.log}."
            )
        time.sleep(0.05)


def last_line_where(log: Path, telling: Callable[[str], bool]) -> str:
    """The last line for which `telling`, else the last of all."""
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    if not lines:
        return "it said nothing."
    return next((line for line in reversed(lines) if telling(line)), lines[-1])
