"""What the page of one subject says."""

from datetime import timedelta

from services.console.desk import SubjectFacts
from services.console.subject_view import SubjectView, subject_view
from tests.unit.console.builders import NOW, a_promise, an_alert, an_event, at


def view(*promises: object, **fields: object) -> SubjectView:
    facts = {"subject": "order/4711", "as_of": NOW, "promises": promises, "events": ()} | fields
    return subject_view(SubjectFacts(**facts), ())  # type: ignore[arg-type]  # a builder's fields


def test_promises_stand_in_the_order_in_which_they_were_made() -> None:
    shown = view(a_promise("b", opened_at=at("11:00")), a_promise("a", opened_at=at("10:00")))
    assert [card.promise.promise_id for card in shown.cards] == ["a", "b"]


def test_lateness_is_said_for_each_way_a_promise_may_stand() -> None:
    due = {"due_by": at("12:00")}
    settled = [("11:00", "kept"), ("12:00", "kept"), ("13:30", "kept_late"), ("11:00", "released")]
    shown = view(
        *(
            a_promise(str(n), state=state, settled_at=at(clock), **due)
            for n, (clock, state) in enumerate(settled)
        ),
        a_promise("4", state="breached", **due),
        a_promise("5", state="on_track", due_by=at("15:03")),
        a_promise("6", due_by=None),
    )
    assert {card.promise.promise_id: card.lateness for card in shown.cards} == {
        "0": "1 h early",
        "1": "to the moment",
        "2": "1 h 30 min late",
        "3": "",
        "4": "2 h 3 min late",
        "5": "59 min left",
        "6": "no due date",
    }


def test_the_tally_names_the_worst_first() -> None:
    shown = view(
        a_promise("1", state="kept"),
        a_promise("2", state="breached"),
        a_promise("3", state="kept"),
        a_promise("4", state="UNKNOWN(13)"),
    )
    assert shown.tally == (
        ("breached", "Breached", 1),
        ("kept", "Kept", 2),
        ("other", "UNKNOWN(13)", 1),
    )


def test_the_customer_notices_by_the_first_open_promise_only() -> None:
    shown = view(
        a_promise("kept", state="kept", settled_at=at("11:00"), customer_visible_by=at("12:00")),
        a_promise("open", customer_visible_by=at("17:00")),
    )
    assert shown.noticed is not None
    assert shown.noticed.clock == "17:00"
    assert view(a_promise(state="kept", settled_at=at("11:00"))).noticed is None


def test_a_settled_promise_offers_no_action() -> None:
    promise = a_promise(state="kept", settled_at=at("12:00"))
    facts = SubjectFacts("order/4711", NOW, (promise,), ())
    (card,) = subject_view(facts, (an_alert(promise),)).cards
    assert card.alert is None
    assert not card.can_release


def test_events_stand_in_order_and_say_when_they_came_late() -> None:
    late = an_event("sales.OrderPlaced", "08:00", arrived_at=at("08:14"))
    at_once = an_event(
        "finance.PaymentApproved", "07:00", arrived_at=at("07:00") + timedelta(minutes=1)
    )
    shown = view(events=(late, at_once))
    assert [(line.word, line.delay) for line in shown.events] == [
        ("Payment approved", ""),
        ("Order placed", "14 min"),
    ]
