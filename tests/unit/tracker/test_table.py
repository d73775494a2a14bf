"""Time goes by: warnings, breaches and silence, each told once and not before it is true."""

import pytest

from services.shared.clock import SECOND
from services.tracker.core.agreements import Agreement
from services.tracker.core.promises import Announced, look_again_at
from services.tracker.core.sets import AgreementSet, AgreementSets
from services.tracker.core.subject import Counted
from services.tracker.core.table import Marks, Table
from services.tracker.core.verdicts import Kind, Reason
from tests.promising import (
    HOUR,
    ORDER,
    Desk,
    an_agreement,
    an_event,
    at,
    kinds,
    marks,
    sets_of,
    silent,
    span,
)

APPROVED = an_event(time="09:00")
DUE = at("11:00")
IN_TIME = an_event("operations.ParcelHandedOver", "10:59", arrived_at=at("12:30"))
LATE = an_event("operations.ParcelHandedOver", "11:30", key=(("parcel_id", "late"),))


def breached() -> Desk:
    desk = Desk()
    desk.hear(APPROVED)
    desk.pass_time("11:30")
    return desk


def test_an_opening_is_recorded_and_tells_nobody() -> None:
    (verdict,) = Desk().hear(APPROVED)
    assert (verdict.kind, verdict.reason, verdict.publish) == (
        Kind.OPENED,
        Reason.OPENING_EVENT,
        False,
    )
    assert (verdict.occurred_at, verdict.revision) == (at("09:00"), 1)


def test_a_promise_kept_in_time_tells_nobody() -> None:
    desk = Desk()
    verdicts = desk.hear(APPROVED, an_event("operations.ParcelHandedOver", "10:00"))
    assert kinds(verdicts) == ["opened", "kept"]
    assert not any(verdict.publish for verdict in verdicts)
    assert desk.pass_time("23:00") == []


def test_a_duplicate_and_a_conflict_conclude_nothing() -> None:
    desk = Desk()
    desk.hear(APPROVED)
    again = desk.table.apply(ORDER, APPROVED, DUE)
    other = desk.table.apply(ORDER, an_event(id=APPROVED.id, content=b"else"), DUE)
    assert again == (Counted.DUPLICATE, [])
    assert other == (Counted.ID_CONFLICT, [])


@pytest.mark.parametrize(
    ("offset", "told"), [(-1, []), (0, ["breached"]), (1, ["breached"]), (HOUR, ["breached"])]
)
def test_a_promise_is_breached_two_seconds_after_its_deadline(offset: int, told: list[str]) -> None:
    desk = Desk()
    desk.hear(APPROVED)
    assert kinds(desk.pass_time(DUE + 2 * SECOND + offset)) == told


def test_a_breach_tells_of_its_deadline_and_when_it_was_found() -> None:
    (verdict,) = breached().told[1:]
    assert (verdict.reason, verdict.publish) == (Reason.DEADLINE_PASSED, True)
    assert (verdict.occurred_at, verdict.due_by, verdict.decided_at) == (DUE, DUE, at("11:30"))


def test_a_breach_is_raised_once() -> None:
    desk = breached()
    assert desk.pass_time("12:00") == []
    assert desk.pass_time("23:00", marks("23:00", operations=0)) == []


def test_nothing_is_breached_while_we_or_a_relay_of_the_evidence_are_behind() -> None:
    desk = Desk()
    desk.hear(APPROVED)
    assert desk.pass_time("12:00", marks("12:00", operations=DUE + 2 * SECOND - 1)) == []
    we_behind = marks("12:00")
    we_behind.caught_up_at = DUE + 2 * SECOND - 1
    assert desk.pass_time("12:00", we_behind) == []
    assert kinds(desk.pass_time("12:00", marks("12:00", sales=0, finance=0))) == ["breached"]


@pytest.mark.parametrize(
    ("silent_for", "told"), [(180 * SECOND - 1, []), (180 * SECOND, ["unknown"])]
)
def test_a_silent_party_leaves_what_is_overdue_unknown(silent_for: int, told: list[str]) -> None:
    desk = Desk()
    desk.hear(APPROVED)
    known = marks("12:00", operations=DUE)
    known.heard_at["operations"] = at("12:00") - silent_for
    assert kinds(desk.pass_time("12:00", known)) == told


def test_a_promise_is_not_unknown_before_its_deadline() -> None:
    desk = Desk()
    desk.hear(APPROVED)
    assert desk.pass_time(DUE - 1, silent("10:00", operations="09:00")) == []


def test_unknown_is_told_once_and_ends_with_the_evidence() -> None:
    desk = Desk()
    desk.hear(APPROVED)
    for clock in ("11:30", "12:00", "13:00"):
        desk.pass_time(clock, silent(clock, operations="10:30"))
    assert kinds(desk.told) == ["opened", "unknown"]
    (kept,) = desk.hear(IN_TIME)
    assert (kept.kind, kept.publish) == (Kind.KEPT, True)


