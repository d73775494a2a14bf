"""How many events lie in Kafka, however often each of them does, and which numbers do not."""

import pytest

from services.insights.holdings import Held, Holdings, Standing
from services.insights.numbering import Gap, Given, Numbers, missing
from services.shared.source_hours import SourceHour

OF = SourceHour("sales", "sales", 0)
SOURCE = ("sales", "sales")


def held(*records: tuple[int, Standing], later: bool = False) -> Held:
    holdings = Holdings()
    for event, standing in records:
        holdings.hear(OF, event, standing, later=later)
    return holdings.held()[OF]


def test_an_event_counts_once_however_often_it_lies_there() -> None:
    found = held((1, Standing.TAKEN), (1, Standing.TAKEN), (2, Standing.TAKEN))
    assert found == Held(records=3, taken=2)
    assert found.events == 2


def test_an_event_that_was_refused_and_taken_later_is_not_dead() -> None:
    found = held((1, Standing.REFUSED), (1, Standing.TAKEN), (2, Standing.REFUSED))
    assert found == Held(records=3, refusals=2, taken=1, dead=1)


def test_an_event_is_unread_only_if_no_record_of_it_was_read() -> None:
    found = held(
        (1, Standing.TAKEN),
        (1, Standing.UNREAD),
        (2, Standing.REFUSED),
        (2, Standing.UNREAD),
        (3, Standing.UNREAD),
        (3, Standing.UNREAD),
    )
    assert found == Held(records=2, refusals=1, taken=1, dead=1, unread=1)


def test_what_came_later_counts_once_too() -> None:
    assert held((1, Standing.UNREAD), (1, Standing.UNREAD), later=True).later == 1


@pytest.mark.parametrize(
    ("numbers", "found"),
    [
        ([1, 2, 3, 4], None),
        ([4, 3, 2, 1, 1], None),
        ([2, 3, 4], (1, 1, 1)),
        ([1, 2, 3], (1, 4, 4)),
        ([1, 4], (2, 2, 3)),
        ([1, 4, 9], (2, 2, 3)),
        ([], None),
    ],
)
def test_missing_numbers_are_counted_with_the_first_and_the_last(
    numbers: list[int], found: tuple[int, int, int] | None
) -> None:
    assert missing(numbers, 1, 5) == found


def test_numbers_that_are_scattered_have_no_gaps() -> None:
    assert missing([1, 32], 1, 33)
    assert missing([1, 33], 1, 34) is None


def gaps(
    *heard: tuple[int, int], given: Given | None = None, whole_from: int = 0, until: int = 100
) -> list[Gap]:
    numbers = Numbers()
    for number, arrived_at in heard:
        numbers.hear(SOURCE, number, arrived_at)
    outboxes = {SOURCE: given} if given else {}
    return list(numbers.gaps(outboxes, {"sales": whole_from}, until))


def a_gap(missing: int, first: int, last: int) -> Gap:
    return Gap(*SOURCE, missing, first, last)


def test_a_source_with_an_outbox_lacks_what_it_numbered_and_nobody_has() -> None:
    assert gaps((2, 1), (3, 1), given=Given(5)) == [a_gap(2, 1, 4)]


def test_a_row_that_still_waits_is_no_gap_and_what_was_numbered_later_neither() -> None:
    assert gaps((1, 1), (3, 1), (7, 1), given=Given(4, [2])) == []


def test_a_source_outside_begins_anywhere_and_may_be_publishing_just_now() -> None:
    assert gaps((5, 1), (7, 99), (9, 100)) == [a_gap(1, 6, 6)]
    assert gaps((5, 1), (6, 99), (9, 100)) == []


def test_what_kafka_has_deleted_is_no_gap_and_what_is_lost_afterwards_is() -> None:
    heard = (2, 10), (5, 11), (6, 20), (8, 21)
    assert gaps(*heard, given=Given(9), whole_from=20) == [a_gap(1, 7, 7)]
    assert gaps(*heard, whole_from=20) == [a_gap(1, 7, 7)]


def test_a_source_that_does_not_count_has_no_gaps() -> None:
    assert gaps((0, 1), (0, 1)) == []
