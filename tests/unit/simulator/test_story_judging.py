"""The difference between what people had to hear and what they heard."""

from dataclasses import replace

import pytest

from services.alerts.domain.alert import Reason
from services.alerts.domain.promise import Condition, Resolution
from services.shared.clock import SECOND, to_instant
from services.shared.events.common import Money
from services.simulator.stories.judging import Difference, Other, difference
from services.simulator.stories.script import Notice, Promise
from tests.builders import at

REFUND = Promise("approve-refund", "finance", "support", "order/A-1")
WARNED = Notice(
    to_instant(at("13:00")), REFUND, Condition.AT_RISK, Reason.FIRST_NOTICE, next_step="Approve it."
)
REMINDED = replace(WARNED, at=to_instant(at("15:24")), reason=Reason.REMINDER)
KEPT = replace(
    WARNED,
    at=to_instant(at("16:00")),
    reason=Reason.RESOLVED,
    resolution=Resolution.KEPT,
    next_step="",
)
ALL = (WARNED, REMINDED, KEPT)


def test_what_came_as_expected_is_no_difference_in_whatever_order() -> None:
    assert not difference(ALL, reversed(ALL))


def test_what_did_not_come_is_missing_the_first_of_it_first() -> None:
    assert difference(ALL, [REMINDED]) == Difference(missing=(WARNED, KEPT))


def test_what_nobody_expected_is_unexpected() -> None:
    assert difference([WARNED], ALL) == Difference(unexpected=(REMINDED, KEPT))


def test_the_same_notice_twice_is_once_too_often() -> None:
    assert difference([WARNED], [WARNED, WARNED]) == Difference(unexpected=(WARNED,))


@pytest.mark.parametrize(
    "came",
    [
        replace(WARNED, at=WARNED.at + SECOND),
        replace(WARNED, at=WARNED.at - SECOND),
        replace(WARNED, reason=Reason.RECONCILED),
        replace(WARNED, next_step="Ask finance."),
        replace(WARNED, at_stake=Money(1, "EUR")),
    ],
)
def test_another_moment_reason_next_step_or_stake_is_told_beside_what_was_expected(
    came: Notice,
) -> None:
    assert difference([WARNED], [came]) == Difference(other=(Other(WARNED, came),))


@pytest.mark.parametrize(
    "came",
    [
        replace(WARNED, promise=replace(REFUND, agreement="pay-refund")),
        replace(WARNED, promise=replace(REFUND, owed_by="support")),
        replace(WARNED, promise=replace(REFUND, owed_to="customer")),
        replace(WARNED, promise=replace(REFUND, subject="order/A-2")),
        replace(WARNED, condition=Condition.BREACHED),
        KEPT,
    ],
)
def test_another_promise_or_condition_is_another_alert(came: Notice) -> None:
    assert difference([WARNED], [came]) == Difference(missing=(WARNED,), unexpected=(came,))
