"""Hand-overs and windows when the clocks change, with instants reckoned by hand."""

import pytest

from services.alerts.domain.schedules.on_call import on_call, shifts
from services.alerts.domain.schedules.schedule import Rotation
from services.shared.clock import SECOND, Instant
from services.shared.zones import DAY
from tests.promising import HOUR, MINUTE
from tests.scheduling import a_rotation, a_schedule, an_override
from tests.working import moment

NEW_YORK, LORD_HOWE, KOLKATA = "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"


def hand_overs(rotation: Rotation, start: str, end: str) -> list[Instant]:
    found = list(shifts(a_schedule(rotation), moment(start), moment(end)))
    return [shift.starts_at for shift in found[1:]]


def daily(hand_over: str, zone: str, starts: str) -> Rotation:
    return a_rotation("a b", shift="1 day", hand_over=hand_over, starts=starts, zone=zone)


@pytest.mark.parametrize(
    ("zone", "starts", "before", "after", "length"),
    [
        ("Europe/Berlin", "2026-03-01", "2026-03-28T09:00+01:00", "2026-03-29T09:00+02:00", 23),
        ("Europe/Berlin", "2026-03-01", "2026-10-24T09:00+02:00", "2026-10-25T09:00+01:00", 25),
        (NEW_YORK, "2026-03-01", "2026-03-07T09:00-05:00", "2026-03-08T09:00-04:00", 23),
        (NEW_YORK, "2026-03-01", "2026-10-31T09:00-04:00", "2026-11-01T09:00-05:00", 25),
        (LORD_HOWE, "2026-03-01", "2026-04-04T09:00+11:00", "2026-04-05T09:00+10:30", 24.5),
        (LORD_HOWE, "2026-03-01", "2026-10-03T09:00+10:30", "2026-10-04T09:00+11:00", 23.5),
        (KOLKATA, "2026-03-01", "2026-03-28T09:00+05:30", "2026-03-29T09:00+05:30", 24),
    ],
)
def test_a_turn_of_a_day_ends_at_the_same_time_by_the_wall_clock(
    zone: str, starts: str, before: str, after: str, length: float
) -> None:
    first = moment(before)
    found = list(shifts(a_schedule(daily("09:00", zone, starts)), first, first + 2 * DAY))
    assert (found[0].starts_at, found[0].ends_at) == (first, moment(after))
    assert found[0].ends_at - found[0].starts_at == length * HOUR


@pytest.mark.parametrize(
    ("zone", "hand_over", "start", "end", "expected"),
    [
        # The clock goes from 02:00 to 03:00, and in Lord Howe from 02:00 to 02:30.
        (
            "Europe/Berlin",
            "02:30",
            "2026-03-29T00:00+01:00",
            "2026-03-29T12:00+02:00",
            "2026-03-29T03:00+02:00",
        ),
        (
            NEW_YORK,
            "02:30",
            "2026-03-08T00:00-05:00",
            "2026-03-08T12:00-04:00",
            "2026-03-08T03:00-04:00",
        ),
        (
            LORD_HOWE,
            "02:15",
            "2026-10-04T00:00+10:30",
            "2026-10-04T12:00+11:00",
            "2026-10-04T02:30+11:00",
        ),
    ],
)
def test_a_hand_over_that_is_skipped_is_at_the_first_valid_instant_after(
    zone: str, hand_over: str, start: str, end: str, expected: str
) -> None:
    assert hand_overs(daily(hand_over, zone, "2026-01-01"), start, end) == [moment(expected)]


@pytest.mark.parametrize(
    ("zone", "hand_over", "start", "end", "expected"),
    [
        # The clock goes from 03:00 back to 02:00, in New York and Lord Howe from 02:00.
        (
            "Europe/Berlin",
            "02:30",
            "2026-10-25T00:00+02:00",
            "2026-10-25T12:00+01:00",
            "2026-10-25T02:30+02:00",
        ),
        (
            NEW_YORK,
            "01:30",
            "2026-11-01T00:00-04:00",
            "2026-11-01T12:00-05:00",
            "2026-11-01T01:30-04:00",
        ),
        (
            LORD_HOWE,
            "01:45",
            "2026-04-05T00:00+11:00",
            "2026-04-05T12:00+10:30",
            "2026-04-05T01:45+11:00",
        ),
    ],
)
def test_a_hand_over_that_occurs_twice_is_at_the_first_of_the_two(
    zone: str, hand_over: str, start: str, end: str, expected: str
) -> None:
    assert hand_overs(daily(hand_over, zone, "2026-01-01"), start, end) == [moment(expected)]


