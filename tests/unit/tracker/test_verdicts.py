"""What comes out: ids that tell conclusions apart, revisions, and who is told."""

from typing import Any

import pytest

from services.tracker.core.promises import Announced
from services.tracker.core.verdicts import Kind, Reason, Verdict, conclude
from tests.promising import a_promise, an_agreement, at


def concluded(kind: Kind = Kind.BREACHED, cause: str = "", **promise: Any) -> Verdict:  # noqa: ANN401 - any field
    return conclude(
        a_promise(an_agreement(), **promise),
        kind,
        Reason.DEADLINE_PASSED,
        occurred_at=at("11:00"),
        decided_at=at("11:05"),
        cause=cause,
    )


def test_the_same_conclusion_has_the_same_id_whenever_it_is_drawn() -> None:
    first, again = concluded(), concluded(revision=7)
    assert first.id == again.id
    assert len(first.id) == 16


@pytest.mark.parametrize(
    "other",
    [
        concluded(id="order/4711~ship-paid-order~payment_id=1"),
        concluded(Kind.UNKNOWN),
        concluded(due_by=at("11:00") + 1),
        concluded(cause="50%"),
        concluded(withdrawals=1),
        concluded(withdrawals=2),
        concluded(withdrawals=1, cause="1"),
        concluded(cause="1"),
    ],
)
def test_another_promise_kind_deadline_cause_or_try_has_another_id(other: Verdict) -> None:
    assert other.id != concluded().id


def test_the_cause_and_the_try_are_not_mistaken_for_each_other() -> None:
    assert concluded(cause="1").id != concluded(withdrawals=1).id


def test_each_conclusion_has_the_next_revision() -> None:
    promise = a_promise()
    revisions = [
        conclude(promise, kind, Reason.EVIDENCE, occurred_at=0, decided_at=0).revision
        for kind in (Kind.OPENED, Kind.WARNED, Kind.BREACHED, Kind.KEPT_LATE)
    ]
    assert revisions == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("kind", "announced"),
    [
        (Kind.WARNED, Announced.WARNED),
        (Kind.UNKNOWN, Announced.UNKNOWN),
        (Kind.BREACHED, Announced.BREACHED),
    ],
)
def test_what_a_person_may_act_on_is_published_and_remembered(
    kind: Kind, announced: Announced
) -> None:
    promise = a_promise()
    verdict = conclude(promise, kind, Reason.WARNING_TIME, occurred_at=0, decided_at=0)
    assert (verdict.publish, promise.announced) == (True, announced)


ENDS = [Kind.KEPT, Kind.KEPT_LATE, Kind.WITHDRAWN, Kind.CANCELLED, Kind.RELEASED]


@pytest.mark.parametrize("kind", ENDS)
def test_an_end_is_published_once_to_those_who_were_told(kind: Kind) -> None:
    promise = a_promise(announced=Announced.BREACHED)
    first, second = (
        conclude(promise, kind, Reason.EVIDENCE, occurred_at=0, decided_at=0) for _ in range(2)
    )
    assert (first.publish, second.publish, promise.announced) == (True, False, None)


@pytest.mark.parametrize("kind", [Kind.OPENED, *ENDS])
def test_nobody_hears_of_what_went_well(kind: Kind) -> None:
    assert not concluded(kind).publish


def test_an_opening_ends_no_announcement() -> None:
    promise = a_promise(announced=Announced.WARNED)
    verdict = conclude(promise, Kind.OPENED, Reason.OPENING_EVENT, occurred_at=0, decided_at=0)
    assert (verdict.publish, promise.announced) == (False, Announced.WARNED)
