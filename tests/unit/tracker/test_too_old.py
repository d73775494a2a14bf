"""What is told long after it happened opens nothing, unless it is declared as told late."""

from itertools import permutations

import pytest

from services.shared.clock import SECOND
from services.tracker.core.opening import AGE_LIMIT
from services.tracker.core.promises import State, settled_state
from services.tracker.core.subject import Skipped
from services.tracker.core.verdicts import Kind
from services.tracker.packing import pack, unpack
from tests.promising import HOUR, MINUTE, Desk, an_agreement, an_event, at, only, told

DAY = 24 * HOUR


@pytest.mark.parametrize(("over", "skipped"), [(0, []), (1, [Skipped.TOO_OLD])])
def test_an_event_of_37_days_opens_a_promise_and_an_older_one_does_not(
    over: int, skipped: list[Skipped]
) -> None:
    assert AGE_LIMIT == 37 * DAY
    subject = told(an_event(arrived_at=at("09:00") + 37 * DAY + over))
    assert [*subject.rare.skipped.values()] == skipped
    assert len(subject.promises) == 1 - len(skipped)


def test_evidence_that_is_too_old_to_open_anything_keeps_all_the_same() -> None:
    old = an_event("operations.ParcelHandedOver", "10:00", arrived_at=at("10:00") + 60 * DAY)
    for order in permutations((an_event(), old)):
        assert settled_state(only(told(*order))) is State.KEPT


def backfilled(arrived_at: int, *warn: str) -> Desk:
    desk = Desk(an_agreement(*warn))
    desk.hear(an_event(backfilled=True, arrived_at=arrived_at))
    return desk


def test_what_was_due_before_it_was_told_is_recorded_in_silence() -> None:
    desk = backfilled(at("09:00") + 60 * DAY, "50%")
    (breach,) = desk.pass_time(at("09:00") + 60 * DAY)
    assert (breach.kind, breach.publish, desk.promise.announced) == (Kind.BREACHED, False, None)
    kept = an_event("operations.ParcelHandedOver", "12:00", arrived_at=at("13:00") + 60 * DAY)
    assert [(each.kind, each.publish) for each in desk.hear(kept)] == [(Kind.KEPT_LATE, False)]


@pytest.mark.parametrize(("due_after", "publish"), [(0, True), (1, False)])
def test_what_is_due_from_then_on_is_told(due_after: int, publish: bool) -> None:
    desk = backfilled(at("11:00") + due_after)
    (breach,) = desk.pass_time(at("11:00") + 2 * SECOND)
    assert breach.publish is publish


def test_of_a_backfilled_promise_only_the_warnings_to_come_are_told() -> None:
    desk = backfilled(at("10:10"), "50%", "80%")
    (first,) = desk.pass_time("10:10")
    assert (first.kind, first.publish) == (Kind.WARNED, False)
    (second,) = desk.pass_time("10:36")
    assert (second.kind, second.publish) == (Kind.WARNED, True)


def test_it_stays_silent_after_a_restart() -> None:
    desk = backfilled(at("09:00") + 60 * DAY)
    desk.table.put(unpack(desk.subject.id, pack(desk.subject), desk.table.sets))
    assert [each.publish for each in desk.pass_time(at("09:00") + 60 * DAY + MINUTE)] == [False]
