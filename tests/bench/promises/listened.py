"""The tracker, and beside it a list of all that it asks Mongo: a line a command, in a file.

    python -m tests.bench.promises.listened commands.log

It is the service as it is, started by its own `main`; pymongo tells of each command when its answer
has come. Bulk writes go out as one command, so a line is a round trip.
"""

import sys
from pathlib import Path
from typing import Any, TextIO

from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
    register,
)

from services.shared.clock import WallClock
from services.tracker.app import main
from tests.bench.promises.round_trips import RoundTrip


class Listing(CommandListener):
    """Several threads ask at once; what a command was is kept until its answer comes."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._asked: dict[int, RoundTrip] = {}

    def started(self, event: CommandStartedEvent) -> None:
        command, name = event.command, event.command_name
        session = command["lsid"]["id"].hex() if "lsid" in command else ""
        inside = session and command.get("autocommit") is False
        self._asked[event.request_id] = RoundTrip(
            0,
            name,
            _collection(command["collection"] if name == "getMore" else command[name]),
            f"{session}/{command['txnNumber']}" if inside else "",
            found=False,
        )

    def succeeded(self, event: CommandSucceededEvent) -> None:
        self._answered(event.request_id, event.reply)

    def failed(self, event: CommandFailedEvent) -> None:
        self._answered(event.request_id, {})

    def _answered(self, request: int, reply: Any) -> None:  # noqa: ANN401 - a document
        trip = self._asked.pop(request)
        found = bool(reply.get("cursor", {}).get("firstBatch"))
        line = trip._replace(at=WallClock().now(), found=found).line
        self._file.write(line)


def _collection(named: object) -> str:
    """A command that is of none, as `killSessions`, has something else in its place."""
    return named if isinstance(named, str) else "-"


if __name__ == "__main__":
    with Path(sys.argv[1]).open("a", buffering=1) as file:
        register(Listing(file))
        sys.exit(main())
