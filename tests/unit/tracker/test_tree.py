"""The tree under a customer's date, with numbers that are worked by hand.

The office is open on weekdays from 09 to 17. Approving is given 4 hours, shipping 16; the customer
was promised Thursday 17:00. Backward: shipping may end on Thursday 17:00, so it has to start on
Wednesday 09:00 (16 hours: Wednesday and Thursday), and approving may end then. Its own start is
4 hours before, Tuesday 13:00.
"""

from dataclasses import replace
from typing import Any

import pytest

from services.shared.clock import Instant
from services.tracker.core.agreements import Before
from services.tracker.core.promises import Promise
from services.tracker.core.tree.tree import Jeopardy
from tests.planning import (
    APPROVE,
    DELIVER,
    SHIP,
    hop,
    hours,
    look,
    on,
    opened,
    promised,
    seen,
)
from tests.promising import HOUR

APPROVING = opened(APPROVE, "mon 09:00")
BEFORE = Before("deliver-order", hours(8))


def shipping(moment: str, **changes: Any) -> Promise:  # noqa: ANN401 - any of its fields
    return opened(SHIP, moment, **changes)


def test_latest_finishes_count_back_from_the_customers_date_in_working_time() -> None:
    tree = look(promised(), APPROVING, now="mon 09:00")
    assert hop(tree, DELIVER).latest_finish == on("thu 17:00")
    assert hop(tree, SHIP).latest_finish == on("thu 17:00")
    assert hop(tree, APPROVE).latest_finish == on("wed 09:00")


def test_a_weekend_has_no_working_time() -> None:
    # due on Monday 13:00: shipping starts by Thursday 13:00, approving ends by then
    tree = look(promised("mon+1 13:00"), APPROVING, now="mon 09:00")
    assert hop(tree, APPROVE).latest_finish == on("thu 13:00")
    # expected today 13:00; Monday 4 hours, Tuesday and Wednesday 8 each, Thursday 4
    assert hop(tree, APPROVE).slack == 24 * HOUR


def test_without_history_a_hop_takes_the_time_that_it_was_given() -> None:
    # approved on Monday 13:00, shipped 16 hours later: Wednesday 13:00
    tree = look(promised(), APPROVING, now="mon 10:00")
    assert [each.expected_finish for each in tree.hops] == [
        on("mon 13:00"),
        on("wed 13:00"),
        on("wed 13:00"),
    ]
    assert tree.predicted_p50 == tree.predicted_p80 == on("wed 13:00")
    assert [each.slack / HOUR for each in tree.hops] == [12, 12, 12]
    assert [each.promise_id for each in tree.hops] == [APPROVING.id, "", promised().id]


def test_history_says_how_long_it_takes() -> None:
    # half of the approvals take 1 hour and half 3; shipping takes 8 or 12
    durations = seen(approve_payment=(1, 3), ship_paid_order=(8, 12))
    tree = look(promised(), APPROVING, now="mon 09:00", durations=durations)
    assert tree.predicted_p50 == on("tue 10:00")
    assert tree.predicted_p80 == on("tue 16:00")  # 3 + 12 hours
    assert hop(tree, APPROVE).latest_finish == on("wed 09:00")  # plans are what is agreed


def test_what_takes_longer_than_it_does_in_half_of_the_cases_ends_now_at_the_earliest() -> None:
    durations = seen(approve_payment=1)
    tree = look(promised(), APPROVING, now="mon 12:00", durations=durations)
    assert hop(tree, APPROVE).expected_finish == on("mon 12:00")


def test_an_actual_end_stands_whatever_was_expected() -> None:
    tree = look(
        promised(),
        opened(APPROVE, "mon 09:00", done="mon 10:00"),
        shipping("mon 10:00"),
        now="mon 11:00",
        durations=seen(approve_payment=3),
    )
    assert hop(tree, APPROVE).expected_finish == on("mon 10:00")
    assert hop(tree, APPROVE).done
    assert not hop(tree, SHIP).done
    assert tree.predicted_p50 == on("wed 10:00")


def test_time_that_passes_without_an_end_moves_everything_after_it() -> None:
    # at Tuesday 11:00 approving is 6 hours late; shipping ends 16 hours later, on Thursday 11:00
    tree = look(promised(), APPROVING, now="tue 11:00")
    assert tree.predicted_p50 == on("thu 11:00")
    assert [each.slack / HOUR for each in tree.hops] == [6, 6, 6]


