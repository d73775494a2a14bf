"""What a preset takes: what is mine, what is soon, what nobody has in hand."""

from datetime import timedelta

import pytest

from services.console.desk import Alert, Promise
from services.console.facets import Viewer
from services.console.filters import SPANS, Filters
from services.console.inbox import inbox
from tests.unit.console.builders import NOW, a_promise, a_snapshot, an_alert

SECOND = timedelta(seconds=1)


def ids(filters: Filters, *promises: Promise, alerts: tuple[Alert, ...] = ()) -> list[str]:
    view = inbox(a_snapshot(*promises, alerts=alerts), filters)
    return [row.promise.promise_id for row in view.rows]


@pytest.mark.parametrize("span", SPANS)
def test_soon_ends_with_its_last_second(span: str) -> None:
    end = NOW + SPANS[span]
    due = (
        a_promise("in", customer_visible_by=None, due_by=end),
        a_promise("out", customer_visible_by=None, due_by=end + SECOND),
    )
    noticed = (
        a_promise("noticed", customer_visible_by=end, due_by=end + SECOND),
        a_promise("later", customer_visible_by=end + SECOND, due_by=end + SECOND),
    )
    assert set(ids(Filters(within=(span,)), *due, *noticed)) == {"in", "noticed"}


def test_what_is_past_is_soon_and_what_has_no_date_is_not() -> None:
    past = a_promise("past", due_by=NOW - SECOND, customer_visible_by=None)
    never = a_promise("never", due_by=None, customer_visible_by=None)
    assert ids(Filters(within=("15m",)), past, never) == ["past"]


def test_a_department_is_concerned_where_it_owes_or_has_the_next_step() -> None:
    owes = a_promise("owes", owed_by="sales/seller", owed_to="finance")
    acts = a_promise("acts", announced="returned", state="paused", waiting_on="sales")
    told = a_promise("told", owed_by="finance")
    neither = a_promise("neither", owed_by="finance", owed_to="sales")
    alert = an_alert(told, next_action_owner="sales")
    found = ids(Filters(department=("sales",)), owes, acts, told, neither, alerts=(alert,))
    assert set(found) == {"owes", "acts", "told"}


def test_unacknowledged_is_what_nobody_has_in_hand_and_nobody_put_off() -> None:
    promises = [a_promise(name) for name in ("open", "silent", "acknowledged", "snoozed")]
    alerts = tuple(
        an_alert(each, state=each.promise_id) for each in promises if each.promise_id != "silent"
    )
    assert set(ids(Filters(unacknowledged=("yes",)), *promises, alerts=alerts)) == {
        "open",
        "silent",
    }


def test_the_department_of_the_console_is_a_preset_that_counts_what_it_shows() -> None:
    snapshot = a_snapshot(a_promise("o"), a_promise("f", owed_by="finance"))
    (show,) = [
        each
        for each in inbox(snapshot, Filters(), Viewer(department="finance")).facets
        if each.name == "show"
    ]
    assert (show.counts[0].word, show.counts[0].count) == ("My department", 1)
    assert show.counts[0].url == "/?department=finance"
