"""Moments in words, on both sides of every border."""

from datetime import datetime, timedelta, timezone

import pytest

from services.console.times import age, clock, iso, moment, relative
from tests.unit.console.builders import NOW

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("offset", "words"),
    [
        (timedelta(), "just now"),
        (SECOND, "in under a minute"),
        (timedelta(seconds=59), "in under a minute"),
        (timedelta(minutes=1), "in 1 min"),
        (timedelta(minutes=59, seconds=59), "in 59 min"),
        (timedelta(hours=1), "in 1 h"),
        (timedelta(hours=2, minutes=14), "in 2 h 14 min"),
        (timedelta(hours=48) - SECOND, "in 47 h 59 min"),
        (timedelta(hours=48), "in 2 d"),
        (timedelta(days=3, hours=4, minutes=50), "in 3 d 4 h"),
        (timedelta(days=14) - SECOND, "in 13 d 23 h"),
        (timedelta(days=14), "in 14 d"),
        (-SECOND, "just now"),
        (timedelta(seconds=-60), "1 min ago"),
        (timedelta(hours=-2, minutes=-5), "2 h 5 min ago"),
    ],
)
def test_a_distance_has_two_units_and_is_rounded_down(offset: timedelta, words: str) -> None:
    assert relative(NOW + offset, NOW) == words


@pytest.mark.parametrize(
    ("then", "words"),
    [
        ("2026-03-04T00:00:00+00:00", "00:00"),
        ("2026-03-04T23:59:59+00:00", "23:59"),
        ("2026-03-05T00:00:00+00:00", "5 Mar 00:00"),
        ("2026-12-31T23:59:00+00:00", "31 Dec 23:59"),
        ("2025-12-31T23:59:00+00:00", "31 Dec 2025 23:59"),
    ],
)
def test_the_clock_names_the_day_only_where_it_is_another(then: str, words: str) -> None:
    assert clock(datetime.fromisoformat(then), NOW) == words


def test_the_clock_is_in_utc_whatever_zone_a_moment_came_in() -> None:
    there = datetime(2026, 3, 4, 9, 3, tzinfo=timezone(timedelta(hours=-5)))
    assert clock(there, NOW) == "14:03"
    assert iso(there) == "2026-03-04T14:03:00Z"


def test_a_moment_is_past_only_after_it() -> None:
    assert not moment(NOW, NOW).past
    assert moment(NOW - SECOND, NOW).past


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-3, "0 s"), (0, "0 s"), (4.9, "0 s"), (5, "5 s"), (59.9, "55 s"), (60, "1 min")],
)
def test_an_age_counts_seconds_in_steps_of_five(seconds: float, words: str) -> None:
    assert age(timedelta(seconds=seconds)) == words
