"""Which settled subjects may leave Mongo, and when."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from services.local.topics import RETENTION
from services.shared.clock import SECOND
from services.tracker.archive.age import LEAST_DAYS, MARGIN, archived_before
from services.tracker.archive.rows import archive_row, document_of, may_leave
from services.tracker.core.findings import Finding, FindingKind, Found
from services.tracker.core.opening import AGE_LIMIT
from services.tracker.core.parking import DAY
from services.tracker.core.promises import Announced
from services.tracker.core.reading import FUTURE_LIMIT
from services.tracker.core.subject import Subject
from services.tracker.rows import day_of, subject_document
from tests.promising import an_event, at, only, told

MIDNIGHT = 20_000 * DAY
KEPT = an_event("operations.ParcelHandedOver", "10:00")


def test_what_comes_again_after_the_archive_has_it_is_too_old_to_open_anything() -> None:
    assert timedelta(days=LEAST_DAYS) == RETENTION + timedelta(days=7)
    arrived_last = archived_before(MIDNIGHT, LEAST_DAYS) * DAY - 1
    assert MIDNIGHT - (arrived_last + FUTURE_LIMIT) > AGE_LIMIT


@pytest.mark.parametrize(("after_midnight", "day"), [(MARGIN - 1, -38), (MARGIN, -37)])
def test_the_whole_day_of_the_last_change_has_to_be_old_enough(
    after_midnight: int, day: int
) -> None:
    before = archived_before(MIDNIGHT + after_midnight, LEAST_DAYS)
    assert before == day_of(MIDNIGHT) + day


def test_a_subject_leaves_only_when_it_is_settled() -> None:
    assert not may_leave(told(an_event()))
    assert may_leave(told(an_event(), KEPT))


def test_a_subject_of_which_something_is_announced_stays() -> None:
    subject = told(an_event(), KEPT)
    only(subject).announced = Announced.DISPUTED
    assert not may_leave(subject)


@pytest.mark.parametrize(("actionable", "leaves"), [(True, False), (False, True)])
def test_a_finding_holds_its_subject_while_somebody_has_to_act_on_it(
    actionable: bool, leaves: bool
) -> None:
    finding = Finding(FindingKind.BOUNCED, "", 0, "sales", "sales", "", actionable=actionable)
    assert may_leave(_with(finding)) is leaves
    subject = _with(finding)
    subject.found["f"].cleared_at = at("12:00")
    subject.current = {}
    assert may_leave(subject)


def _with(finding: Finding) -> Subject:
    subject = told(an_event(), KEPT)
    subject.current, subject.found = {"f": finding}, {"f": Found(finding, 1)}
    return subject


def test_a_row_of_the_archive_gives_the_document_back() -> None:
    subject = told(replace(an_event(), customer="c-1"), KEPT)
    document = subject_document(subject, 3, day_of(at("10:00")), settled=True)
    row = archive_row(subject, document)
    assert document_of(row) == document
    assert (row["customer"], row["events"]) == ("c-1", 2)
    assert row["settled_at"].timestamp() == at("10:00") / SECOND
