"""How far a source's clock is off: its newest samples at the median, and when it is a finding."""

from collections.abc import Iterable

import pytest

from services.shared.clock import SECOND
from services.tracker.core.skew import (
    FORGOTTEN_AFTER,
    SAMPLES_KEPT,
    SAMPLES_NEEDED,
    SKEW_LIMIT,
    SOURCES_LIMIT,
    Skews,
    SourceSkew,
)
from tests.promising import HOUR, at

NOW = at("12:00")


def heard(skews: Iterable[int], source: str = "sales-1", into: Skews | None = None) -> Skews:
    """The source was heard once a second, each time off by one of these."""
    known = into or Skews()
    for number, skew in enumerate(skews):
        arrived_at = NOW + number * SECOND
        known.hear("sales", source, arrived_at - skew, arrived_at)
    return known


def estimate(skews: Iterable[int]) -> SourceSkew:
    (only,) = heard(skews).estimates()
    return only


def test_a_source_has_an_estimate_once_it_was_heard_often_enough() -> None:
    assert heard([SECOND] * (SAMPLES_NEEDED - 1)).estimates() == ()
    known = heard([SECOND] * SAMPLES_NEEDED).estimates()
    assert known == (SourceSkew("sales", "sales-1", SECOND, SAMPLES_NEEDED),)


def test_a_few_events_that_were_told_late_do_not_move_it() -> None:
    assert estimate([SECOND] * 20 + [HOUR] * 19).skew == SECOND


@pytest.mark.parametrize("sign", [1, -1])
def test_a_clock_is_off_beyond_the_limit_either_way(sign: int) -> None:
    assert not estimate([sign * SKEW_LIMIT] * SAMPLES_NEEDED).is_off
    assert estimate([sign * (SKEW_LIMIT + 1)] * SAMPLES_NEEDED).is_off


def test_only_the_newest_samples_count() -> None:
    known = estimate([HOUR] * SAMPLES_KEPT + [SECOND] * (SAMPLES_KEPT // 2))
    assert known == SourceSkew("sales", "sales-1", HOUR, SAMPLES_KEPT)
    assert estimate([HOUR] * SAMPLES_KEPT + [SECOND] * (SAMPLES_KEPT // 2 + 1)).skew == SECOND


def test_the_worst_source_comes_first_either_way() -> None:
    known = heard([SECOND] * SAMPLES_NEEDED)
    heard([-HOUR] * SAMPLES_NEEDED, "sales-2", known)
    assert [each.source for each in known.estimates()] == ["sales-2", "sales-1"]


def test_a_source_too_many_replaces_the_one_that_was_silent_longest() -> None:
    known = Skews()
    for number in range(SOURCES_LIMIT):
        heard([SECOND] * SAMPLES_NEEDED, f"sales-{number}", known)
    heard([SECOND], "sales-0", known)
    assert len(known.estimates()) == SOURCES_LIMIT
    heard([SECOND] * SAMPLES_NEEDED, "one-more", known)
    sources = {each.source for each in known.estimates()}
    assert len(sources) == SOURCES_LIMIT
    assert {"sales-0", "one-more"} <= sources
    assert "sales-1" not in sources


def test_a_source_that_is_silent_while_others_speak_is_forgotten() -> None:
    known = heard([HOUR] * SAMPLES_NEEDED)
    last = NOW + (SAMPLES_NEEDED - 1) * SECOND
    for silence, count in ((FORGOTTEN_AFTER, 1), (FORGOTTEN_AFTER + 1, 0)):
        known.hear("finance", "finance-1", last + silence, last + silence)
        assert len(known.estimates()) == count
