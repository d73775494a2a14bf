"""One YAML text to schedules; a wrong text to every fault with its line, key and remedy."""

from pathlib import Path

import pytest

from services.alerts.domain.schedules.on_call import gaps
from services.alerts.domain.schedules.schedule import Rotation, Schedule
from services.shared.zones import DAY
from tests.scheduling import HEAD, ROTATION, a_rotation, an_override, berlin, faults, schedules

WHOLE = """\
schedules:
  - schedule: operations
    zone: Europe/Berlin
    rotations:
      - rotation: days
        people: [operations-first, operations-second]
        shift: 1 week
        hand_over: monday 09:00
        starts: 2026-11-02
        zone: America/New_York
        only: [friday 17:00 - monday 08:00, tuesday 22:00-06:00]
      - rotation: nights
        people: [operations-deputy]
        shift: 12 hours
        hand_over: "20:00"
        starts: 2026-11-02
    overrides:
      - person: operations-lead
        from: 2026-12-24 09:00
        until: 2026-12-27 09:00
      - person: operations-deputy
        from: 2026-12-27 09:00
        until: 2026-12-28 09:00
        replaces: operations-first
"""


def changed(old: str, new: str) -> str:
    assert old in WHOLE
    return WHOLE.replace(old, new, 1)


def test_every_key_is_read() -> None:
    days = a_rotation(
        "operations-first operations-second",
        zone="America/New_York",
        only=("friday 17:00 - monday 08:00", "tuesday 22:00-06:00"),
    )
    nights = a_rotation("operations-deputy", shift="12 hours", hand_over="20:00")
    assert schedules(WHOLE) == {
        "operations": Schedule(
            "operations",
            "Europe/Berlin",
            (_named("days", days), _named("nights", nights)),
            (
                an_override("operations-lead", "2026-12-24 09:00", "2026-12-27 09:00"),
                an_override(
                    "operations-deputy", "2026-12-27 09:00", "2026-12-28 09:00", "operations-first"
                ),
            ),
        )
    }


def _named(name: str, rotation: Rotation) -> Rotation:
    return Rotation(
        name,
        rotation.people,
        rotation.begins,
        rotation.shift,
        rotation.zone,
        rotation.windows,
    )


def test_overrides_are_in_the_zone_of_the_schedule() -> None:
    read_as = schedules(changed("Europe/Berlin", "Asia/Kolkata"))["operations"].overrides[0]
    assert read_as == an_override(
        "operations-lead", "2026-12-24 09:00", "2026-12-27 09:00", zone="Asia/Kolkata"
    )


