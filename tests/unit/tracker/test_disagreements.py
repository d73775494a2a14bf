"""When a fact that two departments tell differently is found, of whom it is told, and its end."""

from typing import Any

import pytest
from msgspec import structs

from services.shared.events.common import Money
from services.tracker.core.disagreements import Dispute, disputes
from services.tracker.core.durations import BusinessTime
from services.tracker.core.facts import Comparison
from services.tracker.core.findings import Finding, FindingKind
from services.tracker.core.subject import Event
from tests.disputing import (
    AMENDED,
    DRAFTED,
    ISSUED,
    PLACED,
    Weekdays,
    a_rule,
    asserted,
    day,
    euros,
    found,
    telling,
    the_finding,
)
from tests.promising import HOUR, an_event, at

ORDERED = telling(PLACED, "09:00", 49)
INVOICED = telling(DRAFTED, "10:00", 59, invoice_id="i-1")
REFUND = ("support.RefundRequested", "finance.RefundApproved", "finance.RefundPaid")
REFUNDS: dict[str, Any] = {
    "name": "refund-amount",
    "owner": "finance",
    "asserted_by": asserted("amount", *REFUND),
    "gates": ("finance.RefundPaid",),
    "each": "refund",
}


def refund(type: str, time: str, amount: int, id: str) -> Event:
    return telling(type, time, amount, name="amount", refund_id=id)


def history(*events: Event) -> tuple[Dispute, ...]:
    return disputes(a_rule(), sorted(events))


def test_two_amounts_for_one_order_are_a_finding_that_the_owner_answers_for() -> None:
    assert the_finding(ORDERED, INVOICED) == Finding(
        kind=FindingKind.DISAGREEMENT,
        key="order-total",
        true_from=at("10:15"),
        owed_by="sales",
        owed_to="finance",
        detail="order total: sales says 49.00 EUR, finance says 59.00 EUR",
        next_step="Hold the invoice.",
        at_stake=Money(1_000, "EUR"),
        awaits=frozenset({"sales", "finance"}),
    )


def test_what_only_one_party_tells_is_no_disagreement_however_often_it_changes() -> None:
    assert not found(ORDERED, telling(AMENDED, "10:00", 59))


def test_the_same_amount_from_both_is_no_disagreement() -> None:
    assert not found(ORDERED, telling(DRAFTED, "10:00", 49))


def test_the_last_telling_of_a_party_by_its_own_time_counts() -> None:
    assert not found(ORDERED, INVOICED, telling(AMENDED, "09:30", 59))
    assert found(telling(PLACED, "09:30", 49), INVOICED, telling(AMENDED, "09:00", 59))


def test_it_settles_after_the_last_telling_that_changed_something() -> None:
    changed = telling(AMENDED, "10:14:59", 50)
    assert the_finding(ORDERED, INVOICED, changed).true_from == at("10:29:59")
    same = telling(AMENDED, "10:14:59", 49)
    assert the_finding(ORDERED, INVOICED, same).true_from == at("10:15")


@pytest.mark.parametrize("time", ["10:15", "10:15:01"])
def test_once_found_it_stays_found_while_the_amounts_move_and_still_differ(time: str) -> None:
    finding = the_finding(ORDERED, INVOICED, telling(AMENDED, time, 50))
    assert (finding.true_from, finding.at_stake) == (at("10:15"), Money(900, "EUR"))


def test_it_ends_when_both_tell_the_same_again() -> None:
    assert not found(ORDERED, INVOICED, telling(AMENDED, "12:00", 59))


def test_a_second_disagreement_settles_anew() -> None:
    agreed, again = telling(AMENDED, "12:00", 59), telling(AMENDED, "13:00", 69)
    assert the_finding(ORDERED, INVOICED, agreed, again).true_from == at("13:15")


