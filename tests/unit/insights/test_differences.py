"""Which promises of the same past differ under two sets of agreements."""

from dataclasses import replace
from typing import Any

from services.insights.differences import Change, differences
from services.insights.replay import Outcome, PromiseRow


def a_row(**changes: Any) -> PromiseRow:  # noqa: ANN401 - any of its fields
    plain = PromiseRow("order/1", "ship", "operations", "sales", 10, 20, 15, Outcome.KEPT)
    return replace(plain, **changes)


def changes(before: list[PromiseRow], after: list[PromiseRow]) -> list[tuple[Change, str]]:
    return [(each.change, each.row.subject) for each in differences(before, after)]


def test_the_same_promises_do_not_differ_whatever_their_order() -> None:
    rows = [a_row(), a_row(subject="order/2"), a_row(agreement="deliver")]
    assert differences(rows, rows[::-1]) == ()


def test_promises_appear_and_disappear() -> None:
    before, after = [a_row()], [a_row(subject="order/2")]
    assert changes(before, after) == [(Change.DISAPPEARS, "order/1"), (Change.APPEARS, "order/2")]


def test_another_outcome_counts_more_than_another_deadline() -> None:
    late = a_row(due_by=14, outcome=Outcome.KEPT_LATE)
    assert changes([a_row()], [late]) == [(Change.OUTCOME, "order/1")]
    assert changes([a_row()], [a_row(due_by=21)]) == [(Change.DUE, "order/1")]


def test_a_promise_that_opens_at_another_moment_is_another() -> None:
    assert changes([a_row()], [a_row(opened_at=11)]) == [
        (Change.DISAPPEARS, "order/1"),
        (Change.APPEARS, "order/1"),
    ]


def test_promises_opened_at_the_same_moment_are_held_side_by_side() -> None:
    two = [a_row(due_by=20), a_row(due_by=30)]
    assert differences(two, two) == ()
    assert changes(two, two[:1]) == [(Change.DISAPPEARS, "order/1")]
