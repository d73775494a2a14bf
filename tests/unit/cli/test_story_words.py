"""A story as a manager reads it, and what went otherwise."""

from dataclasses import replace

import pytest

from services.alerts.domain.alert import Reason
from services.alerts.domain.promise import Condition, Resolution
from services.cli.story_words import differences, in_words, moment
from services.shared.clock import SECOND, to_instant
from services.shared.events.common import Money
from services.simulator.stories.judging import Difference, Other
from services.simulator.stories.playing import Heard
from services.simulator.stories.script import Notice, Promise, Silence
from tests.builders import at

SHIPPING = Promise("ship-paid-order", "operations", "sales", "order/A-1")
WARNED = Notice(
    to_instant(at("12:00")), SHIPPING, Condition.AT_RISK, Reason.FIRST_NOTICE, next_step="Send it."
)
KEPT = replace(WARNED, reason=Reason.RESOLVED, resolution=Resolution.KEPT, next_step="")


def test_what_happens_is_told_with_the_time_of_the_office() -> None:
    silence = Silence(to_instant(at("09:00")), "finance stops talking", "finance", begins=True)
    assert [*in_words(silence)] == ["Mon 10:00  finance stops talking"]


def test_seconds_are_told_where_there_are_any() -> None:
    assert moment(to_instant(at("09:00")) + 2 * SECOND) == "Mon 10:00:02"


def test_a_notice_is_told_with_its_next_step_on_a_line_of_its_own() -> None:
    said, step = in_words(Heard(WARNED, "At risk: operations owes sales it."))
    assert said == "Mon 13:00  ▲ handoff warns operations: At risk: operations owes sales it."
    assert step.strip() == "Next: Send it."


@pytest.mark.parametrize(
    ("notice", "lead"),
    [
        (replace(WARNED, reason=Reason.REMINDER), "▲ handoff reminds operations: "),
        (replace(WARNED, condition=Condition.BREACHED), "▲ handoff tells operations and sales: "),
        (replace(WARNED, condition=Condition.UNKNOWN), "▲ handoff tells operations and sales: "),
        (replace(WARNED, condition=Condition.RETURNED), "▲ handoff asks sales: "),
        (replace(WARNED, condition=Condition.FOUND), "▲ handoff tells operations: "),
        (KEPT, "✓ handoff: "),
    ],
)
def test_it_is_told_to_whom_a_notice_matters_first(notice: Notice, lead: str) -> None:
    assert next(in_words(Heard(notice, "Something is."))) == f"Mon 13:00  {lead}Something is."


def test_what_did_not_come_as_told_is_a_line_each() -> None:
    late = replace(WARNED, at=WARNED.at + 60 * SECOND, reason=Reason.REMINDER)
    named = "ship-paid-order, owed by operations to sales, about order/A-1"
    assert [*differences(Difference((WARNED,), (KEPT,), (Other(WARNED, late),)))] == [
        f"missing     Mon 13:00  at risk (first notice): {named}",
        f"unexpected  Mon 13:00  kept (resolved): {named}",
        f"otherwise   Mon 13:00  at risk (first notice): {named}; it came at Mon 13:01; its reason"
        " is reminder",
    ]


def test_a_finding_is_not_owed_but_settled() -> None:
    finding = replace(
        WARNED,
        condition=Condition.BOUNCED,
        promise=Promise("bounced", "support", "customer", "case/C-1"),
    )
    (line,) = differences(Difference(missing=(finding,)))
    assert line.endswith(": bounced, to be settled by support for customer, about case/C-1")


@pytest.mark.parametrize(
    ("came", "words"),
    [
        (replace(WARNED, next_step="Wait."), "its next step is “Wait.” and not “Send it.”"),
        (replace(WARNED, at_stake=Money(1_000, "EUR")), "at stake is 10.00 EUR"),
    ],
)
def test_another_next_step_or_stake_is_named(came: Notice, words: str) -> None:
    (line,) = differences(Difference(other=(Other(WARNED, came),)))
    assert line.endswith(f"; {words}")