def test_what_is_absent_does_not_take_back_what_was_told() -> None:
    silent = an_event(AMENDED, "10:05", fields={})
    assert the_finding(ORDERED, INVOICED, silent).true_from == at("10:15")
    assert not found(an_event(PLACED, fields={"total": None}), INVOICED)


def test_an_event_that_shows_the_difference_to_the_customer_does_not_wait() -> None:
    assert the_finding(ORDERED, telling(ISSUED, "10:00", 59)).true_from == at("10:00")
    shown = telling(ISSUED, "10:14:59", 59)
    assert the_finding(ORDERED, INVOICED, shown).true_from == at("10:14:59")


def test_an_event_that_shows_it_later_than_it_was_found_changes_nothing() -> None:
    assert the_finding(ORDERED, INVOICED, telling(ISSUED, "11:00", 59)).true_from == at("10:15")


def test_what_the_customer_saw_before_the_difference_does_not_hurry_it() -> None:
    shown = telling(ISSUED, "10:00", 49)
    assert the_finding(ORDERED, shown, telling(AMENDED, "11:00", 59)).true_from == at("11:15")


def test_a_gate_that_tells_nothing_itself_also_shows_the_difference() -> None:
    gates = ("operations.ParcelHandedOver",)
    shown = an_event("operations.ParcelHandedOver", "10:05")
    assert the_finding(ORDERED, INVOICED, shown, gates=gates).true_from == at("10:05")


@pytest.mark.parametrize("ids", [(b"a", b"b"), (b"b", b"a")])
def test_a_gate_of_the_same_moment_shows_the_difference_whatever_its_id(
    ids: tuple[bytes, bytes],
) -> None:
    gates = ("operations.ParcelHandedOver",)
    shown = an_event("operations.ParcelHandedOver", "10:00", id=ids[0])
    invoiced = structs.replace(INVOICED, id=ids[1])
    assert the_finding(ORDERED, invoiced, shown, gates=gates).true_from == at("10:00")


def test_parties_that_change_at_the_same_moment_never_disagreed() -> None:
    assert not history(telling(PLACED, "09:00", 49), telling(DRAFTED, "09:00", 49))


def test_events_that_no_rule_names_say_nothing() -> None:
    other = telling("sales.DiscountRequested", "10:05", 9)
    assert found(ORDERED, INVOICED, other) == found(ORDERED, INVOICED)


def test_it_settles_in_the_working_time_of_the_calendar() -> None:
    class Slow(Weekdays):
        def add(self, start: int, span: object) -> int:
            return start + 3 * HOUR

    settling = {"settle": BusinessTime(HOUR), "calendar": Slow()}
    assert the_finding(ORDERED, INVOICED, **settling).true_from == at("13:00")
    assert the_finding(ORDERED, INVOICED, calendar=Slow()).true_from == at("10:15")


def test_of_three_parties_the_first_that_contradicts_the_owner_waits_for_it() -> None:
    asserted_by = asserted("total", DRAFTED, "support.Quoted", PLACED)
    same, other = telling("support.Quoted", "09:30", 49), INVOICED
    finding = the_finding(ORDERED, same, other, asserted_by=asserted_by)
    assert (finding.owed_by, finding.owed_to) == ("sales", "finance")
    assert finding.detail == (
        "order total: sales says 49.00 EUR, finance says 59.00 EUR, support says 49.00 EUR"
    )


def test_an_owner_who_tells_nothing_still_answers_for_it() -> None:
    finding = the_finding(ORDERED, INVOICED, owner="support")
    assert (finding.owed_by, finding.owed_to) == ("support", "finance")


def test_an_owner_within_a_department_is_compared_as_its_department() -> None:
    finding = the_finding(ORDERED, INVOICED, owner="finance/billing")
    assert (finding.owed_by, finding.owed_to) == ("finance/billing", "sales")


def test_an_orders_total_is_compared_with_that_of_any_of_its_invoices() -> None:
    corrected = telling(ISSUED, "11:00", 49, invoice_id="i-2")
    assert not found(ORDERED, INVOICED, corrected)


