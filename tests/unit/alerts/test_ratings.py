"""Weeks begin on Monday at midnight in UTC, and the last eight are counted."""

from itertools import pairwise

import pytest

from services.alerts.domain.ratings import WEEK, WEEKS, counted, last_mondays, monday_of
from services.shared.clock import iso
from tests.alerting import at


@pytest.mark.parametrize(
    ("moment", "monday"),
    [
        (at("00:00") - 1, "2026-10-26T00:00:00Z"),
        (at("00:00"), "2026-11-02T00:00:00Z"),
        (at("23:59:59", days=6), "2026-11-02T00:00:00Z"),
        (at("00:00", days=7), "2026-11-09T00:00:00Z"),
    ],
)
def test_a_moment_is_in_the_week_of_its_monday(moment: int, monday: str) -> None:
    assert iso(monday_of(moment)) == monday


def test_the_last_weeks_end_with_the_one_of_now() -> None:
    mondays = last_mondays(at("15:25"))
    assert (len(mondays), mondays[-1]) == (WEEKS, at("00:00"))
    assert {later - earlier for earlier, later in pairwise(mondays)} == {WEEK}


def test_where_nobody_said_anything_there_is_no_count() -> None:
    assert counted((), at("15:25")) == []
