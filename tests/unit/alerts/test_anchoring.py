"""The audit's head is written down whenever it has moved, and read again from file or log."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from services.alerts.anchoring import PART, Anchoring, anchors_in
from services.alerts.domain.audit.chain import START, Head
from services.shared.health import Health
from tests.alerting import MovedClock, at


@dataclass
class Lines:
    """A log that keeps what it is told."""

    said: list[dict[str, Any]] = field(default_factory=list)

    def info(self, event: str, **parts: object) -> None:
        self.said.append({"event": event, **parts})


@pytest.fixture
def log() -> Lines:
    return Lines()


def anchoring(heads: Iterator[Head], log: Lines, file: Path | None = None) -> Anchoring:
    clock = MovedClock(at("15:25"))
    return Anchoring(lambda: next(heads), file, clock, log, Health(), (OSError,))  # type: ignore[arg-type]


def test_a_head_is_written_down_once_and_again_when_it_has_moved(
    log: Lines, tmp_path: Path
) -> None:
    file = tmp_path / "anchors"
    first, second = Head(1, "a" * 64), Head(3, "c" * 64)
    anchor = anchoring(iter([START, first, first, second]), log, file)
    for _ in range(4):
        anchor.look()
    assert list(anchors_in(file)) == [first, second]
    assert json.loads(file.read_text().splitlines()[0])["at"] == "2026-11-02T15:25:00Z"
    assert [line["audit_number"] for line in log.said] == [1, 3]


def test_a_log_is_as_good_as_a_file(log: Lines, tmp_path: Path) -> None:
    anchoring(iter([Head(1, "a" * 64)]), log).look()
    saved = tmp_path / "alerts.log"
    other = ["Traceback", '{"event": "started"}', "[1]", '{"audit_number": "x", "audit_hash": ""}']
    saved.write_text("\n".join([*other, *map(json.dumps, log.said)]))
    assert list(anchors_in(saved)) == [Head(1, "a" * 64)]


def test_what_the_file_did_not_take_is_reported_and_tried_again(log: Lines, tmp_path: Path) -> None:
    file = tmp_path / "nowhere" / "anchors"
    head = Head(1, "a" * 64)
    anchor = anchoring(iter([head, head]), log, file)
    stopped = threading.Event()
    stopped.set()
    anchor.run(stopped)
    assert "how far the audit has come" in anchor.health.problems()[PART]
    assert log.said == []
    file.parent.mkdir()
    anchor.run(stopped)
    assert list(anchors_in(file)) == [head]
    assert PART not in anchor.health.problems()
