"""What is found beside the promises: evidence that nobody waited for, or after the end."""

from itertools import permutations

import pytest

from services.tracker.core.agreement_set import AgreementSet
from services.tracker.core.agreements import Acknowledgement
from services.tracker.core.durations import WallTime
from services.tracker.core.facts import Assertion, Comparison, FactRule
from services.tracker.core.findings import FindingKind
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Event, Subject
from services.tracker.core.table import Table
from services.tracker.core.verdicts import Verdict
from services.tracker.packing import pack, unpack
from tests.promising import (
    HOUR,
    MINUTE,
    ORDER,
    Desk,
    a_retraction,
    an_agreement,
    an_event,
    at,
    kinds,
    marks,
    sets_of,
    told,
)

APPROVED = an_event()


def handed_over(time: str, parcel: str = "1") -> Event:
    return an_event("operations.ParcelHandedOver", time, key=(("parcel_id", parcel),))


def found(subject: Subject) -> list[FindingKind]:
    return [each.kind for each in subject.current.values()]


@pytest.mark.parametrize(("minutes", "expected"), [(59, []), (60, ["found"])])
def test_evidence_is_found_unmatched_after_its_grace_and_tells_nobody(
    minutes: int, expected: list[str]
) -> None:
    desk = Desk(an_agreement())
    assert desk.hear(handed_over("08:00")) == []
    verdicts = desk.pass_time(at("08:00") + minutes * MINUTE)
    assert kinds(verdicts) == expected
    assert not any(each.publish for each in verdicts)


def test_evidence_waits_for_the_party_that_may_still_open_its_promise() -> None:
    desk = Desk(an_agreement())
    desk.hear(handed_over("08:00"))
    assert desk.pass_time("10:00", marks("10:00", finance="08:59")) == []
    assert kinds(desk.pass_time("10:00", marks("10:00", finance="09:00"))) == ["found"]


def test_what_only_a_verdict_asks_for_may_come_unasked() -> None:
    tell = an_agreement(
        name="tell", opens_on="verdict.warned(ship-paid-order)", evidence="support.CustomerInformed"
    )
    desk = Desk(an_agreement(), tell)
    assert desk.hear(an_event("support.CustomerInformed", "08:00")) == []
    assert desk.pass_time("23:00") == []


def test_what_was_found_unmatched_is_cleared_when_its_promise_comes() -> None:
    desk = Desk(an_agreement())
    desk.hear(handed_over("08:00"))
    desk.pass_time("09:00")
    assert kinds(desk.hear(an_event(time="09:30"))) == ["opened", "kept", "cleared"]


def test_a_finding_is_told_once_across_restarts() -> None:
    desk = Desk(an_agreement())
    desk.hear(handed_over("08:00"))
    for time in ("08:30", "09:00", "09:30"):
        desk.table.put(unpack(desk.subject.id, pack(desk.subject), desk.table.sets))
        desk.pass_time(time)
    assert kinds(desk.told) == ["found"]


def test_evidence_for_what_was_cancelled_is_found_and_more_of_what_was_kept_is_not() -> None:
    cancelled = an_event("sales.OrderCancelled", "09:30")
    for order in permutations((APPROVED, cancelled, handed_over("10:00"))):
        assert found(told(*order)) == [FindingKind.EVIDENCE_AFTER_END]
    for order in permutations((APPROVED, handed_over("09:30"), handed_over("10:00", "2"))):
        assert found(told(*order)) == []


def test_evidence_whose_promise_was_taken_back_is_unmatched_in_every_order() -> None:
    events = (APPROVED, a_retraction(APPROVED, "09:30"), handed_over("10:00"))
    for order in permutations(events):
        subject = told(*order)
        assert found(subject) == [FindingKind.UNMATCHED_EVIDENCE]
        stored = unpack(subject.id, pack(subject), sets_of())
        assert stored.current == subject.current


def test_an_acknowledgement_that_came_first_is_matched() -> None:
    agreement = an_agreement(acknowledge=Acknowledgement("operations.PickStarted", WallTime(HOUR)))
    picked = an_event("operations.PickStarted", "08:30")
    for order in permutations((picked, APPROVED)):
        assert found(told(*order, sets=sets_of(agreement))) == []


TOTAL = FactRule(
    "total",
    1,
    "finance",
    "One total.",
    (Assertion("sales.OrderAmended", "total"), Assertion("finance.InvoiceIssued", "total")),
    Comparison.MONEY,
    WallTime(15 * MINUTE),
)


def amended(version: int, time: str, minor: int) -> Event:
    fields = {"total": {"minor": minor, "currency": "EUR"}}
    return an_event("sales.OrderAmended", time, key=(("version", str(version)),), fields=fields)


def invoiced(time: str, minor: int) -> Event:
    fields = {"total": {"minor": minor, "currency": "EUR"}}
    return an_event("finance.InvoiceIssued", time, key=(("invoice_id", "1"),), fields=fields)


def a_table() -> Table:
    return Table(AgreementSets((AgreementSet("one", 0, (an_agreement(),), (TOTAL,)),)))


def test_a_disagreement_is_told_after_it_has_settled_and_cleared_when_it_is_over() -> None:
    table, said = a_table(), list[Verdict]()
    for event in (amended(1, "09:00", 100), invoiced("09:10", 200)):
        said += table.apply(ORDER, event, event.occurred_at)[1]
    assert said == []
    assert table.advance(at("09:25") - 1, marks(at("09:25") - 1)) == []
    ((_, verdict),) = table.advance(at("09:25"), marks("09:25"))
    assert verdict.kind == "found"
    over = amended(2, "09:30", 200)
    assert kinds(table.apply(ORDER, over, over.occurred_at)[1]) == ["cleared"]


def test_an_older_version_tells_no_fact() -> None:
    table = a_table()
    for event in (amended(3, "09:00", 200), invoiced("09:10", 200), amended(2, "09:20", 100)):
        table.apply(ORDER, event, event.occurred_at)
    assert table.advance(at("12:00"), marks("12:00")) == []
