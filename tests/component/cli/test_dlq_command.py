"""`handoff dlq` over dead letters in memory: what it lists, shows and sends again."""

import json
from pathlib import Path

import pytest

from services.cli import dlq
from services.shared.bus import Received
from services.shared.bus_memory import MemoryBus
from services.shared.consuming import dead_letter
from tests.alert_twins import MemoryDeadLetters
from tests.typed import Run, typing
from tests.unit.shared.records import NOON, At

SALES = "handoff.sales.v1"


@pytest.fixture
def letters() -> MemoryBus:
    """One for each reason, and a second one that is too large."""
    bus = MemoryBus(4, At())
    for number, reason in enumerate(("too_large", "wrong_key", "too_large")):
        record = Received(SALES, 1, number, f"order/{number}".encode(), b"v", (), 0)
        bus.append([dead_letter(record, reason, "tracker", NOON)])
    return bus


@pytest.fixture
def run(
    letters: MemoryBus,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Run:
    monkeypatch.setenv("HANDOFF_HOME", str(tmp_path))
    twin = MemoryDeadLetters(letters)
    monkeypatch.setattr(dlq, "KafkaDeadLetters", lambda *_: twin)
    return typing(monkeypatch, capsys)


def listed(run: Run, *options: str) -> dict[str, str]:
    """The ids and keys of what `list` shows."""
    return {each["id"]: each["key"] for each in run("dlq", "list", "--json", *options).json()}


def test_the_list_has_all_or_those_of_one_reason(run: Run) -> None:
    assert sorted(listed(run).values()) == ["order/0", "order/1", "order/2"]
    assert list(listed(run, "--reason", "wrong_key").values()) == ["order/1"]
    assert run("dlq", "list", "--reason", "none").out == "None with reason 'none'.\n"


def test_one_letter_is_shown_with_its_headers_and_why_its_event_cannot_be_read(run: Run) -> None:
    (id,) = listed(run, "--reason", "wrong_key")
    shown = json.loads(run("dlq", "show", id).out)
    assert (shown["id"], shown["headers"]["handler"]) == (id, "tracker")
    assert "unreadable" in shown["event"]


def test_a_reason_sends_all_that_have_it(run: Run, letters: MemoryBus) -> None:
    assert "2 sent again" in run("dlq", "redrive", "--reason", "too_large").out
    assert sorted(each.key for each in letters.records(SALES)) == [b"order/0", b"order/2"]


def test_letters_are_sent_by_their_ids(run: Run, letters: MemoryBus) -> None:
    (id,) = listed(run, "--reason", "wrong_key")
    assert run("dlq", "redrive", id, "--json").json() == {"redriven": [id]}
    assert [each.key for each in letters.records(SALES)] == [b"order/1"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Give letters, or --reason"),
        (("0/99",), "There is no dead letter '0/99'"),
        (("0/99", "--reason", "too_large"), "Give letters, or --reason"),
    ],
)
def test_what_is_not_clear_or_not_there_sends_nothing(
    run: Run, letters: MemoryBus, arguments: tuple[str, ...], said: str
) -> None:
    done = run("dlq", "redrive", *arguments)
    assert (done.code, said in done.said) == (2, True)
    assert letters.records(SALES) == []
