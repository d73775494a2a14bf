"""What the events say of a promise is concluded once, and concluded anew when they change."""

import pytest

from services.shared.clock import SECOND
from services.tracker.core.agreement_set import AgreementSet
from services.tracker.core.agreements import Agreement
from services.tracker.core.promises import Announced, State, settled_state
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Event
from services.tracker.core.verdicts import Kind, Reason
from tests.promising import (
    PROMISED_BY,
    Desk,
    a_retraction,
    an_agreement,
    an_event,
    at,
    kinds,
    marks,
    silent,
)

APPROVED = an_event(time="09:00")
DUE = at("11:00")
IN_TIME = an_event("operations.ParcelHandedOver", "10:59", arrived_at=at("12:30"))
LATE = an_event("operations.ParcelHandedOver", "11:30", key=(("parcel_id", "late"),))
CANCELLED = an_event("sales.OrderCancelled", "12:00")
RELEASED = an_event("oncall.PromiseReleased", "12:00", promise_id="order/4711~ship-paid-order")
BY_PROMISED = an_agreement(within=None, by=PROMISED_BY)


def placed(promised_by: str, time: str = "08:00", id: bytes = b"p" * 16) -> Event:
    fields = {"promised_by": at(promised_by)}
    return an_event("sales.OrderAmended", time, id=id, key=(("version", time),), fields=fields)


def breached() -> Desk:
    desk = Desk()
    desk.hear(APPROVED)
    desk.pass_time("11:30")
    return desk


def test_evidence_after_a_breach_is_kept_late_and_ends_the_alert() -> None:
    desk = breached()
    (verdict,) = desk.hear(LATE)
    assert (verdict.kind, verdict.publish, verdict.occurred_at) == (
        Kind.KEPT_LATE,
        True,
        at("11:30"),
    )
    assert desk.promise.breached_at == DUE


def test_late_evidence_alone_is_a_breach_too_when_nobody_looked_at_the_deadline() -> None:
    desk = Desk()
    desk.hear(APPROVED)
    verdicts = desk.hear(LATE)
    assert kinds(verdicts) == ["breached", "kept_late"]
    assert verdicts[0].reason is Reason.EVIDENCE_AFTER_DEADLINE
    assert verdicts[0].id == breached().told[-1].id


def test_evidence_in_time_that_comes_after_the_breach_withdraws_it() -> None:
    desk = breached()
    (verdict,) = desk.hear(IN_TIME)
    assert (verdict.kind, verdict.reason, verdict.publish) == (
        Kind.WITHDRAWN,
        Reason.LATE_EVIDENCE,
        True,
    )
    assert (settled_state(desk.promise), desk.promise.breached_at) == (State.KEPT, None)
    assert desk.pass_time("23:00") == []


def test_evidence_in_time_after_late_evidence_withdraws_the_breach() -> None:
    desk = breached()
    desk.hear(LATE)
    (verdict,) = desk.hear(IN_TIME)
    assert (verdict.kind, verdict.publish) == (Kind.WITHDRAWN, False)
    assert desk.promise.breached_at is None


def test_evidence_taken_back_reopens_the_promise_and_it_is_breached_again() -> None:
    desk = breached()
    first = desk.told[-1]
    desk.hear(IN_TIME)
    (reopened,) = desk.hear(a_retraction(IN_TIME, "12:40"))
    assert (reopened.kind, reopened.reason) == (Kind.OPENED, Reason.EVIDENCE_RETRACTED)
    (second,) = desk.pass_time("12:41")
    assert (second.kind, second.publish, second.due_by) == (Kind.BREACHED, True, DUE)
    assert second.id != first.id


@pytest.mark.parametrize("end", [LATE, CANCELLED, RELEASED])
def test_an_end_taken_back_after_a_breach_raises_the_breach_again(end: Event) -> None:
    desk = breached()
    first = desk.told[-1]
    desk.hear(end)
    assert desk.promise.announced is None
    assert kinds(desk.hear(a_retraction(end, "12:40"))) == ["opened"]
    assert desk.pass_time(DUE + SECOND) == []
    (second,) = desk.pass_time("12:41")
    assert (second.kind, second.publish) == (Kind.BREACHED, True)
    assert second.id != first.id
    assert desk.promise.announced is Announced.BREACHED


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (LATE, Reason.EVIDENCE_RETRACTED),
        (CANCELLED, Reason.REOPENED),
        (RELEASED, Reason.REOPENED),
    ],
)
def test_a_reopened_promise_says_what_was_taken_back(end: Event, reason: Reason) -> None:
    desk = breached()
    desk.hear(end)
    (reopened,) = desk.hear(a_retraction(end, "12:40"))
    assert reopened.reason is reason


def test_a_promise_reopened_while_it_is_at_risk_warns_again() -> None:
    desk = Desk(an_agreement("50%"))
    desk.hear(APPROVED)
    (first,) = desk.pass_time("10:10")
    kept = an_event("operations.ParcelHandedOver", "10:20")
    desk.hear(kept, a_retraction(kept, "10:30"))
    (second,) = desk.pass_time("10:31")
    assert (second.kind, second.cause, second.publish) == (Kind.WARNED, "50%", True)
    assert second.id != first.id