def test_refunds_of_one_order_are_compared_each_on_its_own() -> None:
    events = [
        refund(REFUND[0], "09:00", 10, "r-1"),
        refund(REFUND[0], "09:00", 20, "r-2"),
        refund(REFUND[1], "10:00", 10, "r-1"),
        refund(REFUND[1], "10:00", 25, "r-2"),
    ]
    (finding,) = found(*events, **REFUNDS)
    assert finding.key == "refund-amount/r-2"
    assert finding.detail == "refund amount: finance says 25.00 EUR, support says 20.00 EUR"


def test_paying_one_refund_does_not_hurry_what_is_told_of_another() -> None:
    events = [
        refund(REFUND[0], "09:00", 20, "r-2"),
        refund(REFUND[1], "10:00", 25, "r-2"),
        refund(REFUND[2], "10:05", 10, "r-1"),
    ]
    (finding,) = found(*events, **REFUNDS)
    assert finding.true_from == at("10:15")


def test_what_is_told_without_a_refunds_id_tells_nothing_of_any() -> None:
    asked = telling(REFUND[0], "09:00", 20, name="amount")
    approved = telling(REFUND[1], "10:00", 30, name="amount")
    assert not found(asked, approved, refund(REFUND[1], "10:00", 25, "r-2"), **REFUNDS)


def test_dates_that_two_departments_tell_the_customer_are_a_disagreement() -> None:
    told = "support.CustomerInformed"
    by_field = (*asserted("promised_by", PLACED, AMENDED), *asserted("date_told", told))
    finding = the_finding(
        an_event(PLACED, "09:00", fields={"promised_by": day(4)}),
        an_event(told, "10:00", fields={"date_told": day(6)}),
        name="delivery-date-told",
        compare=Comparison.DATE,
        asserted_by=by_field,
    )
    assert finding.detail == ("delivery date told: sales says 2026-11-04, support says 2026-11-06")


def test_it_was_caught_when_it_was_found_before_the_customer_saw_it() -> None:
    def caught(shown: str) -> bool:
        (only,) = history(ORDERED, INVOICED, telling(ISSUED, shown, 59))
        return only.caught_before_visible

    assert [caught(each) for each in ("10:14:59", "10:15", "10:15:01")] == [False, False, True]


def test_it_was_caught_when_the_customer_never_saw_it() -> None:
    (open_still,) = history(ORDERED, INVOICED)
    assert (open_still.visible_at, open_still.caught_before_visible) == (None, True)


def test_the_first_event_that_showed_it_counts() -> None:
    (only,) = history(ORDERED, INVOICED, telling(ISSUED, "10:30", 59), telling(ISSUED, "12:00", 60))
    assert only.visible_at == at("10:30")


def test_a_dispute_that_ended_is_remembered_with_what_was_told_in_it() -> None:
    (ended,) = history(ORDERED, INVOICED, telling(AMENDED, "12:00", 59))
    assert (ended.true_from, ended.until) == (at("10:15"), at("12:00"))
    assert ended.told["sales"][""].words == "49.00 EUR"


@pytest.mark.parametrize(("agreed", "count"), [("10:14:59", 0), ("10:15", 0), ("10:15:01", 1)])
def test_a_difference_that_ended_before_it_was_found_was_none(agreed: str, count: int) -> None:
    assert len(history(ORDERED, INVOICED, telling(AMENDED, agreed, 59))) == count


def test_other_currencies_are_a_disagreement_with_no_known_sum_at_stake() -> None:
    finding = the_finding(ORDERED, telling(DRAFTED, "10:00", euros(49, "USD")))
    assert (finding.at_stake, finding.true_from) == (None, at("10:15"))


def test_a_minor_unit_is_enough() -> None:
    cents = telling(DRAFTED, "10:00", {"minor": 4_901, "currency": "EUR"})
    assert the_finding(ORDERED, cents).at_stake == Money(1, "EUR")
