"""Where a promise or a finding stands for a reader, and what the word alone leaves open."""

from datetime import timedelta
from typing import Any

import pytest

from services.console.facts import Pause
from services.console.standing import remark, standing
from services.console.words import STATE_WORDS, owed_word, skipped_word
from tests.unit.console.builders import NOW, a_promise, at


@pytest.mark.parametrize(
    ("state", "announced", "stands"),
    [
        ("paused", "returned", "returned"),
        ("paused", "warned", "paused"),
        ("on_track", "disputed", "disputed"),
        ("at_risk", "disputed", "disputed"),
        ("breached", "disputed", "breached"),
        ("unknown", "returned", "unknown"),
        ("overdue_unconfirmed", "disputed", "overdue_unconfirmed"),
        ("UNKNOWN(13)", "", "UNKNOWN(13)"),
    ],
)
def test_what_is_late_is_called_late_whatever_else_is_the_matter(
    state: str, announced: str, stands: str
) -> None:
    assert standing(a_promise(state=state, announced=announced)) == stands


@pytest.mark.parametrize(
    ("finding", "stands"), [("bounced", "bounced"), ("disagreement", "found"), ("new", "found")]
)
def test_a_finding_stands_by_its_kind_and_not_by_a_state(finding: str, stands: str) -> None:
    assert standing(a_promise(finding=finding, state="breached")) == stands


def test_every_state_has_words_of_its_own() -> None:
    assert len(set(STATE_WORDS.values())) == len(STATE_WORDS) == 16


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"state": "paused"}, "The clock stands."),
        (
            {
                "state": "paused",
                "waiting_on": "supplier",
                "pauses": (
                    Pause(at("9:00"), at("10:00"), "customer", "", ""),
                    Pause(at("12:30"), None, "supplier", "", ""),
                ),
            },
            "The clock stands, waiting on supplier since 12:30.",
        ),
        (
            {"state": "paused", "announced": "returned"},
            "Returned incomplete: the clock stands until sales has sent what is missing.",
        ),
        (
            {"state": "paused", "announced": "returned", "waiting_on": "support"},
            "Returned incomplete: the clock stands until support has sent what is missing.",
        ),
        (
            {"state": "reported_done", "reported_at": NOW - timedelta(minutes=10)},
            "operations reported it done at 13:53; nobody has confirmed it.",
        ),
        ({"state": "proposed"}, "operations has not acknowledged it yet."),
        (
            {"state": "on_track", "announced": "disputed"},
            "sales does not accept what operations reported as done.",
        ),
        (
            {"state": "kept", "deemed_accepted": True},
            "Taken as accepted: sales did not object in time.",
        ),
        ({"state": "kept"}, ""),
        ({"state": "breached", "waiting_on": "supplier"}, "operations waits on supplier."),
    ],
)
def test_a_remark_says_what_the_word_leaves_open(fields: dict[str, Any], words: str) -> None:
    assert remark(a_promise(**fields), NOW) == words


@pytest.mark.parametrize(
    ("agreement", "words"),
    [
        ("ship-paid-order", "Parcel handed over"),
        ("ship-paid-order.acknowledge", "Say that it is in hand: ship paid order"),
        ("ship-paid-order.update", "Tell how it is going: ship paid order"),
    ],
)
def test_what_goes_along_with_an_agreement_says_what_it_is_for(agreement: str, words: str) -> None:
    assert owed_word(agreement, "operations.ParcelHandedOver") == words


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("too_old", "the event was over 37 days old"),
        ("fact_absent", "a fact that sets its due date was not told"),
        ("the_moon_is_full", "the moon is full"),
    ],
)
def test_an_unknown_reason_is_told_with_spaces(reason: str, words: str) -> None:
    assert skipped_word(reason) == words
