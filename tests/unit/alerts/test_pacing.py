"""How long rests are, when a receiver counts as away, and what its rate allows."""

import pytest

from services.alerts.pacing import (
    AWAY_AFTER,
    FIRST_RETRY,
    MINUTE,
    PROBE_LIMIT,
    RESTING_LIMIT,
    RETRY_LIMIT,
    Pace,
    backoff,
)
from services.shared.clock import SECOND
from tests.notices import NOW

ALMOST = 0.999_999


def pace(per_minute: int | None = None, chance: float = ALMOST) -> Pace:
    return Pace(lambda: chance, per_minute)


@pytest.mark.parametrize("chance", [0.0, 0.5, ALMOST])
def test_the_first_retry_is_after_a_fifth_of_a_second(chance: float) -> None:
    assert backoff(1, chance) == FIRST_RETRY == SECOND // 5


@pytest.mark.parametrize(
    ("failures", "seconds"), [(2, 0.4), (3, 0.8), (9, 51.2), (10, 60), (11, 60), (10_000, 60)]
)
def test_each_rest_may_be_twice_as_long_up_to_a_minute(failures: int, seconds: float) -> None:
    longest = backoff(failures, ALMOST)
    assert seconds * SECOND * 0.999 < longest <= seconds * SECOND <= RETRY_LIMIT
    assert backoff(failures, 0.5) == pytest.approx(max(longest / 2, FIRST_RETRY), rel=1e-4)
    assert backoff(failures, 0.0) == FIRST_RETRY


def test_one_alert_that_is_never_taken_does_not_make_a_receiver_away() -> None:
    one = pace()
    for _ in range(100):
        one.failed(["a"], NOW)
    assert one.open(NOW)
    assert one.asleep(NOW + RETRY_LIMIT - SECOND) == ["a"]
    assert one.asleep(NOW + RETRY_LIMIT) == []


def test_several_alerts_in_a_row_do() -> None:
    one = pace()
    for key in "abc"[: AWAY_AFTER - 1]:
        one.failed([key], NOW)
    assert one.open(NOW)
    one.failed(["z"], NOW)
    assert not one.open(NOW + FIRST_RETRY - 1)
    assert one.open(NOW + FIRST_RETRY)


def test_what_was_taken_in_between_begins_the_row_again() -> None:
    one = pace()
    for key in "abcdef":
        one.failed([key], NOW)
        one.taken("other")
    assert one.open(NOW)
    assert one.asleep(NOW) == list("abcdef")


def test_a_receiver_that_is_away_is_probed_and_no_rest_survives_its_return() -> None:
    one, now = pace(), NOW
    for key in "abcdefghijklmnop":
        one.failed([key], now)
        while not one.open(now):
            now += SECOND // 10
    one.failed(["q"], now)
    assert not one.open(now + PROBE_LIMIT - SECOND)
    assert one.open(now + PROBE_LIMIT)
    one.taken("a")
    assert (one.open(now), one.asleep(now), one.failing_since) == (True, [], None)


def test_who_asks_for_patience_gets_it_at_once() -> None:
    one = pace()
    one.failed(["a"], NOW, retry_after=120 * SECOND)
    assert not one.open(NOW + 120 * SECOND - 1)
    assert one.open(NOW + 120 * SECOND)


def test_no_sixty_seconds_have_more_than_the_rate() -> None:
    one = pace(per_minute=3)
    tries = []
    for now in range(NOW, NOW + 5 * MINUTE, SECOND):
        while one.open(now):
            one.trying(now)
            tries.append(now)
    assert len(tries) == 15
    assert all(later - earlier >= MINUTE for earlier, later in zip(tries, tries[3:], strict=False))


def test_no_more_rests_are_remembered_than_the_limit() -> None:
    one = pace()
    for number in range(RESTING_LIMIT + 1):
        one.failed([str(number)], NOW)
    assert len(one.asleep(NOW)) == RESTING_LIMIT
    assert one.failures("0") == 0
