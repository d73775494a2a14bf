"""Whether counts of events at four places agree, hour by hour."""

from collections.abc import Mapping
from typing import Any

import pytest

from services.insights.holdings import Held
from services.insights.reconciliation import Accounts, Line, reconcile
from services.shared.clock import SECOND
from services.shared.source_hours import HOUR, SourceHour, Tally, source_hour

NINE = 500_000 * HOUR
SALES = SourceHour("sales", "sales", NINE)
ALL_WELL, ALL_APPLIED = Held(records=3, taken=3), Tally(applied=3)


def the_lines(
    written: Mapping[SourceHour, int] | None = None,
    held: Held = ALL_WELL,
    tally: Tally = ALL_APPLIED,
    *,
    waiting: int = 0,
    whole_from: int = 0,
) -> tuple[Line, ...]:
    accounts = Accounts(
        {SALES: 3} if written is None else written,
        {SALES: waiting} if waiting else {},
        {SALES: held},
        {SALES: tally},
        {"sales": whole_from},
    )
    return reconcile(accounts, lambda _: True)


def differences(**counts: Any) -> list[str]:  # noqa: ANN401 - of `the_lines`
    return [each for line in the_lines(**counts) for each in line.differences]


def test_nothing_differs_where_every_event_is_applied() -> None:
    assert differences() == []


def test_an_event_that_comes_again_is_no_difference() -> None:
    held = Held(records=5, taken=3)
    assert differences(held=held, tally=Tally(applied=3, duplicates=2)) == []


def test_a_dead_letter_is_no_difference() -> None:
    held = Held(records=3, refusals=1, taken=2, dead=1)
    assert differences(held=held, tally=Tally(applied=2, refused=1)) == []


def test_what_waits_or_is_unread_or_came_later_is_no_difference() -> None:
    held = Held(records=1, taken=1, unread=3, later=2)
    assert differences(held=held, tally=Tally(applied=1), waiting=1) == []


@pytest.mark.parametrize(
    ("written", "says"),
    [
        (4, "1 event written to the outbox is not in Kafka"),
        (5, "2 events written to the outbox are not in Kafka"),
        (2, "1 event in Kafka is not counted by the outbox"),
    ],
)
def test_an_outbox_that_wrote_more_or_less_than_kafka_holds_differs(
    written: int, says: str
) -> None:
    assert differences(written={SALES: written}) == [says]


@pytest.mark.parametrize(
    ("tally", "says"),
    [
        (Tally(applied=2), "1 event read is neither applied nor refused"),
        (Tally(applied=4), "1 event applied is not in Kafka"),
        (Tally(applied=3, duplicates=1), "3 records were read and 4 counted"),
        (Tally(applied=2, refused=1), "1 event refused is not among the dead letters"),
    ],
)
def test_a_tracker_that_counted_otherwise_differs_in_one_way(tally: Tally, says: str) -> None:
    assert differences(tally=tally) == [says]


def test_a_dead_letter_of_an_event_that_was_applied_differs() -> None:
    held = Held(records=3, refusals=1, taken=2, dead=1)
    assert differences(held=held) == [
        "1 event among the dead letters is not refused",
        "1 event applied is not in Kafka",
    ]


def test_a_source_without_an_outbox_of_ours_has_nothing_written_to_compare() -> None:
    (line,) = the_lines({})
    assert (line.written, line.differences) == (None, ())


def test_an_hour_of_an_outbox_that_counted_nothing_in_it_is_compared_with_nought() -> None:
    earlier = SALES._replace(hour=NINE - HOUR)
    first, second = the_lines({earlier: 2})
    assert first.differences == ("2 events written to the outbox are not in Kafka",)
    assert second.written == 0


def test_an_hour_is_compared_only_if_kafka_holds_it_from_its_beginning() -> None:
    for whole_from, whole in ((NINE, True), (NINE + 1, False)):
        (line,) = the_lines({SALES: 9}, whole_from=whole_from)
        assert (line.whole, bool(line.differences)) == (whole, whole)


def test_an_hour_has_its_first_moment_and_not_the_next_ones() -> None:
    assert source_hour("sales", "sales", NINE) == SALES
    assert source_hour("sales", "sales", NINE + HOUR - 1) == SALES
    assert source_hour("sales", "sales", NINE + HOUR) != SALES
    assert source_hour("sales", "sales", NINE - SECOND) != SALES
