"""What a replay comes to: outcomes, and the lead of inner breaches over the customer's date."""

from services.insights.replay import Outcome, PromiseRow
from services.insights.summary import Lead, summarise
from services.shared.clock import SECOND

DAY = 86_400 * SECOND


def inner(due: float, outcome: Outcome, subject: str = "order/1", opened: float = 0) -> PromiseRow:
    return PromiseRow(
        subject, "ship", "sales", "operations", int(opened * DAY), int(due * DAY), None, outcome
    )


def outer(due: float, outcome: Outcome, subject: str = "order/1") -> PromiseRow:
    return PromiseRow(
        subject, "deliver", "operations", "customer", 0, int(due * DAY), None, outcome
    )


def test_every_outcome_is_counted_also_the_ones_that_never_came() -> None:
    summary = summarise([inner(1, Outcome.KEPT), inner(2, Outcome.KEPT), outer(9, Outcome.OPEN)])
    assert summary.promises == 3
    assert dict(summary.outcomes) == {
        Outcome.KEPT: 2,
        Outcome.KEPT_LATE: 0,
        Outcome.BREACHED: 0,
        Outcome.OPEN: 1,
        Outcome.CANCELLED: 0,
    }


def test_an_inner_breach_leads_the_customers_date_by_the_days_between_their_deadlines() -> None:
    rows = [inner(3, Outcome.BREACHED), outer(10, Outcome.BREACHED)]
    assert summarise(rows).inner == Lead(broken=1, ahead=1, median_days=7.0)
    assert summarise(rows).outer == Lead(broken=1, ahead=1, median_days=7.0)


def test_kept_late_is_broken_and_kept_open_and_cancelled_are_not() -> None:
    rows = [
        inner(3, Outcome.KEPT_LATE),
        inner(3, Outcome.KEPT, "order/2"),
        inner(3, Outcome.OPEN, "order/3"),
        inner(3, Outcome.CANCELLED, "order/4"),
        *(outer(10, Outcome.KEPT_LATE, f"order/{n}") for n in (1, 2, 3, 4)),
    ]
    assert summarise(rows).inner == Lead(1, 1, 7.0)
    assert summarise(rows).outer == Lead(4, 1, 7.0)


def test_an_inner_breach_at_the_customers_date_is_not_ahead_of_it() -> None:
    at = [inner(10, Outcome.BREACHED), outer(10, Outcome.BREACHED)]
    before = [inner(9.9, Outcome.BREACHED), outer(10, Outcome.BREACHED)]
    assert summarise(at).inner == summarise(at).outer == Lead(1, 0, None)
    assert summarise(before).inner == summarise(before).outer == Lead(1, 1, 0.1)


def test_a_promise_due_before_it_was_made_is_known_to_be_broken_when_it_is_made() -> None:
    rows = [inner(1, Outcome.BREACHED, opened=4), outer(10, Outcome.BREACHED)]
    assert summarise(rows).inner == Lead(1, 1, 6.0)


def test_the_first_of_several_inner_breaches_counts_for_the_customers_date() -> None:
    rows = [
        inner(2, Outcome.BREACHED),
        inner(5, Outcome.KEPT_LATE),
        inner(12, Outcome.BREACHED),
        outer(10, Outcome.BREACHED),
    ]
    assert summarise(rows).outer == Lead(1, 1, 8.0)
    assert summarise(rows).inner == Lead(3, 2, 6.5)


def test_a_promise_to_the_customer_without_inner_ones_is_not_compared() -> None:
    rows = [outer(3, Outcome.BREACHED, "case/1"), inner(1, Outcome.KEPT)]
    assert summarise(rows).outer == Lead(0, 0, None)


def test_an_inner_breach_that_saved_the_date_still_counts_as_ahead_of_it() -> None:
    rows = [inner(3, Outcome.KEPT_LATE), outer(10, Outcome.KEPT)]
    assert summarise(rows).inner == Lead(1, 1, 7.0)
    assert summarise(rows).outer == Lead(0, 0, None)


def test_nothing_comes_to_nothing() -> None:
    assert summarise([]).promises == 0
    assert summarise([]).inner == Lead(0, 0, None)
