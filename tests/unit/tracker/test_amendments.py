"""Amendments: the deadline in force, the versions before it, and what a breach becomes."""

from itertools import permutations

import pytest

from services.tracker.core.agreements import Acknowledgement, Before
from services.tracker.core.durations import WallTime
from services.tracker.core.promises import Promise, State, settled_state
from services.tracker.core.subject import Event
from services.tracker.core.verdicts import Kind, Reason
from services.tracker.packing import pack, unpack
from tests.promising import (
    HOUR,
    PROMISED_BY,
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

AMENDED = an_agreement(within=None, by=PROMISED_BY, amends_on="sales.OrderAmended")
PLACED = an_event("sales.OrderPlaced", "08:00", fields={"promised_by": at("11:00")})
APPROVED = an_event()
HANDED_OVER = "operations.ParcelHandedOver"


def amended(time: str, promised_by: str, version: int) -> Event:
    fields = {"promised_by": at(promised_by)}
    return an_event("sales.OrderAmended", time, key=(("version", str(version)),), fields=fields)


def the_same_in_every_order(*events: Event) -> Promise:
    promises = [
        only(told(*order, sets=sets_of(AMENDED)))
        for order in permutations((PLACED, APPROVED, *events))
    ]
    assert len({repr(each) for each in promises}) == 1
    return promises[0]


def test_an_amendment_makes_a_version_and_keeps_what_was_asked_for_and_confirmed() -> None:
    promise = the_same_in_every_order(amended("09:30", "13:00", 2), amended("10:00", "12:00", 3))
    assert (promise.due_by, promise.course.version) == (at("12:00"), 3)
    assert (promise.requested_by, promise.first_confirmed_by) == (at("11:00"), at("11:00"))
    assert promise.course.missed == ()


def test_an_older_amendment_that_is_later_by_its_own_time_is_ignored() -> None:
    promise = the_same_in_every_order(amended("09:30", "13:00", 3), amended("10:00", "12:00", 2))
    assert (promise.due_by, promise.course.version) == (at("13:00"), 2)


def test_an_amendment_before_the_opening_is_the_date_that_is_asked_for() -> None:
    promise = the_same_in_every_order(amended("08:30", "13:00", 2))
    assert (promise.due_by, promise.requested_by, promise.course.version) == (
        at("13:00"),
        at("13:00"),
        1,
    )


@pytest.mark.parametrize(("time", "missed"), [("11:00", ()), ("11:00:01", (at("11:00"),))])
def test_an_amendment_at_the_deadline_is_in_time_and_after_it_is_not(
    time: str, missed: tuple[int, ...]
) -> None:
    promise = the_same_in_every_order(amended(time, "13:00", 2))
    assert (promise.due_by, promise.course.missed) == (at("13:00"), missed)


def test_the_first_confirmed_date_is_the_one_in_force_at_the_acknowledgement() -> None:
    agreement = an_agreement(
        within=None,
        by=PROMISED_BY,
        amends_on="sales.OrderAmended",
        acknowledge=Acknowledgement("operations.PickStarted", WallTime(HOUR)),
    )
    events = (
        PLACED,
        APPROVED,
        amended("09:30", "12:00", 2),
        an_event("operations.PickStarted", "09:45"),
        amended("10:00", "13:00", 3),
    )
    for order in permutations(events):
        promise = told(*order, sets=sets_of(agreement)).of_agreements(("ship-paid-order",))[0]
        assert (promise.requested_by, promise.first_confirmed_by, promise.due_by) == (
            at("11:00"),
            at("12:00"),
            at("13:00"),
        )


def test_before_it_is_acknowledged_no_date_is_confirmed() -> None:
    agreement = an_agreement(acknowledge=Acknowledgement("operations.PickStarted", WallTime(HOUR)))
    promise = told(APPROVED, sets=sets_of(agreement)).of_agreements(("ship-paid-order",))[0]
    assert promise.first_confirmed_by is None


def test_a_breach_that_is_amended_afterwards_stays_on_record_and_its_alert_ends() -> None:
    desk = Desk(AMENDED)
    desk.hear(PLACED, APPROVED)
    assert kinds(desk.pass_time("11:00:02")) == ["breached"]
    (verdict,) = desk.hear(amended("11:30", "13:00", 2))
    assert (verdict.kind, verdict.reason, verdict.publish) == (
        Kind.AMENDED,
        Reason.AMENDED_TOO_LATE,
        True,
    )
    assert (desk.promise.breached_at, desk.promise.announced) == (None, None)
    assert desk.hear(an_event(HANDED_OVER, "12:00"))[0].kind is Kind.KEPT
    assert kinds(desk.told) == ["opened", "breached", "amended", "kept"]


def test_a_deadline_that_had_passed_when_it_was_amended_is_on_record_though_nobody_looked() -> None:
    desk = Desk(AMENDED)
    desk.hear(PLACED, APPROVED, amended("11:30", "13:00", 2))
    (breach,) = desk.pass_time("11:30:02")
    assert (breach.kind, breach.due_by, breach.publish) == (Kind.BREACHED, at("11:00"), False)
    assert kinds(desk.pass_time("13:00:02")) == ["breached"]


def test_an_amendment_before_the_deadline_that_comes_after_the_breach_withdraws_it() -> None:
    desk = Desk(AMENDED)
    desk.hear(PLACED, APPROVED)
    desk.pass_time("11:00:02")
    assert kinds(desk.hear(amended("10:30", "13:00", 2))) == ["withdrawn", "amended"]


def test_evidence_in_time_withdraws_the_breach_of_a_version_that_was_amended_since() -> None:
    desk = Desk(AMENDED)
    desk.hear(PLACED, APPROVED)
    desk.pass_time("11:00:02")
    desk.hear(amended("11:30", "13:00", 2))
    verdict, kept = desk.hear(an_event(HANDED_OVER, "10:45", arrived_at=at("11:40")))
    assert kept.kind is Kind.KEPT
    assert (verdict.kind, verdict.reason, verdict.publish) == (
        Kind.WITHDRAWN,
        Reason.LATE_EVIDENCE,
        False,
    )
    assert verdict.due_by == at("11:00")
    assert settled_state(desk.promise) is State.KEPT


def test_an_amendment_taken_back_leaves_the_version_before_it_with_other_ids() -> None:
    desk = Desk(AMENDED)
    amendment = amended("10:00", "13:00", 2)
    back = a_retraction(amendment, "10:10")
    desk.hear(PLACED, APPROVED, amendment, back)
    assert (desk.promise.due_by, desk.promise.course.version) == (at("11:00"), 1)
    desk.hear(a_retraction(back, "10:20"))
    assert (desk.promise.due_by, desk.promise.course.version) == (at("13:00"), 2)
    assert len({each.id for each in desk.told}) == len(desk.told)


def test_an_amendment_to_the_same_date_after_the_breach_leaves_it_open() -> None:
    desk = Desk(AMENDED)
    desk.hear(PLACED, APPROVED)
    desk.pass_time("11:00:02")
    assert not desk.hear(amended("11:30", "11:00", 2))[0].publish
    assert desk.promise.breached_at == at("11:00")


def test_versions_that_were_missed_are_told_once_whatever_comes_late() -> None:
    desk = Desk(AMENDED)
    desk.hear(PLACED, APPROVED, amended("13:30", "15:00", 3))
    desk.pass_time("14:00")
    desk.hear(amended("11:30", "13:00", 2))  # 11:00 was missed, and so was 13:00
    desk.pass_time("14:10")
    desk.table.put(unpack(desk.subject.id, pack(desk.subject), desk.table.sets))
    desk.pass_time("16:00")
    breaches = [each.due_by for each in desk.told if each.kind is Kind.BREACHED]
    assert sorted(breaches) == [at("11:00"), at("13:00"), at("15:00")]


def test_a_missed_version_that_comes_to_light_after_the_breach_is_recorded() -> None:
    desk = Desk(AMENDED)
    desk.hear(PLACED, APPROVED, amended("10:00", "15:00", 3))
    desk.pass_time("15:10")
    desk.hear(an_event("sales.OrderPlaced", "07:00", fields={"promised_by": at("09:30")}))
    desk.pass_time("15:20")
    breaches = [each.due_by for each in desk.told if each.kind is Kind.BREACHED]
    assert sorted(breaches) == [at("09:30"), at("15:00")]


INNER = an_agreement(name="inner", within=None, before=Before("ship-paid-order", WallTime(HOUR)))
INNERMOST = an_agreement(name="innermost", within=None, before=Before("inner", WallTime(HOUR)))


def test_what_is_due_before_another_moves_with_it_in_a_chain_in_whatever_order_it_is_written() -> (
    None
):
    for agreements in permutations((AMENDED, INNER, INNERMOST)):
        subject = told(PLACED, APPROVED, amended("08:59:59", "14:00", 2), sets=sets_of(*agreements))
        assert {each.agreement.name: [each.due_by] for each in subject.promises.values()} == {
            "ship-paid-order": [at("14:00")],
            "inner": [at("13:00")],
            "innermost": [at("12:00")],
        }
        later = told(PLACED, APPROVED, amended("09:00:01", "14:00", 2), sets=sets_of(*agreements))
        assert {each.due_by for each in later.promises.values()} == {
            at("14:00"),
            at("13:00"),
            at("12:00"),
        }


def test_a_date_that_had_passed_when_the_outer_one_moved_stays_breached() -> None:
    desk = Desk(AMENDED, INNER)
    desk.hear(PLACED, APPROVED)
    assert kinds(desk.pass_time("10:00:02")) == ["breached"]
    verdicts = desk.hear(amended("10:30", "14:00", 2))
    assert [(each.kind, each.reason) for each in verdicts if each.promise_id.endswith("inner")] == [
        (Kind.AMENDED, Reason.AMENDED_TOO_LATE)
    ]


def test_a_date_before_another_hangs_on_the_one_about_the_same_thing() -> None:
    def of(refund: str, time: str, **changes: object) -> Event:
        return an_event("finance.PaymentApproved", time, key=(("payment_id", refund),), **changes)

    outer = an_agreement(amends_on="finance.PaymentDeclined", pauses=())
    inner = an_agreement(
        name="inner", within=None, before=Before("ship-paid-order", WallTime(HOUR))
    )
    declined = an_event("finance.PaymentDeclined", "10:30", key=(("payment_id", "1"),))
    subject = told(of("1", "09:00"), of("2", "10:00"), declined, sets=sets_of(outer, inner))
    assert {each.key: each.due_by for each in subject.of_agreements(("inner",))} == {
        (("payment_id", "1"),): at("10:00"),
        (("payment_id", "2"),): at("11:00"),
    }
