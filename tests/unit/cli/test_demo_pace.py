"""Simulated time follows the wall: slowly at first, steadily then, never in long steps."""

import pytest

from services.cli.demo_play import EASE_FROM, EASE_S, STEP_LIMIT_S, Pace
from services.shared.clock import SECOND

SPEED = 10_000.0


class Wall:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.at = 50.0

    def __call__(self) -> float:
        return self.at

    def moves(self, pace: Pace, seconds: float) -> int:
        """How far the pace's time moves meanwhile."""
        before = pace.now
        self.at += seconds
        return pace.next() - before


@pytest.fixture
def wall() -> Wall:
    return Wall()


def test_time_is_slow_at_first_and_at_full_speed_when_it_has_begun(wall: Wall) -> None:
    pace = Pace(7 * SECOND, SPEED, wall)
    assert pace.now == 7 * SECOND
    first = wall.moves(pace, 0.01)
    assert EASE_FROM * SPEED * 0.01 <= first / SECOND < 1.1 * EASE_FROM * SPEED * 0.01
    while wall.at < 50.0 + EASE_S:
        wall.moves(pace, 0.1)
    assert wall.moves(pace, 0.2) == 0.2 * SPEED * SECOND


def test_a_long_wait_is_worth_one_step_and_no_more(wall: Wall) -> None:
    pace = Pace(0, SPEED, wall)
    wall.moves(pace, 100.0)
    assert wall.moves(pace, 100.0) == STEP_LIMIT_S * SPEED * SECOND
    assert wall.moves(pace, STEP_LIMIT_S) == STEP_LIMIT_S * SPEED * SECOND


def test_time_never_goes_back(wall: Wall) -> None:
    pace = Pace(0, SPEED, wall)
    assert [wall.moves(pace, 0.0) for _ in range(3)] == [0, 0, 0]
