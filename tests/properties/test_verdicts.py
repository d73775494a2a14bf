"""However a day goes, nobody is told twice, wrongly, or of something that never ends."""

from hypothesis import given
from hypothesis import strategies as st

from services.tracker.core.promises import (
    COMMIT_MARGIN,
    Promise,
    State,
    look_again_at,
    settled_state,
    status,
)
from services.tracker.core.table import Table
from services.tracker.core.verdicts import Kind, Reason, Verdict
from tests.histories import END, FIRST, Day, Step, days
from tests.promising import MINUTE, ORDER, marks
from tests.searching import never_seen

ANNOUNCEMENTS = {Kind.WARNED, Kind.UNKNOWN, Kind.RETURNED, Kind.DISPUTED, Kind.BREACHED}
SILENT = {Kind.OPENED, Kind.ACKNOWLEDGED, Kind.RESUMED}


def the_whole(steps: list[Step]) -> Day:
    """The day to its end, when everything is known."""
    day = Day(steps)
    day.look(END)
    return day


def of_each_promise(verdicts: list[Verdict]) -> dict[str, list[Verdict]]:
    return {
        id: [verdict for verdict in verdicts if verdict.promise_id == id]
        for id in {verdict.promise_id for verdict in verdicts}
    }


@given(days())
def test_a_promise_is_never_kept_and_breached_at_once(steps: list[Step]) -> None:
    day = the_whole(steps)
    for promise in (*(each.promise for each in day.told), *day.promises.values()):
        assert not (settled_state(promise) is State.KEPT and promise.breached_at is not None)


@given(days())
def test_a_breach_is_true_when_it_is_told(steps: list[Step]) -> None:
    for told in the_whole(steps).told:
        if told.verdict.kind is not Kind.BREACHED:
            continue
        if told.verdict.reason is Reason.DEADLINE_PASSED:
            assert told.verdict.due_by + COMMIT_MARGIN <= told.watermark.at
            assert settled_state(told.promise) is None
        elif told.verdict.reason is Reason.AMENDED_TOO_LATE:
            assert told.promise.ended_as is not None
            assert told.verdict.due_by in told.promise.course.missed
        else:
            assert told.verdict.reason is Reason.EVIDENCE_AFTER_DEADLINE
            assert told.promise.settled_at is not None
            assert told.promise.settled_at > told.verdict.due_by


@given(days())
def test_at_the_end_what_was_not_kept_in_time_is_breached(steps: list[Step]) -> None:
    for promise in the_whole(steps).promises.values():
        settled = settled_state(promise)
        if not waits(promise):
            assert (promise.breached_at is not None) or settled not in {None, State.KEPT_LATE}
            assert look_again_at(promise) is None


def waits(promise: Promise) -> bool:
    """A handoff that was never completed waits for years."""
    return settled_state(promise) is None and bool(promise.course.missing)


@given(days())
def test_two_verdicts_of_a_day_never_have_the_same_id(steps: list[Step]) -> None:
    verdicts = the_whole(steps).verdicts
    assert len({verdict.id for verdict in verdicts}) == len(verdicts)


@given(days())
def test_the_same_day_again_gives_the_same_verdicts_with_the_same_ids(steps: list[Step]) -> None:
    first, again = the_whole(steps), the_whole(steps)
    assert first.verdicts == again.verdicts
    assert [each.id for each in first.verdicts] == [each.id for each in again.verdicts]


@given(days())
def test_a_tracker_that_restarts_at_every_turn_tells_the_same(steps: list[Step]) -> None:
    restarting, steady = Day(steps, restarting=True), Day(steps)
    assert of_each_promise(restarting.verdicts) == of_each_promise(steady.verdicts)


@given(days())
def test_reading_everything_again_tells_nothing(steps: list[Step]) -> None:
    day = the_whole(steps)
    for step in steps:
        for event in step.events:
            assert day.hear(event, END) == []
        assert day.look(END) == []


