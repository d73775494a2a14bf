"""`handoff agreements try` and `diff --last` on a real stack: what was said is folded again."""

import json
import os
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from services.console.trial_view import answer_view
from services.console.trials import Trial, command, understood
from services.local.stack import LocalStack
from services.shared.bus import Received, Record
from services.shared.bus_kafka import KafkaPublisher
from services.shared.clock import WallClock
from services.tracker.agreement_files import shipped
from tests.commands import HANDOFF
from tests.tracking import HOUR, paid, placed
from tests.typed import typing

ORDER = "order/tried-1"
TEXT = (shipped("default") / "approve-payment.yaml").read_text()


class Ended(NamedTuple):
    """How a command ended, and what it printed."""

    code: int
    told: Any
    progress: str


class Company:
    """A tracker that goes by the default agreements, and `handoff agreements`."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        now = WallClock().now()
        records = [placed(now - 2 * HOUR, subject=ORDER), paid(now - HOUR, subject=ORDER)]
        with closing(KafkaPublisher(stack.settings.kafka, "test")) as publisher:
            publisher.publish([_to_publish(each) for each in records])

    def agreements(self, *arguments: str, text: str = "") -> Ended:
        done = subprocess.run(
            [*HANDOFF, "agreements", *arguments, "--json"],
            env={**os.environ, **self.stack.environment},
            input=text,
            capture_output=True,
            check=False,
            text=True,
        )
        return Ended(done.returncode, json.loads(done.stdout or "null"), done.stderr)

    def try_(self, text: str, *options: str) -> Ended:
        return self.agreements("try", "approve-payment", "-", *options, text=text)


@pytest.fixture
def company(tracked_stack: LocalStack) -> Company:
    return Company(tracked_stack)


def test_a_changed_agreement_is_tried_on_what_was_said_lately(company: Company) -> None:
    same = company.try_(TEXT, "--last", "1h")
    assert (same.code, same.told["first"], same.told["remarks"]) == (0, [], [])
    assert same.told["events"] >= 2
    assert same.told["partitions"] == same.told["of_partitions"]
    tried = company.try_(
        TEXT.replace("within: 4 business hours", "within: 10 minutes"),
        *("--last", "1h", "--first", "1000", "--progress"),
    )
    assert tried.code == 1
    ours = {each["agreement"]: each for each in tried.told["first"] if each["subject"] == ORDER}
    assert ours["approve-payment"]["before"]["outcome"] == "kept"
    assert ours["approve-payment"]["after"]["outcome"] == "kept_late"
    assert tried.told["counts"]["outcome"] >= 1
    assert "give it a higher version" in tried.told["remarks"][0]
    assert "Reading: " in tried.progress


def test_the_console_asks_in_words_that_are_understood(company: Company) -> None:
    done = subprocess.run(
        command("approve-payment", 1),
        env={**os.environ, **company.stack.environment},
        input=TEXT.encode(),
        capture_output=True,
        check=False,
    )
    answer, problem = understood(done.stdout, done.stderr.decode())
    assert problem is None
    view = answer_view(Trial("approve-payment", TEXT, 1, answer=answer))
    assert view
    assert (view.different, view.first) == (0, ())


@pytest.fixture
def faults_of(
    company: Company,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[[str], list[dict[str, Any]]]:
    """What the command finds wrong with a text, in this process: none has to start for it."""
    for name, value in company.stack.environment.items():
        monkeypatch.setenv(name, value)
    typed, file = typing(monkeypatch, capsys), tmp_path / "approve-payment.yaml"

    def tried(text: str) -> list[dict[str, Any]]:
        file.write_text(text)
        done = typed("agreements", "try", "approve-payment", str(file), "--json")
        assert done.code == 2
        faults: list[dict[str, Any]] = done.json()["faults"]
        return faults

    return tried


def test_faults_of_what_is_tried_are_told_as_lint_tells_them(
    faults_of: Callable[[str], list[dict[str, Any]]],
) -> None:
    (fault,) = faults_of(TEXT.replace("within: 4 business hours", "within: soon"))
    assert (fault["file"], fault["line"], fault["key"]) == (
        "approve-payment.yaml",
        11,
        "fulfil.within",
    )
    other, *_ = faults_of(TEXT.replace("agreement: approve-payment", "agreement: ship-paid-order"))
    assert "it is 'ship-paid-order'; what is tried starts" in other["remedy"]
    calendar, *_ = faults_of((shipped("default") / "office.yaml").read_text())
    assert calendar["key"] == "agreement"


def test_the_active_set_is_compared_with_a_folder(company: Company, tmp_path: Path) -> None:
    for path in shipped("default").glob("*.yaml"):
        (tmp_path / path.name).write_text(path.read_text())
    (tmp_path / "approve-payment.yaml").write_text(TEXT.replace("4 business hours", "10 minutes"))
    found = company.agreements("diff", "active", str(tmp_path), "--last", "1h")
    assert found.code == 1
    ends = [(each["before"], each["after"]) for each in found.told["ends"]]
    assert ("kept", "kept_late") in ends


def _to_publish(read: Received) -> Record:
    return Record(read.topic, read.key, read.value, read.headers)
