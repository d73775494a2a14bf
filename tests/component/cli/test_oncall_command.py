"""`handoff oncall` as it is typed: who it names, and what it ends with."""

from pathlib import Path

import pytest

from tests.typed import Done, Run, typing

SCHEDULES = """
schedules:
  - schedule: warehouse
    zone: Europe/Berlin
    rotations:
      - rotation: days
        people: [first, second]
        shift: 1 day
        hand_over: "08:00"
        starts: 2026-11-02
  - schedule: office
    zone: UTC
    rotations:
      - rotation: hours
        people: [lead]
        shift: 1 week
        hand_over: monday 00:00
        starts: 2026-11-02
        only: [daily 08:00-18:00]
"""
SWAP = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//tests//EN
BEGIN:VEVENT
UID:1
DTSTAMP:20261101T000000Z
DTSTART:20261102T100000Z
DTEND:20261102T120000Z
SUMMARY:third
END:VEVENT
END:VCALENDAR
"""
MONDAY = ("--at", "2026-11-02T09:00Z", "--days", "1")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    file = tmp_path / "schedules.yaml"
    file.write_text(SCHEDULES)
    monkeypatch.setenv("HANDOFF_HOME", str(tmp_path))
    monkeypatch.setenv("HANDOFF_ALERTS__SCHEDULES", str(file))

    run = typing(monkeypatch, capsys)
    return lambda *arguments: run("oncall", *arguments)


def test_who_is_on_call_now_and_next_is_said(run: Run) -> None:
    assert run("warehouse", *MONDAY) == Done(
        0,
        "warehouse: first now\n"
        "  2026-11-02T09:00:00Z to 2026-11-03T07:00:00Z  first\n"
        "  2026-11-03T07:00:00Z to 2026-11-03T09:00:00Z  second\n",
        "",
    )


def test_a_time_without_anybody_is_named_and_ends_with_1(run: Run) -> None:
    done = run(*MONDAY)
    assert done.code == 1
    assert "  2026-11-02T18:00:00Z to 2026-11-03T08:00:00Z  NOBODY: add" in done.out
    assert "office: lead now" in done.out


def test_an_override_of_a_calendar_counts(run: Run, tmp_path: Path) -> None:
    swap = tmp_path / "swap.ics"
    swap.write_text(SWAP.replace("\n", "\r\n"))
    done = run("warehouse", *MONDAY, "--overrides", str(swap))
    assert "  2026-11-02T10:00:00Z to 2026-11-02T12:00:00Z  third" in done.out.splitlines()


def test_a_calendar_has_each_shift(run: Run) -> None:
    done = run("warehouse", *MONDAY, "--ics")
    assert done.code == 0
    assert done.out.count("BEGIN:VEVENT") == 2
    assert "SUMMARY:second" in done.out


def test_the_shipped_schedules_have_somebody_at_any_time(run: Run) -> None:
    shipped = Path(__file__).parents[3] / "deploy/oncall/schedules.yaml"
    done = run("--file", str(shipped), "--at", "2026-11-02T09:00Z", "--days", "366", "--json")
    assert (done.code, '"nobody": []' in done.out) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("stores",), 2, "no schedule 'stores'; there are warehouse, office"),
        (("--days", "0"), 2, "greater than or equal to 1"),
        (("--days", "367"), 2, "less than or equal to 366"),
        (("--at", "noon"), 2, "'noon' is no time"),
        (("--ics",), 2, "--ics and --overrides need SCHEDULE"),
        (("--file", "nowhere.yaml"), 1, "nowhere.yaml"),
        (("warehouse", "--overrides", "nowhere.ics"), 1, "nowhere.ics cannot be read"),
    ],
)
def test_a_mistake_is_named(run: Run, arguments: tuple[str, ...], code: int, says: str) -> None:
    done = run(*arguments)
    assert done.code == code
    assert says in done.said


def test_without_a_file_the_setting_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HANDOFF_ALERTS__SCHEDULES")
    done = run()
    assert (done.code, "set HANDOFF_ALERTS__SCHEDULES" in done.err) == (1, True)
