"""How much one subject may have, and how far ahead a promise may be due."""

from dataclasses import replace

import pytest

from services.tracker.core import opening
from services.tracker.core.agreements import Before
from services.tracker.core.durations import DEADLINE_LIMIT, WallTime
from services.tracker.core.folding import fold
from services.tracker.core.subject import EVENTS_LIMIT, Counted, Event, Skipped, Subject
from tests.promising import HOUR, ORDER, PROMISED_BY, an_agreement, an_event, at, sets_of, told


def paid(number: int) -> Event:
    id = number.to_bytes(16, "big")
    return an_event(time=at("09:00") + number, id=id, key=(("payment_id", str(number)),))


def test_the_limits_are_those_that_are_agreed() -> None:
    assert (opening.PROMISES_LIMIT, EVENTS_LIMIT) == (10_000, 500)
    assert DEADLINE_LIMIT == 1_461 * 24 * HOUR


def test_a_subject_has_as_many_open_promises_as_the_limit_and_one_that_is_kept_makes_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(opening, "PROMISES_LIMIT", 3)
    subject = told(*(paid(number) for number in range(4)))
    assert len(subject.promises) == 3
    assert [*subject.rare.skipped.values()] == [Skipped.TOO_MANY_PROMISES]
    kept = an_event("operations.ParcelHandedOver", at("09:00") + 5, key=(("payment_id", "1"),))
    subject = told(*(paid(number) for number in range(3)), kept, paid(6))
    assert (len(subject.promises), dict(subject.rare.skipped)) == (4, {})


def test_of_500_events_one_more_is_refused_in_whatever_order_they_come() -> None:
    subject, sets = Subject(ORDER), sets_of()
    counted = [fold(subject, paid(number), sets)[0] for number in reversed(range(501))]
    assert counted == [*[Counted.FOLDED] * 500, Counted.TOO_MANY_EVENTS]
    assert fold(subject, paid(500), sets)[0] is Counted.DUPLICATE


@pytest.mark.parametrize("slack", [0, 1])
def test_a_promise_before_another_may_not_be_due_too_far_either(
    slack: int,
) -> None:
    outer = an_agreement(within=None, by=PROMISED_BY)
    inner = replace(
        an_agreement(name="inner", within=None), before=Before(outer.name, WallTime(HOUR + slack))
    )
    far = at("09:00") - DEADLINE_LIMIT + HOUR
    subject = told(an_event(fields={"promised_by": far}), sets=sets_of(outer, inner))
    skipped = [Skipped.DEADLINE_TOO_FAR] if slack else []
    assert [*subject.rare.skipped.values()] == skipped