@pytest.mark.parametrize(
    ("due", "jeopardy"),
    [
        (on("wed 17:00"), Jeopardy.NORMAL),
        (on("wed 17:00") - 1, Jeopardy.HAZARD),
        (on("wed 13:00"), Jeopardy.HAZARD),
        (on("wed 13:00") - 1, Jeopardy.CRITICAL),
    ],
)
def test_jeopardy_is_a_hazard_at_p80_and_critical_at_p50(due: Instant, jeopardy: Jeopardy) -> None:
    # approving takes 4 hours, shipping 16 in half of the cases and 20 in the others
    durations = seen(approve_payment=4, ship_paid_order=(16, 20))
    tree = look(promised(due_by=due), APPROVING, now="mon 09:00", durations=durations)
    assert (tree.predicted_p50, tree.predicted_p80) == (on("wed 13:00"), on("wed 17:00"))
    assert tree.jeopardy is jeopardy


def test_a_date_that_is_past_is_critical_and_one_that_is_now_is_not_past() -> None:
    done = opened(SHIP, "mon 13:00", done="tue 12:00")
    assert look(promised(), done, now="thu 17:00").jeopardy is Jeopardy.NORMAL
    past = look(promised(), done, now="thu 17:01")
    assert past.jeopardy is Jeopardy.CRITICAL
    assert (past.root_cause, past.hops[-1].slack) == ("deliver-order", 0)  # the office is closed


def test_a_team_that_is_handed_30_minutes_of_its_2_hours_has_received_it_late() -> None:
    # due on Monday 17:00: shipping within 2 hours has to start by 15:00, and starts at 16:30
    ship = replace(SHIP, within=hours(2))
    tree = look(
        promised("mon 17:00"),
        opened(APPROVE, "mon 09:00", done="mon 16:30"),
        opened(ship, "mon 16:30"),
        now="mon 16:30",
        agreements=(APPROVE, ship, DELIVER),
    )
    assert hop(tree, ship).received_late == 1.5 * HOUR
    assert hop(tree, ship).slack == -1.5 * HOUR
    assert hop(tree, APPROVE).received_late == 0
    assert tree.root_cause == "approve-payment"
    assert tree.next_action_owner == "operations"


@pytest.mark.parametrize(
    ("moment", "late"), [("wed 09:00", 0), ("wed 09:30", 0.5), ("tue 09:00", 0), ("thu 09:00", 8)]
)
def test_received_late_counts_from_the_latest_moment_that_was_planned(
    moment: str, late: float
) -> None:
    tree = look(promised(), opened(APPROVE, "mon 09:00", done=moment), shipping(moment), now=moment)
    assert hop(tree, SHIP).received_late == late * HOUR


def test_lateness_that_a_later_hop_makes_good_has_no_root_cause_after_it() -> None:
    # approved 1 hour late, on Wednesday 10:00; shipped within 8 hours instead of 16
    tree = look(
        promised(),
        opened(APPROVE, "mon 09:00", done="wed 10:00"),
        shipping("wed 10:00"),
        now="wed 10:00",
        durations=seen(ship_paid_order=8),
    )
    assert tree.jeopardy is Jeopardy.NORMAL
    assert [each.slack / HOUR for each in tree.hops] == [-1, 7, 7]
    assert tree.root_cause == "approve-payment"


def test_the_root_cause_is_the_first_hop_that_is_overdrawn() -> None:
    tree = look(
        promised(),
        opened(APPROVE, "mon 09:00", done="tue 17:00"),
        shipping("tue 17:00"),
        now="fri 09:30",
    )
    assert tree.root_cause == "ship-paid-order"
    assert look(promised(), APPROVING, now="mon 09:00").root_cause == ""


def test_the_last_leg_is_planned_as_agreed_and_expected_as_seen() -> None:
    # 8 hours are kept before the customer's date; from the handover it takes 12
    ship = replace(SHIP, within=None, before=BEFORE)
    chain = (APPROVE, ship, DELIVER)
    done = opened(ship, "mon 13:00", done="tue 13:00", due_by=on("thu 09:00"))
    assert hop(look(promised(), done, now="tue 13:00", agreements=chain), ship).latest_finish == on(
        "thu 09:00"
    )
    unseen = look(promised(), done, now="tue 13:00", agreements=chain)
    assert unseen.predicted_p50 == on("wed 13:00")
    durations = seen(**{"deliver_order~last_leg": 12})
    learned = look(promised(), done, now="tue 13:00", agreements=chain, durations=durations)
    assert learned.predicted_p50 == on("wed 17:00")
    assert hop(learned, ship).latest_finish == on("thu 09:00")


def test_a_last_leg_that_nobody_agreed_is_planned_as_it_was_seen() -> None:
    durations = seen(**{"deliver_order~last_leg": 8})
    tree = look(promised(), APPROVING, now="mon 09:00", durations=durations)
    assert hop(tree, SHIP).latest_finish == on("thu 09:00")
    assert tree.predicted_p50 == on("thu 13:00")
