"""What counts as a hop of the tree, how it stands, and who has the next action.

As in `test_tree`: approving is given 4 hours of the office, shipping 16, until Thursday 17:00.
"""

from dataclasses import replace
from typing import Any

import pytest

from services.tracker.core.agreements import Before
from services.tracker.core.history import Durations
from services.tracker.core.promises import Promise, State
from services.tracker.core.tree import Jeopardy, trees
from tests.planning import (
    APPROVE,
    CHAIN,
    DELIVER,
    SHIP,
    a_hop,
    hop,
    hours,
    look,
    on,
    opened,
    plans,
    promised,
    seen,
)
from tests.promising import SHIP_BY

APPROVING = opened(APPROVE, "mon 09:00")
BEFORE = Before("deliver-order", hours(8))


def shipping(moment: str, **changes: Any) -> Promise:  # noqa: ANN401 - any of its fields
    return opened(SHIP, moment, **changes)


@pytest.mark.parametrize("ended_as", [State.CANCELLED, State.RELEASED])
def test_what_was_cancelled_or_released_is_done_and_takes_no_time(ended_as: State) -> None:
    tree = look(
        promised(),
        opened(APPROVE, "mon 09:00", done="mon 10:00"),
        shipping("mon 10:00", ended_at=on("tue 09:00"), ended_as=ended_as, settled_by=b"c"),
        now="wed 09:00",
    )
    assert hop(tree, SHIP).done
    assert tree.predicted_p50 == on("wed 09:00")
    assert hop(tree, APPROVE).latest_finish == on("thu 17:00")


def test_a_pause_moves_the_expected_finish_as_it_moved_the_deadline() -> None:
    # due on Monday 13:00 as agreed, it stood for 8 working hours: due on Tuesday 13:00
    paused = replace(APPROVING, due_by=on("tue 13:00"))
    assert hop(look(promised(), paused, now="mon 10:00"), APPROVE).expected_finish == on(
        "tue 13:00"
    )
    seen_before = look(promised(), paused, now="mon 10:00", durations=seen(approve_payment=2))
    assert hop(seen_before, APPROVE).expected_finish == on("tue 11:00")


def test_a_hop_that_its_opening_event_passed_over_is_left_out() -> None:
    skipped = look(promised(), now="mon 10:00")  # the order was placed, no approval was asked for
    assert [each.agreement for each in skipped.hops] == ["ship-paid-order", "deliver-order"]
    approved = look(promised(), opened(APPROVE, "mon 09:00", done="mon 11:00"), now="mon 12:00")
    assert [each.agreement for each in approved.hops] == ["approve-payment", "deliver-order"]
    assert approved.predicted_p50 == on("mon 12:00")


def test_an_opening_that_was_taken_back_opened_nothing() -> None:
    void = shipping("mon 10:00", ended_at=on("mon 10:00"), ended_as=State.CANCELLED)
    tree = look(promised(), APPROVING, void, now="mon 10:00")
    assert hop(tree, SHIP).promise_id == ""


def test_of_several_promises_of_a_hop_the_one_that_ends_last_counts() -> None:
    first = opened(APPROVE, "mon 09:00", done="mon 10:00", id="first")
    second = opened(APPROVE, "mon 11:00", id="second")
    third = opened(APPROVE, "mon 10:00", id="third")
    for told in ([first, second, third], [third, second, first]):
        assert hop(look(promised(), *told, now="mon 12:00"), APPROVE).promise_id == "second"


def test_a_promise_about_another_refund_is_no_part_of_it() -> None:
    mine, other = (("refund_id", "one"),), (("refund_id", "two"),)
    told = [replace(APPROVING, key=other, id="other"), replace(APPROVING, key=mine, id="mine")]
    tree = look(promised(key=mine), *told, now="mon 09:00")
    assert hop(tree, APPROVE).promise_id == "mine"
    assert "other" not in {each.promise_id for each in tree.hops}


def test_a_hop_to_come_by_a_date_is_expected_by_it() -> None:
    ship = replace(SHIP, within=None, by=SHIP_BY)
    chain, facts = (APPROVE, ship, DELIVER), {SHIP_BY: on("wed 12:00")}
    assert look(promised(), APPROVING, now="mon 10:00", agreements=chain).predicted_p50 == on(
        "mon 13:00"
    )
    told = look(promised(), APPROVING, now="mon 10:00", agreements=chain, facts=facts)
    assert told.predicted_p50 == on("wed 12:00")


def test_the_next_action_is_with_the_debtor_of_the_path_with_the_least_slack() -> None:
    # the invoice takes 8 hours and the parcel 4 + 16: the payment is waited for
    invoice = a_hop("draft-invoice", "sales.OrderPlaced", "finance.InvoiceDrafted", owed_by="books")
    chain, drafting = (*CHAIN, invoice), opened(invoice, "mon 09:00")
    assert look(
        promised(), APPROVING, drafting, now="mon 09:00", agreements=chain
    ).next_action_owner == ("finance")
    slow = look(
        promised(),
        opened(APPROVE, "mon 09:00", done="mon 10:00"),
        drafting,
        now="mon 10:00",
        agreements=chain,
        durations=seen(draft_invoice=30),
    )
    assert slow.next_action_owner == "books"


