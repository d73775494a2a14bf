"""What is wrong with handoff itself: each limit on both sides, and what keeps quiet."""

from dataclasses import replace
from typing import Any

import pytest

from services.alerts.domain.alert import Alert, key_of
from services.alerts.domain.labels import Severity, severity
from services.alerts.domain.pages import page_of
from services.alerts.domain.promise import Condition
from services.alerts.domain.sight import GapSeen, PartitionSeen, Sight, SkewSeen
from services.alerts.domain.text import message
from services.alerts.domain.troubles import (
    BEHIND_LIMIT,
    FAILING_LIMIT,
    GAP_WITHIN,
    SILENCE_LIMIT,
    SKEW_LIMIT_S,
    Slug,
    as_finding,
    is_own,
    troubles,
    was_looked_at,
)
from services.shared.clock import SECOND, Instant
from tests.alerting import a_promise, at

NOW = at("12:00")
PARTIES = ("finance", "sales")


def a_sight(**others: Any) -> Sight:  # noqa: ANN401 - whatever is seen
    """All is well, and has been looked at for an hour."""
    heard = dict.fromkeys(PARTIES, NOW)
    well = tuple(PartitionSeen(number, NOW, heard) for number in range(2))
    seen: dict[str, Any] = {"since": at("11:00"), "parties": PARTIES, "partitions": well}
    return Sight(NOW, **(seen | others))


def slugs(sight: Sight, *standing: str) -> list[tuple[str, str]]:
    return [(each.slug.value, each.about) for each in troubles(sight, standing)]


def partition(caught_up_at: Instant | None = NOW, **heard: Instant) -> PartitionSeen:
    return PartitionSeen(0, caught_up_at, dict.fromkeys(PARTIES, NOW) | heard)


def test_where_all_is_well_nothing_is_wrong() -> None:
    assert slugs(a_sight()) == []


def test_a_tracker_that_does_not_answer_is_the_only_thing_said_of_it() -> None:
    away = a_sight(unanswered_since=NOW - BEHIND_LIMIT - 1, partitions=(partition(at("11:00")),))
    assert slugs(away) == [("tracker_silent", "tracker")]
    assert slugs(replace(away, unanswered_since=NOW - BEHIND_LIMIT)) == []
    again = replace(away, unanswered_since=NOW - SECOND)
    assert slugs(again, "handoff/tracker_silent/tracker") == [("tracker_silent", "tracker")]


