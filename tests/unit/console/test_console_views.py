"""What the list shows of what is known."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

from services.console.desk import Snapshot
from services.console.filters import Filters
from services.console.grouping import ROWS_LIMIT
from services.console.inbox import Inbox, inbox
from tests.unit.console.builders import NOW, a_promise, a_snapshot, an_alert, at

ALL = Filters()


def ids(view: Inbox) -> list[str]:
    return [row.promise.promise_id for row in view.rows]


def test_what_a_customer_notices_first_stands_first() -> None:
    later = a_promise("later", customer_visible_by=at("18:00"), due_by=at("14:10"))
    sooner = a_promise("sooner", customer_visible_by=at("15:00"), due_by=at("14:50"))
    assert ids(inbox(a_snapshot(later, sooner), ALL)) == ["sooner", "later"]


def test_without_a_customers_date_a_promise_stands_last_by_its_due_date() -> None:
    none_late = a_promise("none-late", customer_visible_by=None, due_by=at("16:00"))
    none_soon = a_promise("none-soon", customer_visible_by=None, due_by=at("15:00"))
    nothing = a_promise("nothing", customer_visible_by=None, due_by=None)
    dated = a_promise("dated", customer_visible_by=at("5 Apr 15:00"))
    view = inbox(a_snapshot(nothing, none_late, none_soon, dated), ALL)
    assert ids(view) == ["dated", "none-soon", "none-late", "nothing"]


def test_two_promises_noticed_at_once_stand_by_due_date_then_by_id() -> None:
    b = a_promise("b")
    a = a_promise("a")
    first = a_promise("z", due_by=at("14:20"))
    assert ids(inbox(a_snapshot(b, a, first), ALL)) == ["z", "a", "b"]


def test_filters_take_either_of_several_values_of_one_name() -> None:
    snapshot = a_snapshot(
        a_promise("f", owed_by="finance"),
        a_promise("o", owed_by="operations"),
        a_promise("s", owed_by="sales"),
    )
    assert ids(inbox(snapshot, Filters(owed_by=("finance", "sales")))) == ["f", "s"]


def test_every_count_is_the_number_that_its_link_shows() -> None:
    snapshot = a_snapshot(
        a_promise("1", owed_by="finance", state="breached"),
        a_promise("2", owed_by="finance"),
        a_promise("3", owed_by="operations", owed_to="support", state="unknown"),
        a_promise("4", owed_by="operations"),
    )
    for filters in (ALL, Filters(owed_by=("finance",)), Filters(state=("at_risk",))):
        for facet in inbox(snapshot, filters).facets:
            for count in facet.counts:
                if count.chosen:
                    continue
                shown = Filters.parse(parse_qsl(urlsplit(count.url).query))
                assert inbox(snapshot, shown).matching == count.count, (filters, count)


def test_a_chosen_count_links_back_to_all_and_stays_when_nothing_is_left() -> None:
    view = inbox(a_snapshot(a_promise()), Filters(owed_by=("finance",), state=("at_risk",)))
    (owed_by,) = [facet for facet in view.facets if facet.name == "owed_by"]
    (finance,) = [count for count in owed_by.counts if count.value == "finance"]
    assert (finance.count, finance.chosen, finance.url) == (0, True, "/?state=at_risk")


def test_rows_beyond_the_limit_are_counted_and_not_shown() -> None:
    full = a_snapshot(*(a_promise(str(n)) for n in range(ROWS_LIMIT)))
    over = a_snapshot(*(a_promise(str(n)) for n in range(ROWS_LIMIT + 1)))
    assert (len(inbox(full, ALL).rows), inbox(full, ALL).matching) == (ROWS_LIMIT, ROWS_LIMIT)
    assert (len(inbox(over, ALL).rows), inbox(over, ALL).matching) == (ROWS_LIMIT, ROWS_LIMIT + 1)


def test_only_a_breached_promise_is_called_late() -> None:
    past = {"due_by": at("13:00")}
    rows = inbox(
        a_snapshot(
            a_promise("a", state="breached", **past),
            a_promise("b", state="overdue_unconfirmed", **past),
            a_promise("c", state="unknown", **past),
        ),
        ALL,
    ).rows
    assert [row.late for row in rows] == [True, False, False]


def test_a_state_of_a_newer_tracker_is_shown_as_it_came() -> None:
    (row,) = inbox(a_snapshot(a_promise(state="UNKNOWN(13)")), ALL).rows
    assert (row.state, row.word) == ("other", "UNKNOWN(13)")


def test_what_is_awaited_is_said_in_words() -> None:
    (row,) = inbox(a_snapshot(a_promise(awaits="operations.ParcelHandedOver")), ALL).rows
    assert row.what == "Parcel handed over"
    (row,) = inbox(a_snapshot(a_promise(awaits="", agreement="pay_refund")), ALL).rows
    assert row.what == "Pay refund"


def test_an_alert_says_what_was_answered_and_what_may_be_answered() -> None:
    promise = a_promise()
    answers = [
        an_alert(promise),
        an_alert(promise, state="acknowledged", acknowledged_by="anna", acknowledged_at=NOW),
        an_alert(promise, state="snoozed", snoozed_until=NOW + timedelta(hours=1)),
        an_alert(promise, notified_at=None),
    ]
    shown = [inbox(a_snapshot(promise, alerts=(each,)), ALL).rows[0].alert for each in answers]
    assert [
        (v.words, v.at and v.at.relative, v.can_acknowledge, v.can_snooze) for v in shown if v
    ] == [
        ("Alert sent", "5 min ago", True, True),
        ("Acknowledged by anna", "just now", False, True),
        ("Snoozed, wakes", "in 1 h", True, False),
        ("Not sent yet", None, True, True),
    ]


def test_an_alert_that_several_have_to_take_up_says_who_has() -> None:
    promise = a_promise()
    one = {"taken_up_by": ("anna",), "acknowledged_by": "anna"}
    two = {"taken_up_by": ("anna", "bob"), "hands_needed": 2, "acknowledged_by": "bob"}
    answers = [
        an_alert(promise, state="acknowledged", acknowledged_at=NOW, **one),
        an_alert(promise, hands_needed=2),
        an_alert(promise, hands_needed=2, taken_up_by=("anna",)),
        an_alert(promise, state="acknowledged", acknowledged_at=NOW, **two),
        an_alert(promise, state="snoozed", snoozed_until=NOW, hands_needed=2),
    ]
    shown = [inbox(a_snapshot(promise, alerts=(each,)), ALL).rows[0].alert for each in answers]
    assert [(view.words, view.hands) for view in shown if view] == [
        ("Acknowledged by anna", ""),
        ("Alert sent", "0 of 2"),
        ("Alert sent", "1 of 2: anna"),
        ("Acknowledged", "2 of 2: anna, bob"),
        ("Snoozed, wakes", ""),
    ]


def test_of_two_alerts_for_a_promise_the_one_sent_last_is_shown() -> None:
    promise = a_promise()
    old = an_alert(promise, key="old", notified_at=NOW - timedelta(hours=1))
    new = an_alert(promise, key="new")
    never = an_alert(promise, key="never", notified_at=None)
    view = inbox(a_snapshot(promise, alerts=(new, old, never)), ALL)
    assert view.rows[0].alert is not None
    assert view.rows[0].alert.key == "new"


def test_an_old_snapshot_says_its_age_and_why() -> None:
    stale = replace(a_snapshot(), age=timedelta(seconds=42), tracker_problem="It is away.")
    status = inbox(stale, ALL).status
    assert (status.age, status.tracker_problem) == ("40 s", "It is away.")


def test_before_the_first_answer_nothing_is_claimed() -> None:
    view = inbox(Snapshot(), ALL)
    assert view.status.as_of is None
    assert view.status.tracker_problem == "The tracker has not been asked yet."
