"""One YAML text to one calendar; a wrong text to every fault with its line, key and remedy."""

import pytest

from services.shared.faults import Fault
from services.shared.yaml_text import Document, parse
from services.tracker.core.calendars.working_calendar import WorkingCalendar
from services.tracker.core.language.calendar_files import (
    EXCEPTIONS_LIMIT,
    WINDOWS_LIMIT,
    read_calendar,
)
from tests.working import a_calendar

WHOLE = """\
calendar: warehouse
version: 1
zone: Europe/Berlin
week:
  monday: ["08:00-12:00", "13:00-17:00"]
  tuesday: ["13:00 - 17:00", "08:00-12:00"]
  wednesday: ["08:00-12:00", "13:00-17:00"]
  thursday: ["08:00-12:00", "13:00-17:00"]
  friday: ["08:00-12:00", "13:00-17:00"]
  sunday: []
holidays: {country: DE, subdivision: BE}
exceptions:
  2026-12-24: ["08:00-12:00"]
  2026-12-31: []
  2026-11-28: ["22:00-06:00"]
"""


def changed(old: str, new: str) -> str:
    assert old in WHOLE
    return WHOLE.replace(old, new)


def read_text(text: str) -> WorkingCalendar | tuple[Fault, ...]:
    document = parse(text)
    assert isinstance(document, Document), document
    return read_calendar(document, "warehouse.yaml")


def calendar(text: str = WHOLE) -> WorkingCalendar:
    read_as = read_text(text)
    assert isinstance(read_as, WorkingCalendar), read_as
    return read_as


def fault(text: str) -> str:
    read_as = read_text(text)
    assert isinstance(read_as, tuple), read_as
    (only,) = read_as
    return str(only)


def test_every_key_is_read() -> None:
    assert calendar() == a_calendar(
        holidays="DE-BE",
        exceptions={
            "2026-11-28": ["22:00-06:00"],
            "2026-12-24": ["08:00-12:00"],
            "2026-12-31": [],
        },
    )


def test_a_calendar_needs_a_name_a_version_a_zone_and_one_open_day() -> None:
    least = "calendar: warehouse\nversion: 2\nzone: Asia/Kolkata\nweek: {sunday: ['00:00-24:00']}\n"
    assert calendar(least).version == 2


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "Europe/Berlin",
            "Europe/Belrin",
            "3: zone: 'Europe/Belrin' is no time zone; write for example 'Europe/Berlin'.",
        ),
        (
            "Europe/Berlin",
            "../../Europe/Berlin",
            "3: zone: '../../Europe/Berlin' is no time zone; write for example 'Europe/Berlin'.",
        ),
        (
            "country: DE, subdivision: BE",
            "country: XX",
            "11: holidays.country: 'XX' has no known holidays;"
            " write a country's code such as 'DE'.",
        ),
        (
            "country: DE",
            "country: HolidayBase",
            "11: holidays.country: 'HolidayBase' has no known holidays;"
            " write a country's code such as 'DE'.",
        ),
        (
            "subdivision: BE",
            "subdivision: VI",
            "11: holidays.subdivision: 'VI' is no part of DE; there are BB, BE, BW, BY, HB, HE,"
            " HH, MV, NI, NW, RP, SH, SL, SN, ST, TH, Augsburg.",
        ),
        (
            "holidays: {country: DE, subdivision: BE}",
            "holidays: {subdivision: BE}",
            "11: holidays.country: this key is missing; add it.",
        ),
        (
            "  sunday: []",
            "  someday: []",
            "10: week.someday: this key is not read; known are monday, tuesday, wednesday,"
            " thursday, friday, saturday, sunday.",
        ),
        (
            "  2026-12-31: []",
            "  2026-12-32: []",
            "14: exceptions.2026-12-32: '2026-12-32' is no date; write for example '2026-12-24'.",
        ),
        (
            "  2026-12-31: []",
            "  31.12.2026: []",
            "14: exceptions.31.12.2026: '31.12.2026' is wrong:"
            " String should match pattern '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'.",
        ),
        (
            "  sunday: []\n",
            '  sunday: []\n  saturday: ["05:00-07:00", "25:00-26:00"]\n',
            "11: week.saturday.1: '25:00-26:00' is no window;"
            " write for example '08:00-12:00' or '22:00-06:00', from 00:00 to 24:00.",
        ),
        (
            "version: 1",
            "version: 0",
            "2: version: '0' is wrong: Input should be greater than or equal to 1.",
        ),
        (
            "calendar: warehouse",
            "calendar: Warehouse",
            "1: calendar: 'Warehouse' is wrong:"
            " String should match pattern '^[a-z][a-z0-9_-]{0,62}$'.",
        ),
        (
            "version: 1",
            "version: 1\nhours: 8",
            "3: hours: this key is not read;"
            " known are calendar, version, zone, week, holidays, exceptions.",
        ),
    ],
)
def test_a_fault_says_where_it_is_and_what_would_be_right(
    old: str, new: str, expected: str
) -> None:
    assert fault(changed(old, new)) == f"warehouse.yaml:{expected}"


