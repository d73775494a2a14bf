"""The file of schedules on disk: read whole, or refused with what would be right."""

import os
from pathlib import Path

import pytest
import structlog

from services.alerts.domain.schedules.calls import NO_CALLS, Calls
from services.alerts.errors import SchedulesError
from services.alerts.files import FILE_BYTES_LIMIT
from services.alerts.schedule_files import LiveSchedules, load_schedules

SHIPPED = Path(__file__).parents[3] / "deploy" / "oncall" / "schedules.yaml"


PEOPLE = """\
people: {ann: {receiver: pager}}
schedules:
  - schedule: days
    zone: UTC
    rotations:
      - {rotation: r, people: [ann, log], shift: 1 day, hand_over: '09:00', starts: 2026-11-02}
  - schedule: nights
    zone: UTC
    rotations:
      - {rotation: r, people: [ben, bob], shift: 1 day, hand_over: '09:00', starts: 2026-11-02}
    overrides:
      - {person: eve, from: 2026-11-02 09:00, until: 2026-11-03 09:00}
"""
CALLS = Calls(frozenset({"days"}), frozenset({"log", "pager"}))


def refusal(path: Path, calls: Calls = NO_CALLS) -> str:
    with pytest.raises(SchedulesError) as refused:
        load_schedules(path, calls)
    return str(refused.value)


def written(folder: Path, text: str = PEOPLE) -> Path:
    path = folder / "schedules.yaml"
    path.write_text(text)
    return path


def test_the_schedules_that_ship_are_found_by_their_names() -> None:
    assert list(load_schedules(SHIPPED)) == ["operations", "finance"]


def test_every_fault_is_a_line_of_the_message(tmp_path: Path) -> None:
    path = tmp_path / "schedules.yaml"
    path.write_text(SHIPPED.read_text().replace("Europe/Berlin", "Berlin"))
    wrong = "is no time zone; write for example 'Europe/Berlin'."
    first, second = refusal(path).splitlines()
    assert first == f"{path}:16: schedules.0.zone: 'Berlin' {wrong}"
    assert second.endswith(f": schedules.1.zone: 'Berlin' {wrong}")


def test_a_file_of_more_than_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "schedules.yaml"
    text = SHIPPED.read_text()
    path.write_text(text + "#" * (FILE_BYTES_LIMIT - len(text.encode())))
    assert load_schedules(path)
    path.write_text(path.read_text() + "#")
    assert refusal(path).endswith(
        f"it is {FILE_BYTES_LIMIT + 1} bytes; the limit is {FILE_BYTES_LIMIT}."
    )


def test_what_is_no_readable_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "schedules.yaml"
    assert "it cannot be read" in refusal(path)
    path.write_bytes(b"\xff")
    assert "give a file of UTF-8 text" in refusal(path)


def test_a_person_is_told_at_the_receiver_that_is_named_or_has_their_name(tmp_path: Path) -> None:
    days = load_schedules(written(tmp_path), CALLS)["days"]
    assert [days.receiver_of(person) for person in ("ann", "log")] == ["pager", "log"]


def test_who_may_be_called_and_has_no_receiver_is_a_fault_of_the_file(tmp_path: Path) -> None:
    path = written(tmp_path)
    both = Calls(frozenset({"days", "nights"}), CALLS.receivers)
    ben, bob, eve = refusal(path, both).splitlines()
    assert ben == (
        f"{path}:10: schedules.1.rotations.0.people.0: a ladder calls 'ben', who has no receiver;"
        " name one so, or add `people: {ben: {receiver: NAME}}`. There are log, pager."
    )
    assert ":10: schedules.1.rotations.0.people.1: a ladder calls 'bob'" in bob
    assert ":12: schedules.1.overrides.0.person: a ladder calls 'eve'" in eve


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("pager}", "phone}", ":1: people.ann.receiver: there is no receiver 'phone'; there are lo"),
        ("{ann: {", "{kim: {receiver: log}, ann: {", ":1: people.kim: is in no rotation and no ov"),
        ("schedule: days", "schedule: day", ":2: schedules: a ladder names 'days', which is not h"),
        ("{receiver: pager}", "{phone: pager}", ":1: people.ann.phone: this key is not read; know"),
    ],
)
def test_what_else_keeps_a_call_from_a_person_is_a_fault(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    assert says in refusal(written(tmp_path, PEOPLE.replace(old, new, 1)), CALLS)


def test_the_schedules_are_as_the_file_says_now_and_while_it_is_wrong_as_before(
    tmp_path: Path,
) -> None:
    path, said = written(tmp_path), structlog.testing.LogCapture()
    log = structlog.wrap_logger(None, processors=[said])
    live = LiveSchedules(path, CALLS, load_schedules(path, CALLS), log)
    assert live.now()["days"].receiver_of("ann") == "pager"
    rewritten(path, PEOPLE.replace("receiver: pager", "receiver: log"), 1)
    assert live.now()["days"].receiver_of("ann") == "log"
    rewritten(path, PEOPLE.replace("receiver: pager", "receiver: phone"), 2)
    assert [live.now()["days"].receiver_of("ann") for _ in range(2)] == ["log", "log"]
    path.unlink()
    assert live.now()["days"].receiver_of("ann") == "log"
    problems = [entry["problem"] for entry in said.entries]
    assert ["no receiver 'phone'" in problems[0], "cannot be read" in problems[1]] == [True, True]
    assert len(problems) == 2


def rewritten(path: Path, text: str, second: int) -> None:
    """As at this second: a file system's clock may not have moved on by itself."""
    path.write_text(text)
    os.utime(path, (second, second))
