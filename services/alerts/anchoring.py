"""The head of the audit, written down where whoever owns the database cannot quietly change it.

Each anchor is a line of the service's log, which is collected elsewhere in any case, and of the
file that HANDOFF_ALERTS__AUDIT_ANCHOR names, which belongs on a disk of somebody else or one that
only takes what is appended. A topic of Kafka is none: it forgets, and whoever runs Mongo often runs
Kafka, too. What is done and undone between two anchors is not found.
"""

import json
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from services.alerts.domain.audit.chain import START, Head
from services.shared.clock import Clock, iso
from services.shared.health import Health

ANCHOR_EVERY_S = 10.0
PART = "audit anchor"
NUMBER, HASH = "audit_number", "audit_hash"


@dataclass
class Anchoring:
    """Writes down each head that it finds moved; `clock` is the wall's."""

    head: Callable[[], Head]
    file: Path | None
    clock: Clock
    log: structlog.typing.FilteringBoundLogger
    health: Health
    trouble: tuple[type[Exception], ...]
    """What may go wrong with the store or the file, and is tried again."""
    _written: Head = field(default=START, init=False)

    def run(self, stop: threading.Event) -> None:
        """Until stopped, and then once more."""
        while True:
            stopping = stop.is_set()
            try:
                self.look()
            except self.trouble as error:
                self.health.report(PART, f"Cannot write down how far the audit has come: {error}")
            else:
                self.health.report(PART, None)
            if stopping:
                return
            stop.wait(ANCHOR_EVERY_S)

    def look(self) -> None:
        """Raises OSError where the file does not take it."""
        head = self.head()
        if head == self._written:
            return
        anchor = {NUMBER: head.number, HASH: head.hash}
        if self.file:
            _append(self.file, {"at": iso(self.clock.now()), **anchor})
        self.log.info("audit anchored", **anchor)
        self._written = head


def anchors_in(file: Path) -> Iterator[Head]:
    """Those of an anchor file or of a log in JSON; other lines are passed over. Raises OSError."""
    with file.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            try:
                said = json.loads(line)
                yield Head(int(said[NUMBER]), str(said[HASH]))
            except (ValueError, TypeError, KeyError):
                continue


def _append(file: Path, line: dict[str, object]) -> None:
    with file.open("a", encoding="utf-8") as anchors:
        anchors.write(json.dumps(line) + "\n")
        anchors.flush()
        os.fsync(anchors.fileno())