def test_the_schedules_that_ship_leave_nobody_unreachable() -> None:
    path = Path(__file__).parents[3] / "deploy" / "oncall" / "schedules.yaml"
    for schedule in schedules(path.read_text(encoding="utf-8")).values():
        start = berlin("2026-11-03 00:00")
        assert list(gaps(schedule, start, start + 366 * DAY)) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "Europe/Berlin",
            "Europe/Belrin",
            "3: schedules.0.zone: 'Europe/Belrin' is no time zone;"
            " write for example 'Europe/Berlin'.",
        ),
        (
            "America/New_York",
            "New York",
            "10: schedules.0.rotations.0.zone: 'New York' is no time zone;"
            " write for example 'Europe/Berlin'.",
        ),
        (
            "[operations-first, operations-second]",
            "[]",
            "6: schedules.0.rotations.0.people: '[]' is wrong:"
            " List should have at least 1 item after validation, not 0.",
        ),
        (
            "operations-first, operations-second",
            "operations-first, Second",
            "6: schedules.0.rotations.0.people.1: 'Second' is wrong:"
            " String should match pattern '^[a-z][a-z0-9_-]{0,62}$'.",
        ),
        (
            "operations-first, operations-second",
            "operations-first, operations-first",
            "6: schedules.0.rotations.0.people.1: 'operations-first' is there twice;"
            " give each a name of its own.",
        ),
        (
            "rotation: nights",
            "rotation: days",
            "12: schedules.0.rotations.1.rotation: 'days' is there twice;"
            " give each a name of its own.",
        ),
        (
            "1 week",
            "0 weeks",
            "7: schedules.0.rotations.0.shift: '0 weeks' is no turn; write '1 hour' to '366 days'.",
        ),
        (
            "12 hours",
            "noon",
            "14: schedules.0.rotations.1.shift: 'noon' is no length;"
            " write for example '12 hours' or '1 week'.",
        ),
        (
            "hand_over: monday 09:00",
            "hand_over: '09:00'",
            "8: schedules.0.rotations.0.hand_over: '09:00' is no hand-over;"
            " write for example 'monday 09:00', as its turns are of weeks.",
        ),
        (
            '"20:00"',
            "monday 20:00",
            "15: schedules.0.rotations.1.hand_over: 'monday 20:00' is no hand-over;"
            " write for example '09:00'.",
        ),
        (
            "starts: 2026-11-02",
            "starts: 2026-02-30",
            "9: schedules.0.rotations.0.starts: '2026-02-30' is no date;"
            " write for example '2026-11-02', from 1970 to 2199.",
        ),
        (
            "starts: 2026-11-02",
            "starts: 2026-W45-1",
            "9: schedules.0.rotations.0.starts: '2026-W45-1' is no date;"
            " write for example '2026-11-02', from 1970 to 2199.",
        ),
        (
            "tuesday 22:00-06:00",
            "tuesday 22-06",
            "11: schedules.0.rotations.0.only.1: 'tuesday 22-06' is no window;"
            " write for example 'daily 22:00-06:00' or 'friday 17:00 - monday 08:00'.",
        ),
        (
            "tuesday 22:00-06:00",
            "sunday 07:00-08:00",
            "11: schedules.0.rotations.0.only.1: 'sunday 07:00-08:00' overlaps"
            " 'friday 17:00 - monday 08:00'; let one close before the other opens.",
        ),
        (
            "tuesday 22:00-06:00",
            "monday 07:59-09:00",
            "11: schedules.0.rotations.0.only.1: 'monday 07:59-09:00' overlaps"
            " 'friday 17:00 - monday 08:00'; let one close before the other opens.",
        ),
        (
            "from: 2026-12-24 09:00",
            "from: 2026-12-24",
            "19: schedules.0.overrides.0.from: '2026-12-24' is no moment;"
            " write for example '2026-12-24 09:00'.",
        ),
        (
            "until: 2026-12-27 09:00",
            "until: 2026-12-24 09:00",
            "20: schedules.0.overrides.0.until: '2026-12-24 09:00' is not after"
            " '2026-12-24 09:00'; let it end later.",
        ),
        (
            "from: 2026-12-27 09:00",
            "from: 2026-12-27 08:59",
            "21: schedules.0.overrides.1: it overlaps the one on line 18;"
            " let one end before the other begins.",
        ),
        (
            "replaces: operations-first",
            "replaces: finance-lead",
            "24: schedules.0.overrides.1.replaces: 'finance-lead' is in no rotation of this"
            " schedule; name one who is.",
        ),
        (
            "    overrides:",
            "    override:",
            "17: schedules.0.override: this key is not read;"
            " known are schedule, zone, rotations, overrides.",
        ),
        (
            "        until: 2026-12-27 09:00\n",
            "",
            "18: schedules.0.overrides.0.until: this key is missing; add it.",
        ),
        (
            "        replaces: ",
            "        instead_of: ",
            "24: schedules.0.overrides.1.instead_of: this key is not read;"
            " known are person, from, until, replaces.",
        ),
    ],
)
def test_a_fault_says_where_it_is_and_what_would_be_right(
    old: str, new: str, expected: str
) -> None:
    assert faults(changed(old, new)) == [expected]


def test_faults_of_several_places_come_at_once_in_order_of_their_lines() -> None:
    text = changed("1 week", "0 weeks").replace("tuesday 22:00", "tuesday").replace("Berlin", "B")
    assert [fault.partition(":")[0] for fault in faults(text)] == ["3", "7", "11"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "1: YAML: it is empty; start with `schedules:`."),
        ("- a", "1: file: it is not a mapping; start with `schedules:`."),
        ("schedules: *a", "1: YAML: aliases (`*name`) are not read; write it out."),
        ("people: []", "1: schedules: this key is missing; add it."),
    ],
)
def test_a_text_that_is_no_file_of_schedules_is_refused(text: str, expected: str) -> None:
    assert expected in faults(text)


def test_two_schedules_of_one_name_are_refused() -> None:
    twice = HEAD % (ROTATION % (0, "")) + (HEAD % (ROTATION % (0, ""))).partition("\n")[2]
    assert faults(twice) == [
        "3: schedules.1.schedule: 'operations' is there twice; give each a name of its own."
    ]