@pytest.mark.parametrize(
    ("late", "stands", "said"),
    [
        (BEHIND_LIMIT, False, False),
        (BEHIND_LIMIT + 1, False, True),
        (BEHIND_LIMIT // 2 + 1, True, True),
        (BEHIND_LIMIT // 2, True, False),
    ],
)
def test_a_tracker_is_behind_over_a_minute_until_it_is_within_half_of_it(
    late: int, stands: bool, said: bool
) -> None:
    standing = ["handoff/tracker_behind/tracker"] if stands else []
    sight = a_sight(partitions=(partition(), partition(NOW - late)))
    assert slugs(sight, *standing) == ([("tracker_behind", "tracker")] if said else [])


def test_a_partition_that_never_caught_up_is_late_since_the_first_look() -> None:
    loading = a_sight(partitions=(partition(None),), since=NOW - BEHIND_LIMIT)
    assert slugs(loading) == []
    assert slugs(replace(loading, since=NOW - BEHIND_LIMIT - 1)) == [("tracker_behind", "tracker")]


def test_a_party_is_silent_after_three_minutes_as_any_partition_heard_it() -> None:
    silent = partition(finance=NOW - SILENCE_LIMIT - 1)
    assert slugs(a_sight(partitions=(partition(), silent))) == [("silent_party", "finance")]
    heard = partition(finance=NOW - SILENCE_LIMIT)
    assert slugs(a_sight(partitions=(heard,))) == []


def test_a_party_that_was_never_heard_is_silent_since_the_first_look() -> None:
    never = a_sight(parties=("carrier",), since=NOW - SILENCE_LIMIT - 1)
    assert slugs(never) == [("silent_party", "carrier")]
    assert slugs(replace(never, since=NOW - SILENCE_LIMIT)) == []


def test_where_the_tracker_lags_no_party_is_blamed_for_what_was_not_read() -> None:
    lags = partition(at("11:30"), finance=at("11:30"))
    assert slugs(a_sight(partitions=(lags,))) == [("tracker_behind", "tracker")]


def test_a_clock_is_off_over_thirty_seconds_either_way_and_once_a_source() -> None:
    def skewed(*seconds: float) -> Sight:
        return a_sight(skews=tuple(SkewSeen("sales", "erp", each) for each in seconds))

    assert slugs(skewed(SKEW_LIMIT_S, -SKEW_LIMIT_S)) == []
    assert slugs(skewed(31, -40)) == [("clock_skew", "sales/erp")]
    (trouble,) = troubles(skewed(31, -40))
    assert trouble.detail == "The clock of erp (sales) is 40 seconds ahead."


def test_dead_letters_refused_notices_and_receivers_away_are_said() -> None:
    sight = a_sight(
        letters=2,
        failing={"pager": NOW - FAILING_LIMIT - 1, "team": NOW - FAILING_LIMIT},
        refused={"hook": 1},
    )
    assert slugs(sight) == [
        ("dead_letters", "dead-letters"),
        ("receiver_failing", "pager"),
        ("notices_refused", "hook"),
    ]


def test_that_nobody_will_be_on_call_is_said_a_day_ahead_once_a_schedule() -> None:
    def gap(starts_at: Instant) -> GapSeen:
        return GapSeen("nights", starts_at, starts_at + SECOND)

    assert slugs(a_sight(gaps=(gap(NOW + GAP_WITHIN + 1),))) == []
    soon = a_sight(gaps=(gap(NOW + GAP_WITHIN), gap(NOW + SECOND)))
    assert slugs(soon) == [("nobody_on_call", "nights")]


def test_a_trouble_reads_like_any_alert_and_leads_to_the_page_of_operations() -> None:
    (trouble,) = troubles(a_sight(partitions=(partition(finance=at("11:50")),)))
    finding = as_finding(trouble)
    alert = Alert(key_of(finding), finding, Condition.FOUND, NOW)
    assert message(alert, NOW) == (
        "A department's service is silent: Nothing was heard from finance's service since"
        " 2026-11-02 11:50 UTC. What it owes is unknown until it speaks, and not broken."
        " platform has the next step; finance waits."
        " It has been so since 2026-11-02 11:50 UTC (10 minutes ago)."
        " Next step: See whether finance's service runs and reaches Kafka."
    )
    assert page_of(finding, "http://console") == "http://console/operations"
    assert severity(finding, Condition.FOUND) is Severity.PAGE
    assert is_own(finding.promise_id)
    assert not is_own(a_promise().promise_id)


def test_only_what_keeps_nobody_from_hearing_is_no_page() -> None:
    (trouble,) = troubles(a_sight(letters=1))
    of = {slug: as_finding(replace(trouble, slug=slug)) for slug in Slug}
    quiet = {slug for slug in Slug if severity(of[slug], Condition.FOUND) is not Severity.PAGE}
    assert quiet == {Slug.DEAD_LETTERS, Slug.CLOCK_SKEW}


LATE = NOW - BEHIND_LIMIT - 1


@pytest.mark.parametrize(
    ("sight", "unseen"),
    [
        (a_sight(), set()),
        (
            a_sight(unanswered_since=NOW - SECOND, partitions=()),
            {Slug.TRACKER_BEHIND, Slug.SILENT_PARTY, Slug.CLOCK_SKEW},
        ),
        (a_sight(partitions=()), {Slug.TRACKER_BEHIND, Slug.SILENT_PARTY, Slug.CLOCK_SKEW}),
        (a_sight(partitions=(partition(), partition(LATE))), {Slug.SILENT_PARTY}),
        (a_sight(letters=None), {Slug.DEAD_LETTERS}),
    ],
    ids=["all", "a tracker that is away", "no partition", "not each partition", "no letters"],
)
def test_what_nobody_could_say_is_not_over(sight: Sight, unseen: set[Slug]) -> None:
    assert {each for each in Slug if not was_looked_at(f"handoff/{each}/it", sight)} == unseen