@given(days())
def test_revisions_count_up_without_a_gap(steps: list[Step]) -> None:
    for verdicts in of_each_promise(the_whole(steps).verdicts).values():
        assert [each.revision for each in verdicts] == list(range(1, len(verdicts) + 1))


@given(days())
def test_what_was_announced_ends_exactly_once(steps: list[Step]) -> None:
    day = the_whole(steps)
    for id, verdicts in of_each_promise([each.verdict for each in day.told]).items():
        open_announcement = False
        for verdict in verdicts:
            if verdict.kind in ANNOUNCEMENTS and not quiet(verdict):
                assert verdict.publish
                open_announcement = True
            elif verdict.kind not in SILENT and not quiet(verdict):
                assert verdict.publish is open_announcement
                open_announcement = False
        assert (day.promises[id].announced is not None) is open_announcement
        assert open_announcement is (settled_state(day.promises[id]) is None)


def quiet(verdict: Verdict) -> bool:
    """A date that had passed when it was amended is on record, and nobody can act on it."""
    return not verdict.publish and verdict.kind in {Kind.BREACHED, Kind.AMENDED, Kind.WITHDRAWN}


@given(days())
def test_at_most_one_breach_of_a_promise_is_open(steps: list[Step]) -> None:
    for verdicts in of_each_promise(the_whole(steps).verdicts).values():
        open_breach = False
        for verdict in verdicts:
            if quiet(verdict):
                continue
            assert not (open_breach and verdict.kind is Kind.BREACHED)
            open_breach = verdict.kind is Kind.BREACHED or (
                open_breach and verdict.kind in {Kind.WARNED, Kind.UNKNOWN}
            )


@given(days())
def test_nothing_is_warned_of_after_its_deadline(steps: list[Step]) -> None:
    for verdict in the_whole(steps).verdicts:
        if verdict.kind is Kind.WARNED:
            assert verdict.occurred_at <= verdict.decided_at < verdict.due_by


@given(days(), st.lists(st.integers(1, 120), max_size=20))
def test_time_in_many_small_steps_or_a_big_one_ends_the_same(
    steps: list[Step], small_steps: list[int]
) -> None:
    heard = [Step(step.events) for step in steps]
    small, big = Day(heard), Day(heard)
    now = FIRST
    for minutes in small_steps:
        now += minutes * MINUTE
        small.look(now)
    small.look(max(now, END))
    big.look(max(now, END))
    assert _ends(small.table) == _ends(big.table)
    assert _breaches(small) == _breaches(big)


def opened_on_an_event(promise: Promise) -> bool:
    """One that opens on a warning is not there where it was too late to warn."""
    return not promise.agreement.opens_on.startswith("verdict.")


@given(days())
def test_without_cancellations_a_tracker_that_was_down_records_the_same_breaches(
    steps: list[Step],
) -> None:
    down = the_whole([Step(step.events) for step in steps])
    watching = the_whole(steps)
    for id, promise in down.promises.items():
        if opened_on_an_event(promise) and settled_state(promise) not in {
            State.CANCELLED,
            State.RELEASED,
        }:
            breached_at = watching.promises[id].breached_at
            assert (breached_at is None) is (promise.breached_at is None)


def _ends(table: Table) -> dict[str, tuple[State, int | None]]:
    known = marks(END)
    return {
        promise.id: (
            status(promise, END, known.watermark(promise.agreement.evidence_parties)),
            promise.breached_at,
        )
        for promise in table.subjects[ORDER].promises.values()
        if opened_on_an_event(promise)
    }


def _breaches(day: Day) -> set[bytes]:
    return {
        told.verdict.id
        for told in day.told
        if told.verdict.kind is Kind.BREACHED and opened_on_an_event(told.promise)
    }


def test_the_days_have_in_them_whatever_can_be_concluded() -> None:
    """Otherwise the properties above would say nothing of it."""
    missing = never_seen(
        days(), lambda steps: (each.reason for each in the_whole(steps).verdicts), Reason
    )
    assert missing == set()