def test_the_next_action_is_with_who_sends_what_opens_the_next_hop() -> None:
    waits = look(promised(), now="mon 10:00", agreements=(SHIP, DELIVER))
    assert waits.next_action_owner == "finance"


def test_when_all_hops_are_done_the_next_action_is_with_who_owes_the_date() -> None:
    carried = replace(DELIVER, owed_by="carrier")
    done = (
        promised(agreement=carried),
        opened(APPROVE, "mon 09:00", done="mon 10:00"),
        opened(SHIP, "mon 10:00", done="mon 11:00"),
    )
    tree = look(*done, now="mon 12:00", agreements=(APPROVE, SHIP, carried))
    assert tree.next_action_owner == "carrier"


def test_a_date_without_hops_is_expected_when_it_is_due() -> None:
    alone = look(promised(), now="mon 10:00", agreements=(DELIVER,))
    assert (alone.predicted_p50, alone.jeopardy) == (on("thu 17:00"), Jeopardy.NORMAL)
    assert alone.next_action_owner == "operations"
    seen_before = look(
        promised(), now="mon 10:00", agreements=(DELIVER,), durations=seen(deliver_order=40)
    )
    assert (seen_before.predicted_p50, seen_before.jeopardy) == (
        on("fri 17:00"),
        Jeopardy.CRITICAL,
    )


def test_every_open_date_of_the_customer_has_its_tree_the_earliest_first() -> None:
    answer = replace(DELIVER, name="answer-case", owed_by="support")
    companion = replace(DELIVER, name="deliver-order.update")
    told = (
        promised("fri 17:00"),
        promised("wed 17:00", agreement=answer),
        promised("wed 17:00", agreement=companion),
        promised("tue 17:00", agreement=replace(DELIVER, name="kept"), done="mon 12:00"),
        APPROVING,
    )
    found = trees(told, plans((*CHAIN, answer, companion)), on("mon 10:00"), Durations())
    assert [each.promise_id.partition("~")[2] for each in found] == ["answer-case", "deliver-order"]


def test_a_promise_keeps_the_version_that_it_was_made_under() -> None:
    old = replace(SHIP, version=1, within=hours(4))
    tree = look(
        promised(),
        opened(APPROVE, "mon 09:00", done="mon 10:00"),
        opened(old, "mon 10:00"),
        now="mon 10:00",
    )
    assert tree.predicted_p50 == on("mon 14:00")
    assert hop(tree, APPROVE).latest_finish == on("thu 13:00")


def test_a_hop_that_several_wait_for_has_to_end_for_the_first_of_them() -> None:
    # the invoice takes 8 hours until Thursday 17:00, shipping 16: it starts on Wednesday 09:00
    invoice = a_hop("draft-invoice", APPROVE.evidence[0], "finance.InvoiceDrafted")
    tree = look(promised(), APPROVING, now="mon 09:00", agreements=(*CHAIN, invoice))
    assert hop(tree, APPROVE).latest_finish == on("wed 09:00")
    assert hop(tree, invoice).latest_finish == on("thu 17:00")


def test_a_hop_by_a_date_is_planned_as_it_was_seen_or_else_with_what_is_left() -> None:
    # opened with 2 hours left until its date; by history it takes 8
    ship = replace(SHIP, within=None, by=SHIP_BY)
    chain, due_by = (APPROVE, ship, DELIVER), on("tue 11:00")
    told = (
        promised(),
        opened(APPROVE, "mon 09:00", done="tue 09:00"),
        opened(ship, "tue 09:00", due_by=due_by),
    )
    unseen = look(*told, now="tue 09:00", agreements=chain)
    assert hop(unseen, APPROVE).latest_finish == on("thu 15:00")
    known = look(*told, now="tue 09:00", agreements=chain, durations=seen(ship_paid_order=8))
    assert hop(known, APPROVE).latest_finish == on("thu 09:00")


def test_an_open_promise_of_a_hop_counts_before_a_kept_one_and_that_before_a_void_one() -> None:
    kept = opened(APPROVE, "mon 11:00", done="mon 12:00", id="kept")
    void = opened(
        APPROVE,
        "mon 12:00",
        id="void",
        ended_at=on("mon 12:30"),
        ended_as=State.CANCELLED,
        settled_by=b"c",
    )
    assert hop(look(promised(), void, kept, now="mon 13:00"), APPROVE).promise_id == "kept"
    told = (promised(), void, kept, APPROVING)
    assert hop(look(*told, now="mon 13:00"), APPROVE).promise_id == APPROVING.id


def test_a_hop_that_another_may_still_open_is_to_come() -> None:
    check = a_hop("check-fraud", "sales.OrderPlaced", APPROVE.evidence[0])
    tree = look(
        promised(),
        opened(APPROVE, "mon 09:00", done="mon 10:00"),
        opened(check, "mon 09:00"),
        now="mon 12:00",
        agreements=(*CHAIN, check),
    )
    assert hop(tree, SHIP).expected_finish == on("wed 17:00")  # 16 hours after Monday 17:00


def test_the_outer_promise_is_never_received_late() -> None:
    tree = look(promised(), APPROVING, now="mon 09:00", durations=seen(deliver_order=40))
    assert hop(tree, DELIVER).received_late == 0
