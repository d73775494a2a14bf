"""What a subject's page tells around its bars: findings, the chain, dates, parts, pauses."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.console.desk import SubjectFacts
from services.console.facts import CustomerTree, Finding, Hop, Part, Pause, Skipped
from services.console.finding_view import findings
from services.console.promise_parts import dates, parts, pauses
from services.console.subject_view import subject_view
from services.console.timeline import axis, bar
from services.console.tree_view import tree_view
from services.shared.events.common import Money
from tests.unit.console.builders import NOW, a_promise, an_alert, an_event, at

YEARS_AHEAD = NOW + timedelta(days=1_461)


def a_finding(finding_id: str = "f", cleared_at: datetime | None = None) -> Finding:
    return Finding(
        finding_id=finding_id,
        kind="disagreement",
        found_at=at("13:00"),
        owed_by="finance",
        owed_to="sales",
        detail="sales says 49.00 EUR, finance says 59.00 EUR",
        next_step="Agree on one.",
        at_stake=Money(1_000, "EUR"),
        cleared_at=cleared_at,
    )


def a_hop(agreement: str = "ship-paid-order", slack_s: int = 600, promise_id: str = "p") -> Hop:
    return Hop(agreement, "operations", promise_id, at("16:00"), at("15:50"), slack_s, 0, False)


def a_tree(*hops: Hop, jeopardy: str = "hazard", expected: str = "16:30") -> CustomerTree:
    return CustomerTree(
        "d", at("17:00"), at(expected), at("18:00"), jeopardy, "operations", "approve-payment", hops
    )


def test_the_three_dates_are_told_where_they_are_not_one() -> None:
    same = a_promise(requested_by=at("14:33"), first_confirmed_by=at("14:33"))
    assert dates(same, NOW) == ()
    moved = replace(same, requested_by=at("12:00"))
    assert [(word, moment.clock) for word, moment in dates(moved, NOW)] == [
        ("requested", "12:00"),
        ("first confirmed", "14:33"),
        ("now due", "14:33"),
    ]


def test_parts_are_pieces_or_money_and_in_full_or_not() -> None:
    promise = a_promise(parts=(Part("lamp", 20, 12), Part("EUR", 5_900, 5_900)))
    assert [(line.words, line.whole) for line in parts(promise)] == [
        ("12 of 20 lamp", False),
        ("59.00 EUR of 59.00 EUR", True),
    ]


def test_a_pause_says_how_long_whom_on_and_by_whom() -> None:
    over = Pause(at("10:00"), at("10:20"), "supplier", "operations.StockMissing", "ann")
    standing = Pause(at("13:03"), None, "", "", "")
    told = pauses(a_promise(pauses=(over, standing)), NOW)
    assert [(line.lasted, line.why, line.end is None) for line in told] == [
        ("20 min", "waiting on supplier, stock missing, by ann", False),
        ("1 h", "", True),
    ]


def test_a_pause_that_stands_is_drawn_until_now_and_has_no_due_date() -> None:
    pause = Pause(at("13:00"), None, "supplier", "", "")
    promise = a_promise(state="paused", due_by=YEARS_AHEAD, pauses=(pause,))
    shared = axis([promise], [], NOW)
    drawn = bar(promise, shared, NOW)
    assert shared.end < NOW + timedelta(days=1)
    assert (drawn.due, drawn.promised, drawn.late) == (None, None, None)
    (stood,) = drawn.pauses
    assert abs(stood.x + stood.width - (shared.now or 0)) < 0.01


def test_a_pause_that_is_over_lies_where_the_clock_stood() -> None:
    pause = Pause(at("10:00"), at("11:00"), "", "", "")
    promise = a_promise(pauses=(pause,))
    shared = axis([promise], [], NOW)
    (stood,) = bar(promise, shared, NOW).pauses
    assert (stood.x, round(stood.x + stood.width, 3)) == (
        shared.at(at("10:00")),
        shared.at(at("11:00")),
    )


def test_what_was_reported_in_time_is_not_late_while_nobody_confirms() -> None:
    reported = {"state": "reported_done", "due_by": at("13:00")}
    in_time = a_promise("a", reported_at=at("12:30"), **reported)
    too_late = a_promise("b", reported_at=at("13:10"), **reported)
    view = subject_view(SubjectFacts("order/4711", NOW, (in_time, too_late), ()), ())
    assert [card.lateness for card in view.cards] == ["reported 30 min early", "10 min late"]
    assert [card.bar.late is None for card in view.cards] == [True, False]


def test_findings_that_are_so_stand_first_and_only_they_ask_for_something() -> None:
    cleared = a_finding("a", cleared_at=at("13:30"))
    told = findings((cleared, a_finding("b")), {}, NOW)
    assert [(each.finding.finding_id, each.state, each.next_step) for each in told] == [
        ("b", "found", "Agree on one."),
        ("a", "cleared", ""),
    ]
    assert told[0].at_stake == "10.00 EUR"


def test_a_finding_says_what_was_told_of_it() -> None:
    alert = an_alert(a_promise("f"), next_step="Agree with sales.")
    (told,) = findings((a_finding(),), {"f": alert}, NOW)
    assert told.alert is not None
    assert told.next_step == "Agree with sales."


@pytest.mark.parametrize(
    ("slack_s", "words", "short"),
    [
        (7_200, "2 h to spare", False),
        (60, "1 min to spare", False),
        (0, "nothing to spare", False),
        (-60, "1 min short", True),
        (-5_400, "1 h 30 min short", True),
    ],
)
def test_slack_is_spare_nothing_or_short(slack_s: int, words: str, short: bool) -> None:
    (hop,) = tree_view(a_tree(a_hop(slack_s=slack_s)), (), NOW).hops
    assert (hop.slack, hop.short) == (words, short)


def test_a_hop_is_done_under_way_or_to_come() -> None:
    done, under_way, to_come = replace(a_hop(), done=True), a_hop(), a_hop(promise_id="")
    hops = tree_view(a_tree(done, under_way, to_come), (), NOW).hops
    assert [hop.progress for hop in hops] == ["done", "under way", "to come"]
    assert [bool(hop.link) for hop in hops] == [True, True, False]


def test_the_hop_where_time_ran_short_first_is_marked() -> None:
    hops = tree_view(a_tree(a_hop("approve-payment"), a_hop()), (), NOW).hops
    assert [hop.is_cause for hop in hops] == [True, False]


@pytest.mark.parametrize(
    ("expected", "too_late"), [("16:59", False), ("17:00", False), ("17:01", True)]
)
def test_only_a_date_after_the_customers_is_too_late(expected: str, too_late: bool) -> None:
    assert tree_view(a_tree(expected=expected), (), NOW).too_late is too_late


@pytest.mark.parametrize(
    ("jeopardy", "told"),
    [
        ("normal", ("kept", "Nothing is in the way")),
        ("critical", ("breached", "Will be missed unless somebody acts")),
        ("doomed", ("other", "Doomed")),
        ("", ("other", "Not judged")),
    ],
)
def test_jeopardy_in_words(jeopardy: str, told: tuple[str, str]) -> None:
    view = tree_view(a_tree(jeopardy=jeopardy), (), NOW)
    assert (view.state, view.word) == told


def test_what_was_not_promised_names_the_event_and_why() -> None:
    event = an_event("finance.PaymentApproved")
    skipped = Skipped("insure-parcel", event.id, "where_absent")
    view = subject_view(SubjectFacts("order/4711", NOW, (), (event,), (skipped,)), ())
    (line,) = view.skipped
    assert (line.what, line.event) == ("Insure parcel", "Payment approved")
    assert line.why == "a fact that decides whether it applies was not told"
