"""Findings of one case as the table told them, one event after the other."""

from services.insights.findings import FindingRow, rows_of
from services.shared.clock import Instant
from services.tracker.core.findings import FindingKind
from services.tracker.core.handoffs.quality import ORPHAN_LIMIT
from services.tracker.core.subject import Event
from services.tracker.core.table import Table
from tests.cases import CASE, accepted, passed, reopened, resolved
from tests.promising import an_event, at, marks, sets_of

THERE, BACK = passed(1, "finance", "10:00"), passed(2, "support", "11:00", by="finance")
TOLD_AT = at("10:00") + ORPHAN_LIMIT


def found(*events: Event, until: Instant | str = "23:00") -> tuple[FindingRow, ...]:
    table = Table(sets_of())
    for event in events:
        table.advance(event.occurred_at - 1, marks(event.occurred_at - 1))
        table.apply(CASE, event, event.occurred_at)
    moment = at(until) if isinstance(until, str) else until
    table.advance(moment, marks(moment))
    return rows_of(table.subjects.values())


def rows(*events: Event, until: Instant | str = "23:00") -> list[tuple[str, Instant]]:
    return [(row.finding.value, row.at) for row in found(*events, until=until)]


def test_a_row_says_of_which_subject_what_was_found_and_since_when() -> None:
    assert found(THERE, BACK, accepted(2, "support", "11:10")) == (
        FindingRow(
            CASE,
            FindingKind.BOUNCED,
            at("11:00"),
            "support got the case back that it had passed to finance: support, finance, support",
        ),
    )


def test_what_was_told_stays_when_the_case_is_over_and_is_told_once() -> None:
    over = (THERE, BACK, resolved("11:30"), reopened("11:40"), resolved("11:50", resolution=2))
    assert rows(*over) == [("bounced", at("11:00"))]


def test_a_case_is_left_alone_if_nobody_accepts_it_up_to_the_limit() -> None:
    assert rows(THERE, accepted(1, "finance", TOLD_AT)) == []
    assert rows(THERE, accepted(1, "finance", TOLD_AT + 1)) == [("left_alone", TOLD_AT)]


def test_nothing_after_until_is_known() -> None:
    assert rows(THERE, until=TOLD_AT - 1) == []
    assert rows(THERE, until=TOLD_AT) == [("left_alone", TOLD_AT)]


def test_a_subject_without_handoffs_has_no_findings() -> None:
    assert rows(an_event("support.CaseOpened")) == rows() == []
