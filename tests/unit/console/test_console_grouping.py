"""What belongs together stands under one heading, and no group hides another."""

from hypothesis import given
from hypothesis import strategies as st

from services.console.filters import Filters
from services.console.grouping import (
    GROUP_ROWS_LIMIT,
    OPEN_ROWS_LIMIT,
    ROWS_LIMIT,
    Heading,
)
from services.console.inbox import Inbox, inbox
from services.console.views import Row
from tests.unit.console.builders import a_promise, a_snapshot, an_alert, at

ALL = Filters()


def listed(view: Inbox) -> list[str]:
    return [
        line.promise.promise_id if isinstance(line, Row) else f"{line.rows} of {line.first.what}"
        for line in view.lines
    ]


def heading(view: Inbox) -> Heading:
    return next(line for line in view.lines if isinstance(line, Heading))


def test_what_is_alone_of_its_kind_has_no_heading() -> None:
    view = inbox(a_snapshot(a_promise("a"), a_promise("b", owed_by="finance")), ALL)
    assert listed(view) == ["a", "b"]
    assert {row.group for row in view.rows} == {""}


def test_two_of_one_pair_agreement_and_state_stand_under_a_heading() -> None:
    view = inbox(a_snapshot(a_promise("a"), a_promise("b")), ALL)
    assert listed(view) == ["2 of Parcel handed over", "a", "b"]
    assert {row.group for row in view.rows} == {heading(view).id}


def test_another_debtor_creditor_agreement_or_state_is_another_group() -> None:
    others = (
        a_promise("b", owed_by="finance"),
        a_promise("c", owed_to="support"),
        a_promise("d", agreement="another"),
        a_promise("e", state="breached"),
    )
    view = inbox(a_snapshot(a_promise("a"), *others), ALL)
    assert not [line for line in view.lines if isinstance(line, Heading)]


def test_a_group_stands_where_its_first_row_would() -> None:
    view = inbox(
        a_snapshot(
            a_promise("late", customer_visible_by=at("19:00")),
            a_promise("first", customer_visible_by=at("15:00")),
            a_promise("between", owed_by="finance", customer_visible_by=at("16:00")),
        ),
        ALL,
    )
    assert listed(view) == ["2 of Parcel handed over", "first", "late", "between"]


def test_a_heading_tells_the_worst_of_its_rows() -> None:
    first = a_promise("a", customer_visible_by=at("15:00"), due_by=at("14:50"))
    second = a_promise("b", customer_visible_by=at("16:00"), due_by=at("14:10"))
    alerts = (
        an_alert(first, slack_s=3600),
        an_alert(second, slack_s=-60, state="acknowledged"),
    )
    told = heading(inbox(a_snapshot(first, second, alerts=alerts), ALL))
    assert told.customer is not None
    assert told.customer.clock == "15:00"
    assert told.due is not None
    assert told.due.clock == "14:10"
    assert told.slack is not None
    assert told.slack.words == "1 min short"
    assert told.unanswered == 1


def test_only_a_long_group_begins_closed() -> None:
    few = a_snapshot(*(a_promise(str(n)) for n in range(OPEN_ROWS_LIMIT)))
    many = a_snapshot(*(a_promise(str(n)) for n in range(OPEN_ROWS_LIMIT + 1)))
    assert not heading(inbox(few, ALL)).closed
    assert heading(inbox(many, ALL)).closed


def test_a_group_among_others_shows_so_many_rows_and_says_so() -> None:
    many = [a_promise(f"{n:03}") for n in range(GROUP_ROWS_LIMIT + 1)]
    view = inbox(a_snapshot(*many, a_promise("z", owed_by="finance")), ALL)
    told = heading(view)
    assert (told.rows, told.shown) == (GROUP_ROWS_LIMIT + 1, GROUP_ROWS_LIMIT)
    assert view.rows[-1].promise.promise_id == "z"
    alone = inbox(a_snapshot(*many), ALL)
    assert len(alone.rows) == GROUP_ROWS_LIMIT + 1


@given(st.lists(st.integers(1, 80), max_size=9))
def test_no_list_is_longer_than_its_limit_and_every_row_stands_behind_its_heading(
    sizes: list[int],
) -> None:
    promises = [
        a_promise(f"{group}-{n}", owed_by=f"party-{group}")
        for group, size in enumerate(sizes)
        for n in range(size)
    ]
    view = inbox(a_snapshot(*promises), ALL)
    assert len(view.rows) <= ROWS_LIMIT
    assert view.matching == sum(sizes)
    seen = {""}
    for line in view.lines:
        seen.add(line.id if isinstance(line, Heading) else "")
        assert isinstance(line, Heading) or line.group in seen
    told = [line for line in view.lines if isinstance(line, Heading)]
    assert all(each.shown == sum(row.group == each.id for row in view.rows) for each in told)