@pytest.mark.parametrize(
    "text",
    ["8:00-12:00", "08:00-24:01", "08:00-12:60", "24:00-06:00", "08:00", "08:00-12:00-", "", "x"],
)
def test_a_window_is_two_times_of_a_day(text: str) -> None:
    assert f"week.sunday.0: {text!r} is no window" in fault(
        changed("sunday: []", f"sunday: ['{text}']")
    )


@pytest.mark.parametrize("text", ["08:00-08:00", "00:00-00:00"])
def test_a_window_has_a_length(text: str) -> None:
    assert fault(changed("sunday: []", f"sunday: ['{text}']")).endswith(
        f"week.sunday.0: {text!r} has no length; write '00:00-24:00' for a whole day."
    )


class TestClosed:
    """A calendar that never opens could never end a promise."""

    CLOSED = (
        "warehouse.yaml:4: week: the calendar has no working time; open it on a day of the week."
    )
    HEAD = "calendar: warehouse\nversion: 1\nzone: Europe/Berlin\n"

    @pytest.mark.parametrize(
        "text",
        [
            "week: {}\n",
            "week: {monday: [], sunday: []}\n",
            "week: {}\nexceptions: {2026-11-28: ['08:00-12:00']}\n",
        ],
    )
    def test_a_calendar_without_working_time_is_refused(self, text: str) -> None:
        assert fault(self.HEAD + text) == self.CLOSED


class TestLimits:
    """What a file may hold at most."""

    @staticmethod
    def of_windows(count: int) -> str:
        windows = ", ".join(f"'{hour:02}:00-{hour:02}:30'" for hour in range(7, 7 + count))
        return changed("sunday: []", f"sunday: [{windows}]")

    @staticmethod
    def of_exceptions(count: int) -> str:
        return changed(
            '  2026-12-24: ["08:00-12:00"]\n  2026-12-31: []\n  2026-11-28: ["22:00-06:00"]\n',
            "".join(
                f"  {2100 + number // 28}-02-{number % 28 + 1:02}: []\n" for number in range(count)
            ),
        )

    def test_of_windows_a_day(self) -> None:
        calendar(self.of_windows(WINDOWS_LIMIT))
        assert "week.sunday: " in fault(self.of_windows(WINDOWS_LIMIT + 1))

    def test_of_exceptions(self) -> None:
        calendar(self.of_exceptions(EXCEPTIONS_LIMIT))
        assert "exceptions: " in fault(self.of_exceptions(EXCEPTIONS_LIMIT + 1))


def test_all_faults_are_told_at_once() -> None:
    text = changed("Europe/Berlin", "Berlin").replace("DE, subdivision: BE", "XX")
    read_as = read_text(text.replace("2026-12-31: []", "2026-12-31: ['noon']"))
    assert isinstance(read_as, tuple)
    assert [each.key for each in read_as] == ["zone", "holidays.country", "exceptions.2026-12-31.0"]


def test_a_text_that_is_no_mapping_is_refused() -> None:
    assert fault("- calendar") == (
        "warehouse.yaml:1: file: it is not a mapping; start with `calendar: <name>`."
    )
