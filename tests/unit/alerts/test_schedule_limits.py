"""What the parts of a file of schedules may say together, and how much it may hold."""

from collections.abc import Callable

import pytest

from services.alerts.domain.schedules.keys import (
    OVERRIDES_LIMIT,
    PEOPLE_LIMIT,
    ROTATIONS_LIMIT,
    SCHEDULES_LIMIT,
    WINDOWS_LIMIT,
)
from services.alerts.domain.schedules.reading import read_schedules
from tests.scheduling import HEAD, ROTATION, faults, schedules


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

    @pytest.mark.parametrize(("shift", "is_read"), [("366 days", True), ("367 days", False)])
    def test_a_turn_has_at_most_a_year(self, shift: str, is_read: bool) -> None:
        text = (HEAD % (ROTATION % (0, ""))).replace("1 day", shift)
        assert isinstance(read_schedules(text, "schedules.yaml"), tuple) is not is_read

    @pytest.mark.parametrize(
        ("year", "is_read"), [(1969, False), (1970, True), (2199, True), (2200, False)]
    )
    def test_a_rotation_begins_between_1970_and_2199(self, year: int, is_read: bool) -> None:
        text = (HEAD % (ROTATION % (0, ""))).replace("2026-11-02", f"{year}-06-01")
        assert isinstance(read_schedules(text, "schedules.yaml"), tuple) is not is_read


def test_of_many_overrides_at_one_time_each_is_named_once() -> None:
    same = "{person: x, from: 2026-12-01 09:00, until: 2026-12-03 09:00}"
    listed = ", ".join([same] * OVERRIDES_LIMIT)
    text = (HEAD % (ROTATION % (0, ""))).replace("}\n", f", overrides: [{listed}]}}\n")
    assert len(faults(text)) == OVERRIDES_LIMIT - 1
