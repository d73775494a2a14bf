"""Windows that would count the same time twice are refused: of one day, and of a night before."""

import pytest

from tests.unit.tracker.test_calendar_files import calendar, changed, fault


def test_windows_of_a_day_do_not_overlap() -> None:
    text = changed('["13:00 - 17:00", "08:00-12:00"]', '["11:59-17:00", "08:00-12:00"]')
    assert fault(text) == (
        "warehouse.yaml:6: week.tuesday.0: '11:59-17:00' overlaps '08:00-12:00';"
        " let one close before the other opens."
    )


def test_a_window_may_open_when_another_closes() -> None:
    calendar(changed('["13:00 - 17:00", "08:00-12:00"]', '["12:00-17:00", "08:00-12:00"]'))


@pytest.mark.parametrize(
    ("day", "windows", "place"),
    [
        ("sunday", "22:00-08:01", "5: week.monday"),
        ("friday", "22:00-07:01", "10: week.saturday"),
    ],
)
def test_a_night_ends_before_the_next_day_opens(day: str, windows: str, place: str) -> None:
    saturday = 'saturday: ["07:00-08:00"]'
    week = changed("  sunday: []", f"  {saturday}\n  sunday: []")
    lines = [
        f'  {day}: ["{windows}"]' if line.startswith(f"  {day}:") else line
        for line in week.splitlines()
    ]
    assert fault("\n".join(lines)).startswith(
        f"warehouse.yaml:{place}: an overnight window is still open"
    )


def test_a_night_may_end_when_the_next_day_opens() -> None:
    calendar(changed("sunday: []", 'sunday: ["22:00-08:00"]'))


def test_an_exception_does_not_begin_before_the_night_ends() -> None:
    text = changed("2026-12-31: []", '2026-11-29: ["05:59-07:00"]')
    assert fault(text).startswith("warehouse.yaml:14: exceptions.2026-11-29: an overnight")
    calendar(changed("2026-12-31: []", '2026-11-29: ["06:00-07:00"]'))


def test_the_night_of_an_exception_ends_before_the_next_day_opens() -> None:
    text = changed("2026-12-31: []", '2026-11-29: ["22:00-08:01"]')
    assert fault(text).startswith("warehouse.yaml:14: exceptions.2026-11-29: an overnight")
    calendar(changed("2026-12-31: []", '2026-11-29: ["22:00-08:00"]'))


def test_the_night_of_an_exception_may_run_into_a_holiday() -> None:
    calendar(changed("2026-12-31: []", '2026-12-31: ["22:00-09:00"]'))
