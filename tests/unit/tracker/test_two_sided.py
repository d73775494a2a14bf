"""What the debtor says is not enough: reports, confirmations, disputes, a creditor's silence."""

from itertools import permutations

import pytest

from services.tracker.core.agreements import Agreement
from services.tracker.core.durations import WallTime
from services.tracker.core.promises import State, settled_state
from services.tracker.core.subject import Event
from services.tracker.core.verdicts import Reason
from services.tracker.packing import pack, unpack
from tests.promising import (
    HOUR,
    ORDER,
    Desk,
    a_retraction,
    an_agreement,
    an_event,
    at,
    kinds,
    only,
    sets_of,
    told,
)

REPORTED = an_agreement(confirm_within=WallTime(HOUR), confirmed_by="support.CustomerInformed")
CONFIRMED_ONLY = an_agreement(confirmed_by="support.CustomerInformed")
PROMISE = f"{ORDER}~ship-paid-order"
APPROVED = an_event()


def handed_over(time: str = "10:00", parcel: str = "1") -> Event:
    return an_event("operations.ParcelHandedOver", time, key=(("parcel_id", parcel),))


def accepted(time: str) -> Event:
    return an_event("support.CustomerInformed", time)


def decision(what: str, time: str, by_party: str = "sales") -> Event:
    key = (("promise_id", PROMISE), ("by_party", by_party))
    fields = {"by_party": by_party}
    return an_event(f"oncall.Promise{what}", time, promise_id=PROMISE, key=key, fields=fields)


def in_every_order(*events: Event, agreement: Agreement = REPORTED) -> set[tuple[object, object]]:
    folded = (told(*order, sets=sets_of(agreement)) for order in permutations(events))
    return {(settled_state(only(each)), only(each).settled_at) for each in folded}


def test_a_confirmation_closes_at_its_own_time() -> None:
    assert in_every_order(APPROVED, handed_over(), accepted("10:30")) == {(State.KEPT, at("10:30"))}


def test_a_confirmation_needs_no_report_before_it() -> None:
    assert in_every_order(APPROVED, accepted("09:30"), handed_over()) == {(State.KEPT, at("09:30"))}


def test_a_confirmation_after_the_deadline_is_late() -> None:
    assert in_every_order(
        APPROVED, handed_over(), accepted("11:00:01"), agreement=CONFIRMED_ONLY
    ) == {(State.KEPT_LATE, at("11:00:01"))}


def test_without_a_limit_of_silence_the_clock_runs_on_after_a_report() -> None:
    desk = Desk(CONFIRMED_ONLY)
    desk.hear(APPROVED, handed_over())
    assert kinds(desk.pass_time("11:00:02")) == ["breached"]


def test_silence_counts_as_acceptance_from_its_limit_on_and_not_before() -> None:
    desk = Desk(REPORTED)
    desk.hear(APPROVED, handed_over("10:30"))
    assert desk.pass_time(at("11:30:02") - 1) == []
    (verdict,) = desk.pass_time("11:30:02")
    assert (verdict.kind, verdict.reason) == ("kept", Reason.DEEMED_ACCEPTED)
    assert (desk.promise.settled_at, desk.promise.course.deemed_accepted) == (at("10:30"), True)


@pytest.mark.parametrize(("time", "state"), [("11:00", None), ("11:00:01", State.KEPT)])
def test_a_dispute_in_the_last_moment_of_the_silence_counts_and_later_it_does_not(
    time: str, state: State | None
) -> None:
    dispute = decision("Disputed", time)
    assert {each for each, _ in in_every_order(APPROVED, handed_over(), dispute)} == {state}


@pytest.mark.parametrize("what", ["Released", "Confirmed"])
def test_after_the_silence_nobody_decides_any_more(what: str) -> None:
    late = decision(what, "11:30")
    assert in_every_order(APPROVED, handed_over(), late) == {(State.KEPT, at("10:00"))}


def test_an_event_that_comes_after_the_silence_tells_that_it_was_accepted() -> None:
    desk = Desk(REPORTED)
    desk.hear(APPROVED, handed_over())
    (verdict,) = desk.hear(handed_over("12:00", parcel="2"))
    assert (verdict.kind, verdict.reason) == ("kept", Reason.DEEMED_ACCEPTED)
    assert desk.pass_time("13:00") == []


