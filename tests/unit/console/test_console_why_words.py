"""Every move and every reason that the tracker knows has words in the console."""

import pytest

from services.console.why_words import MOVE_WORDS, REASON_WORDS, move_word, reason_word
from services.tracker.core.explanation.moves import Move
from services.tracker.core.verdicts import Reason

OF_NO_PROMISE = {Reason.EVENTS_SAY_SO, Reason.NO_LONGER_SO, Reason.OPENING_EVENT}
"""Reasons of findings, and that of an opening, which its step tells."""


@pytest.mark.parametrize("move", Move)
def test_a_move_has_words(move: Move) -> None:
    assert move in MOVE_WORDS


@pytest.mark.parametrize("reason", sorted({*Reason} - OF_NO_PROMISE - {Reason.WARNING_TIME}))
def test_a_reason_has_words(reason: Reason) -> None:
    assert reason in REASON_WORDS


def test_a_warning_is_told_by_its_rule() -> None:
    assert reason_word(Reason.WARNING_TIME, "80%") == "by the rule 80%"


def test_what_a_newer_tracker_says_is_shown_as_it_came() -> None:
    assert move_word("split_up") == "split up"
    assert reason_word("solar_flare", "") == "solar flare"