def test_unknown_becomes_a_breach_when_the_party_speaks_again_without_evidence() -> None:
    desk = Desk()
    desk.hear(APPROVED)
    desk.pass_time("12:00", silent("12:00", operations="10:30"))
    assert kinds(desk.pass_time("12:01")) == ["breached"]
    assert desk.promise.announced is Announced.BREACHED


def test_we_do_not_call_a_party_silent_while_we_are_behind() -> None:
    desk = Desk()
    desk.hear(APPROVED)
    known = silent("12:00", operations="10:59")
    known.caught_up_at = at("11:01")
    assert desk.pass_time("12:00", known) == []


def versions(earlier: Agreement, later: Agreement) -> AgreementSets:
    """The later one is active from noon."""
    return AgreementSets(
        (AgreementSet("old", 0, (earlier,)), AgreementSet("new", at("12:00"), (later,)))
    )


PROVES_EARLIER = an_event(time=at("09:00") - 1, id=b"e" * 16, arrived_at=at("12:00"))


def test_each_promise_waits_for_its_own_party() -> None:
    invoice = an_agreement(name="invoice", evidence="finance.InvoiceIssued")
    desk = Desk(an_agreement(), invoice)
    desk.hear(APPROVED)
    (verdict,) = desk.pass_time("12:00", marks("12:00", finance="10:59"))
    assert verdict.promise_id.endswith("ship-paid-order")
    desk = Desk(an_agreement(), invoice)
    desk.hear(APPROVED)
    (verdict,) = desk.pass_time("12:00", marks("12:00", operations="10:59"))
    assert verdict.promise_id.endswith("invoice")


def test_a_promise_that_changes_its_version_waits_for_the_new_party() -> None:
    desk = Desk()
    by_carrier = an_agreement(version=2, evidence="carrier.ParcelAccepted", within=2 * HOUR + 1)
    desk.table.sets = versions(an_agreement(), by_carrier)
    desk.hear(APPROVED, PROVES_EARLIER)
    assert desk.promise.due_by == DUE
    behind = marks("12:00", carrier="10:00")
    behind.heard_at["carrier"] = at("12:00")
    assert desk.pass_time("12:00", behind) == []
    assert kinds(desk.pass_time("12:00", silent("12:00", carrier="12:00"))) == ["breached"]


def test_a_subject_that_was_stored_is_looked_at_again_in_another_table() -> None:
    desk = Desk(an_agreement("50%"))
    desk.hear(APPROVED)
    desk.pass_time("09:30")
    elsewhere = Table(sets_of())
    elsewhere.put(desk.subject)
    told = elsewhere.advance(at("12:00"), marks("12:00"))
    assert kinds(verdict for _, verdict in told) == ["breached"]


def test_a_subject_that_is_put_twice_is_breached_once() -> None:
    desk = Desk()
    desk.hear(APPROVED)
    desk.table.put(desk.subject)
    assert kinds(desk.pass_time("12:00")) == ["breached"]


def test_a_subject_that_was_dropped_says_nothing() -> None:
    desk = Desk()
    desk.hear(APPROVED)
    desk.table.drop(ORDER)
    assert desk.pass_time("12:00") == []
    assert desk.table.subjects == {}


def test_a_subject_is_kept_from_its_first_event_whatever_it_says() -> None:
    desk = Desk()
    assert desk.hear(an_event("sales.OrderPlaced")) == []
    assert desk.subject.id == ORDER


def test_marks_are_as_far_as_the_least_of_us_and_the_parties() -> None:
    known = Marks(10, {"a": 8, "b": 12}, {"a": 9, "b": 7})
    assert known.watermark(frozenset({"a"})) == (8, 9, 10)
    assert known.watermark(frozenset({"b"})) == (10, 7, 10)
    assert known.watermark(frozenset({"a", "b"})) == (8, 7, 10)
    assert known.watermark(frozenset({"a", "never-heard"})) == (0, 0, 10)


def test_a_tracker_that_was_down_at_the_deadline_records_the_same_breach() -> None:
    watching, down = Desk(an_agreement("50%")), Desk(an_agreement("50%"))
    watching.hear(APPROVED)
    watching.pass_time("12:00")
    watching.hear(LATE)
    down.hear(APPROVED, LATE)
    down.pass_time("12:00")
    breaches = [
        {verdict.id for verdict in desk.told if verdict.kind is Kind.BREACHED}
        for desk in (watching, down)
    ]
    assert breaches[0] == breaches[1]
    assert len(breaches[0]) == 1


def test_time_alone_changes_nothing_after_a_breach() -> None:
    desk = breached()
    assert look_again_at(desk.promise) is None
    assert desk.pass_time(at("11:00") + span(days=40_000)) == []