def test_evidence_that_counts_again_ends_the_second_breach_under_another_id() -> None:
    desk = breached()
    taken_back = a_retraction(IN_TIME, "12:40")
    (first,) = desk.hear(IN_TIME)
    desk.hear(taken_back)
    desk.pass_time("12:41")
    (second,) = desk.hear(a_retraction(taken_back, "12:45"))
    assert (second.kind, second.publish) == (Kind.WITHDRAWN, True)
    assert second.id != first.id


def test_an_end_that_counts_again_after_another_has_another_id() -> None:
    cancelled = an_event("sales.OrderCancelled", "10:00")
    desk = Desk()
    desk.hear(APPROVED, IN_TIME, cancelled, a_retraction(cancelled))
    assert kinds(desk.told) == ["opened", "kept", "cancelled", "found", "kept", "cleared"]
    assert len({verdict.id for verdict in desk.told}) == len(desk.told)


@pytest.mark.parametrize(
    ("end", "kind", "reason"),
    [
        (CANCELLED, Kind.CANCELLED, Reason.CANCELLING_EVENT),
        (RELEASED, Kind.RELEASED, Reason.RELEASED_BY_CREDITOR),
    ],
)
def test_an_end_by_the_creditor_resolves_an_open_breach(
    end: Event, kind: Kind, reason: Reason
) -> None:
    desk = breached()
    (verdict,) = desk.hear(end)
    assert (verdict.kind, verdict.reason, verdict.publish) == (kind, reason, True)
    assert desk.promise.breached_at == DUE
    assert desk.pass_time("23:00") == []


def test_an_opening_taken_back_ends_what_was_told_of_it() -> None:
    desk = breached()
    (verdict,) = desk.hear(a_retraction(APPROVED, "12:00"))
    assert (verdict.kind, verdict.reason, verdict.publish) == (
        Kind.CANCELLED,
        Reason.OPENING_RETRACTED,
        True,
    )


def test_an_opening_told_again_after_it_was_taken_back_goes_on_counting_revisions() -> None:
    desk = Desk()
    again = an_event(time="09:30", id=b"b" * 16)
    desk.hear(APPROVED, a_retraction(APPROVED, "09:20"), again)
    desk.pass_time("12:00")
    assert kinds(desk.told) == ["opened", "cancelled", "opened", "breached"]
    assert [verdict.revision for verdict in desk.told] == [1, 2, 3, 4]
    assert desk.told[-1].due_by == at("11:30")


def test_a_deadline_that_proves_to_be_later_withdraws_the_breach() -> None:
    desk = Desk(BY_PROMISED)
    desk.hear(placed("11:00"), APPROVED)
    (first,) = desk.pass_time("11:30")
    (withdrawn,) = desk.hear(placed("14:00", "08:30", b"q" * 16))
    assert (withdrawn.kind, withdrawn.reason, withdrawn.publish) == (
        Kind.WITHDRAWN,
        Reason.DEADLINE_MOVED,
        True,
    )
    assert desk.pass_time("13:00") == []
    (second,) = desk.pass_time("14:01")
    assert (second.kind, second.due_by) == (Kind.BREACHED, at("14:00"))
    assert second.id != first.id


def test_a_deadline_that_proves_to_be_earlier_leaves_the_breach() -> None:
    desk = Desk(BY_PROMISED)
    desk.hear(placed("11:00"), APPROVED)
    desk.pass_time("11:30")
    assert desk.hear(placed("10:30", "08:30", b"q" * 16)) == []
    assert desk.pass_time("12:00") == []
    assert desk.promise.breached_at == DUE


def test_a_deadline_that_proves_to_be_earlier_is_looked_at_in_time() -> None:
    desk = Desk(BY_PROMISED)
    desk.hear(placed("23:00"), APPROVED, placed("10:30", "08:30", b"q" * 16))
    assert kinds(desk.pass_time("10:31")) == ["breached"]


def test_a_deadline_that_proves_to_be_later_is_warned_of() -> None:
    desk = Desk(an_agreement("30 minutes before", within=None, by=PROMISED_BY))
    desk.hear(placed("11:00"), APPROVED)
    assert desk.pass_time("11:30", marks("11:30", operations=DUE)) == []
    desk.hear(placed("14:00", "08:30", b"q" * 16))
    assert [verdict.occurred_at for verdict in desk.pass_time("13:31")] == [at("13:30")]


def versions(earlier: Agreement, later: Agreement) -> AgreementSets:
    """The later one is active from noon."""
    return AgreementSets(
        (AgreementSet("old", 0, (earlier,)), AgreementSet("new", at("12:00"), (later,)))
    )


PROVES_EARLIER = an_event(time=at("09:00") - 1, id=b"e" * 16, arrived_at=at("12:00"))


def test_a_warning_added_while_a_promise_is_unknown_does_not_stop_time() -> None:
    desk = Desk()
    desk.table.sets = versions(an_agreement("50%"), an_agreement("50%", "80%", version=2))
    desk.hear(APPROVED)
    known = silent("12:00", operations="10:50")
    assert kinds(desk.pass_time("12:00", known)) == ["unknown"]
    desk.hear(PROVES_EARLIER)
    assert desk.promise.agreement.version == 2
    assert desk.pass_time("12:01", known) == []
    assert kinds(desk.pass_time("12:02")) == ["breached"]
