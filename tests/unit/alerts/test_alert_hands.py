"""Who has to act now, and what a finding, a returned handoff and a dispute end with."""

from collections.abc import Callable
from dataclasses import replace
from functools import reduce
from itertools import pairwise

import pytest

from services.alerts.domain.alert import (
    Alert,
    Decision,
    History,
    Reason,
    State,
)
from services.alerts.domain.answers import Acknowledgement
from services.alerts.domain.decisions import decide
from services.alerts.domain.people import acknowledge
from services.alerts.domain.promise import Condition, Resolution, Word
from tests.alerting import (
    a_finding,
    a_promise,
    at,
    breached,
    disputed,
    ended,
    found,
    in_ledger,
    key,
    returned,
    unknown,
    warned,
)

NOW = at("15:25")


def after(*words: Word) -> Decision:
    first = Decision(History(), Reason.NOTHING_OPEN)
    return reduce(lambda before, word: decide(before.history, word, NOW), words, first)


def found_about_it(revision: int) -> Word:
    return replace(warned(revision), says=Condition.FOUND)


def bounced_about_it(revision: int) -> Word:
    return replace(warned(revision), says=Condition.BOUNCED)


def only_alert(decision: Decision) -> Alert:
    (alert,) = decision.history.alerts
    return alert


def test_a_returned_handoff_is_in_nobodys_hands_until_the_sender_has_it() -> None:
    acknowledged = acknowledge(after(warned(2)).history, key(), Acknowledgement("ann", NOW))
    told = decide(acknowledged.history, returned(3), NOW)
    assert told.reason is Reason.PASSED_ON
    assert only_alert(told).state is State.OPEN


def test_the_senders_acknowledgement_does_not_hold_for_the_debtor() -> None:
    acknowledged = acknowledge(after(returned(2)).history, key(), Acknowledgement("bob", NOW))
    told = decide(acknowledged.history, warned(3), NOW)
    assert (told.reason, only_alert(told).state) == (Reason.PASSED_ON, State.OPEN)


def test_a_second_bounce_to_another_owner_is_told_again() -> None:
    first = a_finding("bounced", "support, finance, support", owed_by="support")
    second = replace(first, owed_by="operations", detail="support, finance, support, operations")
    acknowledged = acknowledge(
        after(found(1, first)).history, key(first), Acknowledgement("ann", NOW)
    )
    told = decide(acknowledged.history, found(2, second), NOW)
    assert (told.reason, len(told.notices)) == (Reason.PASSED_ON, 1)
    assert only_alert(told).acknowledgement is None


def test_the_ledger_knowing_another_owner_is_told() -> None:
    moved = replace(a_finding(), owed_by="support")
    told = after(found(1), in_ledger(found(2, moved)))
    assert told.reason is Reason.RECONCILED
    assert only_alert(told).promise.owed_by == "support"


def test_a_complete_handoff_ends_what_was_returned() -> None:
    told = after(returned(2), ended(Resolution.RESUMED, 3))
    assert only_alert(told).state is State.RESOLVED
    assert [notice.reason for notice in told.notices] == [Reason.RESOLVED]


@pytest.mark.parametrize("standing", [warned(2), breached(2), unknown(2), disputed(2)])
def test_a_clock_that_runs_again_ends_nothing_else(standing: Word) -> None:
    told = after(standing, ended(Resolution.RESUMED, 3))
    assert (told.reason, told.notices) == (Reason.NOTHING_OPEN, ())
    assert only_alert(told).condition is standing.says


def test_what_ended_as_paused_stays_ended_until_the_next_warning() -> None:
    paused = after(warned(2), ended(Resolution.PAUSED, 3), ended(Resolution.RESUMED, 4))
    assert (only_alert(paused).state, paused.notices) == (State.RESOLVED, ())
    assert decide(paused.history, warned(5), NOW).reason is Reason.REOPENED


@pytest.mark.parametrize(
    ("standing", "over"), [(disputed(2), True), (returned(2), True), (breached(2), False)]
)
def test_what_is_cleared_is_a_dispute_and_never_a_breach(standing: Word, over: bool) -> None:
    told = after(standing, ended(Resolution.CLEARED, 3))
    assert (only_alert(told).state is State.RESOLVED) is over


def test_a_finding_is_told_once_and_ends_when_it_is_cleared() -> None:
    told = after(found(1), found(1), ended(Resolution.CLEARED, 2, a_finding()))
    assert only_alert(told).state is State.RESOLVED
    assert [notice.reason for notice in told.notices] == [Reason.RESOLVED]


def test_a_finding_that_began_earlier_than_thought_is_the_same_alert() -> None:
    earlier = replace(a_finding(), due_by=at("13:00"))
    told = after(found(1), found(2, earlier))
    assert only_alert(told).promise.due_by == at("13:00")
    assert told.reason is Reason.REMINDER


def test_a_finding_and_the_promise_beside_it_have_alerts_of_their_own() -> None:
    assert key(a_finding()) != key(a_finding(key="order.ship_by")) != key()


def test_the_ledgers_list_does_not_take_the_slack_away() -> None:
    told = after(warned(2, a_promise(slack_s=600)), in_ledger(warned(3)))
    assert (told.reason, only_alert(told).promise.slack_s) == (Reason.LEDGER_AGREES, 600)
    assert only_alert(told).revision == 1


@pytest.mark.parametrize(
    "by_gravity",
    list(
        pairwise(
            [warned, found_about_it, bounced_about_it, returned, unknown, disputed, breached],
        )
    ),
)
def test_of_two_conditions_at_one_revision_the_graver_one_stays(
    by_gravity: tuple[Callable[[int], Word], Callable[[int], Word]],
) -> None:
    less, more = (says(3) for says in by_gravity)
    assert only_alert(after(less, more)).condition is more.says
    assert only_alert(after(more, less)).condition is more.says