def test_a_second_report_is_wanted_and_changes_nothing() -> None:
    subject = told(APPROVED, handed_over(), handed_over("10:15", "2"), sets=sets_of(REPORTED))
    assert only(subject).course.reported_at == at("10:00")
    assert not subject.rare.unmatched


def test_a_breach_ends_once_the_silence_accepts_a_late_report() -> None:
    desk = Desk(REPORTED)
    desk.hear(APPROVED)
    assert kinds(desk.pass_time("11:10")) == ["breached"]
    desk.hear(handed_over("11:30"))
    assert desk.pass_time(at("12:30:02") - 1) == []
    (verdict,) = desk.pass_time("12:30:02")
    assert (verdict.kind, verdict.reason) == ("kept_late", Reason.DEEMED_ACCEPTED)
    assert verdict.publish


def test_a_report_after_the_deadline_does_not_hold_up_the_breach() -> None:
    desk = Desk(REPORTED)
    desk.hear(APPROVED, handed_over("11:00:01"))
    assert kinds(desk.pass_time("11:00:02")) == ["breached"]


def test_a_report_at_the_deadline_holds_up_the_breach() -> None:
    desk = Desk(REPORTED)
    desk.hear(APPROVED, handed_over("11:00"))
    assert desk.pass_time("11:59") == []


def test_a_disputed_report_may_be_followed_by_another_one_and_another_dispute() -> None:
    events = (
        APPROVED,
        handed_over("09:30", "1"),
        decision("Disputed", "09:40"),
        handed_over("10:00", "2"),
        decision("Disputed", "10:10"),
    )
    for order in permutations(events):
        promise = only(told(*order, sets=sets_of(REPORTED)))
        assert (promise.course.reported_at, len(promise.course.disputes)) == (None, 2)


def test_a_dispute_of_the_same_report_counts_once() -> None:
    again = decision("Disputed", "10:20")
    events = (APPROVED, handed_over(), decision("Disputed", "10:10"), again)
    for order in permutations(events):
        assert len(only(told(*order, sets=sets_of(REPORTED))).course.disputes) == 1


def test_a_dispute_by_the_debtor_leaves_the_report() -> None:
    dispute = decision("Disputed", "10:10", by_party="operations")
    assert only(told(APPROVED, handed_over(), dispute, sets=sets_of(REPORTED))).course.reported_at


def test_a_dispute_after_one_that_was_taken_back_is_told_too() -> None:
    first = decision("Disputed", "10:10", by_party="operations")
    desk = Desk(REPORTED)
    assert kinds(desk.hear(APPROVED, handed_over(), first)) == ["opened", "disputed"]
    desk.hear(a_retraction(first, "10:20"))
    assert kinds(desk.hear(decision("Disputed", "10:30"))) == ["disputed"]


def test_a_report_taken_back_is_none() -> None:
    report = handed_over()
    assert in_every_order(APPROVED, report, a_retraction(report, "10:30")) == {(None, None)}


def test_a_confirmation_by_people_closes_at_the_time_of_the_report() -> None:
    assert in_every_order(APPROVED, handed_over(), decision("Confirmed", "10:45")) == {
        (State.KEPT, at("10:00"))
    }
    assert in_every_order(APPROVED, decision("Confirmed", "10:45")) == {(State.KEPT, at("10:45"))}


def test_what_silence_accepted_stays_accepted_after_a_restart_and_after_a_late_event() -> None:
    desk = Desk(REPORTED)
    desk.hear(APPROVED, handed_over())
    desk.pass_time("12:00")
    sets = desk.table.sets
    for _ in range(2):
        stored = unpack(desk.subject.id, pack(desk.subject), sets)
        assert settled_state(only(stored)) is State.KEPT
        assert only(stored).course.deemed_accepted
    assert desk.hear(an_event("sales.OrderPlaced", "08:00", arrived_at=at("12:30"))) == []
    assert settled_state(desk.promise) is State.KEPT


def test_companions_of_what_silence_accepted_stay_ended_after_a_restart() -> None:
    desk = Desk(
        an_agreement(
            confirm_within=WallTime(HOUR), update_every=WallTime(2 * HOUR), within=8 * HOUR
        )
    )
    desk.hear(APPROVED, handed_over())
    desk.pass_time("11:30")
    stored = unpack(desk.subject.id, pack(desk.subject), desk.table.sets)
    assert stored.settled
    desk.table.put(stored)
    assert desk.pass_time("23:00") == []
