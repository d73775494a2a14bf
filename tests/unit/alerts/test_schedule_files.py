"""One YAML text to schedules; a wrong text to every fault with its line, key and remedy."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from services.alerts.domain.schedules.keys import (
    OVERRIDES_LIMIT,
    PEOPLE_LIMIT,
    ROTATIONS_LIMIT,
    SCHEDULES_LIMIT,
    WINDOWS_LIMIT,
)
from services.alerts.domain.schedules.on_call import gaps
from services.alerts.domain.schedules.reading import read_schedules
from services.alerts.domain.schedules.schedule import Rotation, Schedule
from services.shared.faults import Fault
from services.shared.zones import DAY
from tests.scheduling import a_rotation, an_override, berlin

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
HEAD = "schedules:\n  - {schedule: operations, zone: Europe/Berlin, rotations: [%s]}\n"
ROTATION = "{rotation: r%s, people: [a], shift: 1 day, hand_over: '09:00', starts: 2026-11-02%s}"


def changed(old: str, new: str) -> str:
    assert old in WHOLE
    return WHOLE.replace(old, new, 1)


def schedules(text: str) -> Mapping[str, Schedule]:
    read_as = read_schedules(text, "schedules.yaml")
    assert not isinstance(read_as, tuple), "\n".join(map(str, read_as))
    return read_as


def faults(text: str) -> list[str]:
    read_as = read_schedules(text, "schedules.yaml")
    assert isinstance(read_as, tuple)
    assert all(isinstance(each, Fault) for each in read_as)
    return [str(each).removeprefix("schedules.yaml:") for each in read_as]


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


class TestWindows:
    """What stands in `only`."""

    @staticmethod
    def of(*texts: str) -> str:
        listed = ", ".join(f"'{text}'" for text in texts)
        return HEAD % (ROTATION % (0, f", only: [{listed}]"))

    @pytest.mark.parametrize(
        "texts",
        [
            ("daily 00:00-24:00",),
            ("daily 22:00-06:00", "daily 06:00-22:00"),
            ("sunday 20:00 - friday 08:00", "friday 08:00 - sunday 20:00"),
            ("sunday 00:00 - sunday 24:00",),
            ("monday 00:00-08:00", "sunday 08:00 - monday 00:00"),
        ],
    )
    def test_windows_that_only_touch_are_read(self, texts: tuple[str, ...]) -> None:
        (rotation,) = schedules(self.of(*texts))["operations"].rotations
        assert rotation.windows == tuple(sorted(rotation.windows))

    @pytest.mark.parametrize(
        "texts",
        [
            ("daily 22:00-06:01", "daily 06:00-22:00"),
            ("sunday 20:00 - monday 08:01", "monday 08:00-09:00"),
            ("daily 08:00-09:00", "wednesday 08:00-09:00"),
        ],
    )
    def test_windows_that_overlap_are_refused(self, texts: tuple[str, ...]) -> None:
        assert all("overlaps" in fault for fault in faults(self.of(*texts)))

    @pytest.mark.parametrize(
        "text",
        [
            "08:00-18:00",
            "daily 8:00-18:00",
            "daily 08:00-24:01",
            "daily 24:00-06:00",
            "daily 08:00 - friday 18:00",
            "Monday 08:00-18:00",
            "monday-friday 08:00-18:00",
        ],
    )
    def test_a_window_has_a_weekday_and_two_times(self, text: str) -> None:
        (fault,) = faults(self.of(text))
        assert f"{text!r} is no window" in fault

    @pytest.mark.parametrize("text", ["daily 08:00-08:00", "monday 08:00 - monday 08:00"])
    def test_a_window_has_a_length(self, text: str) -> None:
        (fault,) = faults(self.of(text))
        assert fault.endswith(f"{text!r} has no length; for always, leave `only` out.")


class TestOverlaps:
    """Overrides at a time."""

    TWO = (
        HEAD.replace("}\n", ", overrides: [\n{person: x, from: 2026-12-01 09:00, until: 2026-12-03"
        " 09:00%s},\n{person: y, from: 2026-12-02 09:00, until: 2026-12-04 09:00%s}]}\n")
    )  # fmt: skip

    def of(self, first: str, second: str) -> str:
        rotation = ROTATION.replace("[a]", "[a, b]") % (0, "")
        replacing = [f", replaces: {name}" if name else "" for name in (first, second)]
        return self.TWO % (rotation, *replacing)

    def test_two_that_replace_different_people_may_overlap(self) -> None:
        assert len(schedules(self.of("a", "b"))["operations"].overrides) == 2

    @pytest.mark.parametrize(("first", "second"), [("a", "a"), ("a", ""), ("", "b"), ("", "")])
    def test_others_may_not(self, first: str, second: str) -> None:
        assert faults(self.of(first, second)) == [
            "4: schedules.0.overrides.1: it overlaps the one on line 3;"
            " let one end before the other begins."
        ]

    @staticmethod
    def named(*overrides: tuple[str, int, int, str]) -> list[str]:
        """The places of those that are refused; each is from a day of December until another."""
        rotation = ROTATION.replace("[a]", "[a, b]") % (0, "")
        listed = ", ".join(
            f"{{person: {person}, from: 2026-12-{first:02} 09:00, until: 2026-12-{last:02} 09:00"
            + (f", replaces: {replaces}}}" if replaces else "}")
            for person, first, last, replaces in overrides
        )
        found = faults((HEAD % rotation).replace("}\n", f", overrides: [{listed}]}}\n"))
        return [fault.split(":")[1].strip() for fault in found]

    def test_one_that_ends_early_hides_no_longer_one_before_it(self) -> None:
        assert self.named(("x", 1, 20, ""), ("y", 2, 3, ""), ("z", 10, 11, "")) == [
            "schedules.0.overrides.1",
            "schedules.0.overrides.2",
        ]

    def test_one_that_meets_two_is_named_once(self) -> None:
        assert self.named(("x", 1, 9, "a"), ("y", 1, 9, "b"), ("z", 5, 6, "")) == [
            "schedules.0.overrides.2"
        ]


class TestLimits:
    """What a file may hold at most."""

    @staticmethod
    def of_schedules(count: int) -> str:
        one = (HEAD % (ROTATION % (0, ""))).partition("\n")[2]
        return "schedules:\n" + "".join(
            one.replace("operations", f"s{number}") for number in range(count)
        )

    @staticmethod
    def of_rotations(count: int) -> str:
        return HEAD % ", ".join(ROTATION % (number, "") for number in range(count))

    @staticmethod
    def of_people(count: int) -> str:
        people = ", ".join(f"p{number}" for number in range(count))
        return HEAD % (ROTATION % (0, "")).replace("[a]", f"[{people}]")

    @staticmethod
    def of_windows(count: int) -> str:
        texts = [f"monday {number:02}:00-{number:02}:30" for number in range(count)]
        return TestWindows.of(*texts)

    @staticmethod
    def of_overrides(count: int) -> str:
        listed = ", ".join(
            f"{{person: x, from: {2000 + number // 12}-{number % 12 + 1:02}-01 09:00,"
            f" until: {2000 + number // 12}-{number % 12 + 1:02}-02 09:00}}"
            for number in range(count)
        )
        return (HEAD % (ROTATION % (0, ""))).replace("}\n", f", overrides: [{listed}]}}\n")

    @pytest.mark.parametrize(
        ("text_of", "limit"),
        [
            (of_schedules, SCHEDULES_LIMIT),
            (of_rotations, ROTATIONS_LIMIT),
            (of_people, PEOPLE_LIMIT),
            (of_windows, WINDOWS_LIMIT),
            (of_overrides, OVERRIDES_LIMIT),
        ],
    )
    def test_one_more_than_the_limit_is_refused(
        self, text_of: Callable[[int], str], limit: int
    ) -> None:
        assert schedules(text_of(limit))
        (fault,) = faults(text_of(limit + 1))
        assert f"List should have at most {limit} items" in fault

    @pytest.mark.parametrize(("text", "is_read"), [("366 days", True), ("367 days", False)])
    def test_a_turn_has_at_most_a_year(self, text: str, is_read: bool) -> None:
        read_as = read_schedules(changed("12 hours", text), "schedules.yaml")
        assert isinstance(read_as, tuple) is not is_read

    @pytest.mark.parametrize(("year", "is_read"), [(1969, 0), (1970, 1), (2199, 1), (2200, 0)])
    def test_a_rotation_begins_between_1970_and_2199(self, year: int, is_read: bool) -> None:
        text = changed("starts: 2026-11-02", f"starts: {year}-06-01")
        assert isinstance(read_schedules(text, "schedules.yaml"), tuple) is not bool(is_read)


def test_of_many_overrides_at_one_time_each_is_named_once() -> None:
    same = "{person: x, from: 2026-12-01 09:00, until: 2026-12-03 09:00}"
    listed = ", ".join([same] * OVERRIDES_LIMIT)
    text = (HEAD % (ROTATION % (0, ""))).replace("}\n", f", overrides: [{listed}]}}\n")
    assert len(faults(text)) == OVERRIDES_LIMIT - 1
