"""A burst of deadlines is looked at in slices, and each of them is told once."""

import pytest

from services.shared.clock import SECOND
from services.tracker.core.table import LOOKS_LIMIT, Marks, Table
from tests.agendas import entries, wanted
from tests.promising import an_event, at, marks, sets_of, silent

BURST = 10
DUE = at("11:00") + 2 * SECOND


def a_table(subjects: int = BURST) -> Table:
    table = Table(sets_of())
    for number in range(subjects):
        table.apply(f"order/{number:05}", an_event(), at("09:00"))
    return table


def told(table: Table, known: Marks, limit: int | None = None) -> list[str]:
    return [subject.id for subject, _ in table.advance(DUE, known, limit)]


@pytest.mark.parametrize(
    ("limit", "looked_at", "more"),
    [
        (None, BURST, False),
        (BURST + 1, BURST, False),
        (BURST, BURST, False),
        (BURST - 1, BURST - 1, True),
        (1, 1, True),
    ],
)
def test_no_more_is_looked_at_than_the_limit(limit: int | None, looked_at: int, more: bool) -> None:
    table = a_table()
    assert len(told(table, marks(DUE), limit)) == looked_at
    assert table.more_is_due is more


def test_a_burst_is_told_whole_in_its_order_and_once() -> None:
    table = a_table(2 * LOOKS_LIMIT + 1)
    slices = [told(table, marks(DUE), LOOKS_LIMIT) for _ in range(3)]
    assert [len(each) for each in slices] == [LOOKS_LIMIT, LOOKS_LIMIT, 1]
    assert [id for each in slices for id in each] == [*table.subjects]
    assert not table.more_is_due
    assert told(table, marks(DUE)) == []


def test_what_is_kept_or_dropped_between_two_slices_is_not_told() -> None:
    table = a_table()
    told(table, marks(DUE), BURST - 3)
    kept, dropped, last = [*table.subjects][-3:]
    table.apply(kept, an_event("operations.ParcelHandedOver", "10:00"), DUE)
    table.drop(dropped)
    assert told(table, marks(DUE), BURST) == [last]
    assert not table.more_is_due


def test_what_is_put_in_anew_between_two_slices_is_told_once() -> None:
    table = a_table()
    told(table, marks(DUE), BURST - 1)
    subject = [*table.subjects.values()][-1]
    table.drop(subject.id)
    table.put(subject)
    assert told(table, marks(DUE)) == [subject.id]
    assert entries(table) == []


def test_promises_that_stay_unknown_hold_up_no_others() -> None:
    table, known = a_table(), silent(DUE, operations="10:00")
    slices = [told(table, known, 3) for _ in range(4)]
    assert [len(each) for each in slices] == [3, 3, 3, 1]
    assert not table.more_is_due
    assert entries(table) == wanted(table)


def test_the_rest_of_a_burst_is_told_with_what_became_due_since() -> None:
    table = a_table()
    told(table, marks(DUE), 1)
    table.apply("order/late", an_event(), at("09:00"))
    assert told(table, marks(DUE)) == [*table.subjects][1:]
