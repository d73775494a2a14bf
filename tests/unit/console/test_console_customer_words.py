"""What support may read to the customer: no blame, no date that nobody gave."""

import re
from typing import Any

import pytest

from services.console.customer_words import customer_words
from services.console.desk import Promise, SubjectFacts
from services.console.facts import CustomerTree
from services.console.timeline import OPEN_STATES
from services.shared.subjects import DEPARTMENTS
from tests.unit.console.builders import NOW, a_promise, at

GIVEN = "Parcel delivered: you were told 4 Mar 2026 at 17:00 UTC."
STATES = sorted({*OPEN_STATES, "kept", "kept_late", "cancelled", "released", "UNKNOWN(99)"})


def given(**fields: Any) -> Promise:  # noqa: ANN401 - any of its fields
    """A date that the customer was told: today at 17:00."""
    plain: dict[str, Any] = {
        "agreement": "deliver-order",
        "owed_to": "customer",
        "awaits": "operations.ParcelDelivered",
        "due_by": at("17:00"),
        "promise_id": "order/4711~deliver-order",
    }
    return a_promise(**plain | fields)


def said(*promises: Promise, jeopardy: str = "normal") -> str:
    tree = CustomerTree(
        "order/4711~deliver-order",
        at("17:00"),
        at("19:00"),
        at("21:00"),
        jeopardy,
        "operations",
        "",
        (),
    )
    facts = SubjectFacts("order/4711", NOW, promises, (), trees=(tree,))
    return "\n".join(customer_words(facts))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"state": "on_track"}, f"{GIVEN} That date stands."),
        ({"state": "at_risk"}, f"{GIVEN} It is not certain that this date will be kept."),
        (
            {"state": "breached"},
            f"{GIVEN} That date was not kept, and we are sorry. There is no new date yet.",
        ),
        (
            {"state": "unknown"},
            f"{GIVEN} That moment has passed; we do not know yet whether it is done.",
        ),
        (
            {"state": "paused", "waiting_on": "supplier"},
            "Parcel delivered: there is no date at the moment. Something has to arrive first.",
        ),
        (
            {"state": "paused", "waiting_on": "customer"},
            "Parcel delivered: there is no date at the moment. We are waiting for something from"
            " you.",
        ),
        (
            {"state": "kept", "settled_at": at("16:00")},
            "Parcel delivered: done on 4 Mar 2026 at 16:00 UTC.",
        ),
        (
            {"state": "kept_late", "settled_at": at("18:00")},
            "Parcel delivered: done on 4 Mar 2026 at 18:00 UTC. You had been told 4 Mar 2026 at"
            " 17:00 UTC; we are sorry that it was later.",
        ),
        (
            {"state": "cancelled", "settled_at": at("12:00")},
            "Parcel delivered: it was called off on 4 Mar 2026 at 12:00 UTC.",
        ),
        ({"state": "UNKNOWN(99)"}, f"{GIVEN} We are looking into it."),
    ],
)
def test_the_words_for_each_state(fields: dict[str, Any], words: str) -> None:
    assert said(given(**fields)) == words


def test_a_date_whose_chain_is_in_danger_is_not_said_to_stand() -> None:
    assert "not certain" in said(given(state="on_track"), jeopardy="hazard")
    assert "not certain" in said(given(state="on_track"), jeopardy="critical")


def test_without_a_date_none_is_said() -> None:
    assert said(a_promise()) == "It is being worked on. You were not given a date."
    over = a_promise(state="kept", settled_at=at("12:00"))
    assert said(over) == "Nothing about it is open. You were not given a date."


def test_what_only_comes_with_a_promise_is_no_date_of_its_own() -> None:
    companion = given(agreement="deliver-order.update", promise_id="c", due_by=at("15:00"))
    assert "15:00" not in said(given(), companion)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("jeopardy", ["normal", "critical"])
def test_nobody_is_blamed_and_no_date_is_made_up(state: str, jeopardy: str) -> None:
    inner = a_promise(due_by=at("14:33"), detail="operations lost it", next_step="Ask finance.")
    promise = given(state=state, settled_at=at("16:30"), waiting_on="operations")
    words = said(promise, inner, jeopardy=jeopardy)
    assert not [party for party in DEPARTMENTS if party in words.lower()]
    assert set(re.findall(r"\d\d:\d\d", words)) <= {"17:00", "16:30"}


def test_an_event_that_names_who_has_to_do_it_is_not_named() -> None:
    assert said(given(awaits="operations.OperationsApproved")).startswith("This: you were told")