def test_a_hand_over_at_the_end_of_a_repeated_hour_waits_until_it_is_over() -> None:
    rotation = daily("03:00", "Europe/Berlin", "2026-01-01")
    repeated = moment("2026-10-25T02:30+01:00")
    assert on_call(a_schedule(rotation), repeated) == on_call(a_schedule(rotation), repeated - HOUR)
    assert hand_overs(rotation, "2026-10-25T00:00+02:00", "2026-10-25T12:00+01:00") == [
        moment("2026-10-25T03:00+01:00")
    ]


def test_turns_of_twelve_hours_keep_their_times_over_a_change() -> None:
    rotation = a_rotation("a b", shift="12 hours", hand_over="08:00", starts="2026-10-01")
    assert hand_overs(rotation, "2026-10-24T12:00+02:00", "2026-10-26T12:00+01:00") == [
        moment("2026-10-24T20:00+02:00"),
        moment("2026-10-25T08:00+01:00"),
        moment("2026-10-25T20:00+01:00"),
        moment("2026-10-26T08:00+01:00"),
    ]


def test_a_turn_of_an_hour_that_is_skipped_is_passed_over() -> None:
    rotation = a_rotation("a b c", shift="1 hour", hand_over="00:00", starts="2026-03-29")
    start = moment("2026-03-29T00:00+01:00")
    found = list(shifts(a_schedule(rotation), start, start + 4 * HOUR))
    assert [shift.person for shift in found] == ["a", "b", "a", "b"]  # c has 02:00 to 03:00


def test_a_turn_of_an_hour_that_is_repeated_has_two() -> None:
    rotation = a_rotation("a b c", shift="1 hour", hand_over="00:00", starts="2026-10-25")
    start = moment("2026-10-25T00:00+02:00")
    found = list(shifts(a_schedule(rotation), start, start + 5 * HOUR))
    lengths = [(shift.person, (shift.ends_at - shift.starts_at) // HOUR) for shift in found]
    assert lengths == [("a", 1), ("b", 1), ("c", 2), ("a", 1)]


def test_a_window_of_a_night_is_an_hour_shorter_or_longer() -> None:
    nights = a_schedule(a_rotation("a", starts="2026-01-05", only=("daily 22:00-06:00",)))
    spring, autumn = moment("2026-03-28T12:00+01:00"), moment("2026-10-24T12:00+02:00")
    for start, hours in ((spring, 7), (autumn, 9)):
        (night,) = shifts(nights, start, start + 20 * HOUR)
        assert night.ends_at - night.starts_at == hours * HOUR


def test_a_window_that_is_skipped_whole_is_empty() -> None:
    early = a_schedule(a_rotation("a", starts="2026-01-05", only=("daily 02:00-02:45",)))
    start = moment("2026-03-28T12:00+01:00")
    (night,) = shifts(early, start, start + 2 * DAY)
    assert night.starts_at == moment("2026-03-30T02:00+02:00")


def test_windows_that_touch_within_a_repeated_hour_leave_no_gap() -> None:
    touching = ("sunday 00:00-02:30", "sunday 02:30-06:00")
    schedule = a_schedule(a_rotation("a", starts="2026-01-05", only=touching))
    start = moment("2026-10-25T00:00+02:00")
    (night,) = shifts(schedule, start, start + DAY)
    assert night.ends_at - night.starts_at == 7 * HOUR


def test_each_rotation_has_its_own_zone() -> None:
    schedule = a_schedule(
        a_rotation("berlin", only=("daily 08:00-17:00",)),
        a_rotation("new-york", zone=NEW_YORK, only=("daily 11:00-17:00",)),
    )
    start = moment("2026-11-03T08:00+01:00")
    found = [(shift.person, shift.ends_at) for shift in shifts(schedule, start, start + DAY)]
    assert found == [
        ("berlin", moment("2026-11-03T17:00+01:00")),
        ("new-york", moment("2026-11-03T17:00-05:00")),
    ]


def test_an_override_at_a_repeated_time_begins_at_the_first_of_the_two() -> None:
    override = an_override("deputy", "2026-10-25 02:30", "2026-10-25 03:00")
    assert override.starts_at == moment("2026-10-25T02:30+02:00")
    assert override.ends_at - override.starts_at == 90 * MINUTE


def test_seconds_around_a_hand_over_are_told_apart_while_an_hour_is_repeated() -> None:
    schedule = a_schedule(daily("02:30", "Europe/Berlin", "2026-10-24"))
    at = moment("2026-10-25T02:30+02:00")
    people = [on_call(schedule, at + step) for step in (-SECOND, 0, SECOND, HOUR, HOUR + SECOND)]
    assert people == [("a",), ("b",), ("b",), ("b",), ("b",)]
