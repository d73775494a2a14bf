"""Durations and warnings as text: what is read, what is refused, and where the limits lie."""

import pytest

from services.tracker.core.durations import (
    DEADLINE_LIMIT,
    BusinessDays,
    BusinessTime,
    WallTime,
    parse_duration,
    parse_rung,
)
from tests.promising import span


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("1 second", span(seconds=1)),
        ("90 seconds", span(seconds=90)),
        ("30 minutes", span(minutes=30)),
        ("48 hours", span(hours=48)),
        ("48hours", span(hours=48)),
        ("1.5 days", span(hours=36)),
        ("2 weeks", span(days=14)),
        ("  2 days ", span(days=2)),
        ("0.000001 seconds", 1),
        ("1461 days", DEADLINE_LIMIT),
    ],
)
def test_elapsed_time_is_read_to_the_microsecond(text: str, micros: int) -> None:
    assert parse_duration(text) == WallTime(micros)


@pytest.mark.parametrize(
    "text",
    ["", " ", "2", "days", "-2 days", "+2 days", "two days", "2 fortnights", "2 days 3 hours"],
)
def test_what_is_no_duration_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration; write for example"):
        parse_duration(text)


@pytest.mark.parametrize(
    "text",
    [
        "2 Days",
        "1e3 seconds",
        "2,5 days",
        "nan days",
        "inf days",
        "2 days\x00",
        "0 days",
        "0.0 hours",
    ],
)
def test_what_is_almost_a_duration_is_refused_too(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration; write for example"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["0.0000001 seconds", "0.0000004 seconds"])
def test_a_duration_that_rounds_to_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["1461.00001 days", "1462 days", "209 weeks", f"{'9' * 400} days"])
def test_a_duration_over_the_limit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="over the limit of 1461 days"):
        parse_duration(text)


def test_business_hours_and_days_are_types_of_their_own() -> None:
    assert parse_duration("4 business hours") == BusinessTime(span(hours=4))
    assert parse_duration("2 business days") == BusinessDays(2)


@pytest.mark.parametrize("text", ["0 business days", "1.5 business days"])
def test_a_part_of_a_business_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no whole number of days"):
        parse_duration(text)


def test_a_business_week_is_refused() -> None:
    with pytest.raises(ValueError, match="write it in business days"):
        parse_duration("1 business week")


@pytest.mark.parametrize(("text", "share"), [("50%", 0.5), ("80 %", 0.8), ("12.5%", 0.125)])
def test_a_share_of_the_time_given_is_a_warning(text: str, share: float) -> None:
    rung = parse_rung(text)
    assert (rung.label, rung.share, rung.before) == (text, share, None)


def test_a_span_before_the_deadline_is_a_warning() -> None:
    rung = parse_rung(" 2 hours before ")
    assert (rung.label, rung.share) == ("2 hours before", None)
    assert rung.before == WallTime(span(hours=2))


@pytest.mark.parametrize("text", ["0%", "0.0%", "100%", "100.1%", "999%", f"99.{'9' * 40}%"])
def test_a_share_is_more_than_none_and_less_than_all(text: str) -> None:
    with pytest.raises(ValueError, match="not between 0% and 100%"):
        parse_rung(text)


@pytest.mark.parametrize("text", ["", "%", "half", "2 hours", "-5%", "5000%", "risk > 0.6"])
def test_what_is_no_warning_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="is no warning; write for example"):
        parse_rung(text)


@pytest.mark.parametrize("text", [" before", "soon before", "1500 days before", "0 hours before"])
def test_a_warning_before_the_deadline_needs_a_duration(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no warning|is no duration|over the limit"):
        parse_rung(text)
