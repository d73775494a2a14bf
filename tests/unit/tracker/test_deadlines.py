"""When a promise is due: by which fact, how far away, and under which version."""

from itertools import permutations

import pytest

from services.tracker.core.agreement_set import AgreementSet
from services.tracker.core.agreements import Agreement
from services.tracker.core.durations import DEADLINE_LIMIT
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Skipped
from tests.promising import (
    HOUR,
    PROMISED_BY,
    SHIP_BY,
    an_agreement,
    an_event,
    at,
    only,
    sets_of,
    told,
)

APPROVED = an_event(time="09:00")
HANDED_OVER = an_event("operations.ParcelHandedOver", "10:00")
BY_SHIP = an_agreement(within=None, by=SHIP_BY)
BY_PROMISED = an_agreement(within=None, by=PROMISED_BY)


def test_a_fact_of_an_earlier_event_sets_the_deadline() -> None:
    placed = an_event("sales.OrderPlaced", "08:00", fields={"promised_by": at("17:00")})
    for order in permutations([placed, APPROVED]):
        assert only(told(*order, sets=sets_of(BY_PROMISED))).due_by == at("17:00")


def test_a_fact_counts_as_it_was_when_the_promise_was_made() -> None:
    placed = an_event("sales.OrderPlaced", "08:00", fields={"promised_by": at("17:00")})
    before = an_event("sales.OrderAmended", "08:30", fields={"promised_by": at("16:00")})
    after = an_event("sales.OrderAmended", "09:30", fields={"promised_by": at("12:00")})
    for order in permutations([placed, before, after, APPROVED]):
        assert only(told(*order, sets=sets_of(BY_PROMISED))).due_by == at("16:00")


def test_a_fact_said_twice_counts_as_it_was_said_first() -> None:
    first = an_event("sales.OrderPlaced", "08:00", fields={"promised_by": at("17:00")})
    again = an_event("sales.OrderPlaced", "08:30", fields={"promised_by": at("16:00")})
    for order in permutations([first, again, APPROVED]):
        assert only(told(*order, sets=sets_of(BY_PROMISED))).due_by == at("17:00")


def test_a_partys_own_event_may_say_a_fact_more_than_once() -> None:
    first = an_event("carrier.Planned", "08:00", fields={"ship_by": at("15:00")})
    second = an_event("carrier.Planned", "08:30", fields={"ship_by": at("16:00")})
    assert only(told(first, second, APPROVED, sets=sets_of(BY_SHIP))).due_by == at("16:00")


def test_a_fact_of_another_kind_of_subject_is_not_this_ones() -> None:
    case = an_event("support.CaseOpened", "08:00", fields={"ship_by": at("15:00")})
    opening = an_agreement(opens_on="support.CaseAccepted", within=None, by=SHIP_BY)
    accepted = an_event("support.CaseAccepted", "09:00")
    assert not told(case, accepted, sets=sets_of(opening), subject="case/1").promises


@pytest.mark.parametrize(
    "value",
    [None, "", "tomorrow", "2026-11-02", "2026-11-02T11:00:00", True, False, 1.5, [], {}, "9" * 50],
)
def test_a_deadline_that_is_no_instant_opens_nothing_and_is_counted(value: object) -> None:
    subject = told(an_event(fields={"ship_by": value}), sets=sets_of(BY_SHIP))
    assert not subject.promises
    assert list(subject.rare.skipped.values()) == [Skipped.FACT_ABSENT]


@pytest.mark.parametrize("text", ["2026-11-02T11:00:00Z", "2026-11-02T12:00:00+01:00"])
def test_a_deadline_may_be_text_with_a_zone(text: str) -> None:
    assert only(told(an_event(fields={"ship_by": text}), sets=sets_of(BY_SHIP))).due_by == at(
        "11:00"
    )


def test_a_deadline_may_lie_as_far_ahead_as_the_limit_and_no_farther() -> None:
    limit = at("09:00") + DEADLINE_LIMIT
    for due_by, skipped in ((limit - 1, []), (limit, []), (limit + 1, [Skipped.DEADLINE_TOO_FAR])):
        subject = told(an_event(fields={"ship_by": due_by}), sets=sets_of(BY_SHIP))
        assert list(subject.rare.skipped.values()) == skipped


@pytest.mark.parametrize(
    "text", ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59"]
)
def test_a_deadline_at_the_ends_of_the_calendar_opens_nothing(text: str) -> None:
    subject = told(an_event(fields={"ship_by": text}), sets=sets_of(BY_SHIP))
    assert list(subject.rare.skipped.values()) == [Skipped.DEADLINE_TOO_FAR]


def test_a_deadline_may_lie_before_the_opening() -> None:
    subject = told(an_event(fields={"ship_by": at("08:00")}), sets=sets_of(BY_SHIP))
    assert only(subject).due_by == at("08:00")


@pytest.mark.parametrize(("offset", "opened"), [(-1, 0), (0, 1), (1, 1)])
def test_an_agreement_holds_from_its_first_moment(offset: int, opened: int) -> None:
    agreement = an_agreement(effective_from=at("09:00"))
    assert (
        len(told(an_event(time=at("09:00") + offset), sets=sets_of(agreement)).promises) == opened
    )


def _two_versions(later: Agreement) -> AgreementSets:
    return AgreementSets(
        (
            AgreementSet("old", 0, (an_agreement(),)),
            AgreementSet("new", at("12:00"), (later,)),
        )
    )


def test_a_promise_keeps_the_version_under_which_its_event_arrived() -> None:
    sets = _two_versions(an_agreement(version=2, within=HOUR))
    before = an_event(time="09:00", key=(("payment_id", "1"),), arrived_at=at("12:00") - 1)
    after = an_event(time="09:00", key=(("payment_id", "2"),), arrived_at=at("12:00"))
    for order in permutations([before, after, HANDED_OVER]):
        promises = told(*order, sets=sets).promises.values()
        assert {(each.agreement.version, each.due_by) for each in promises} == {
            (1, at("11:00")),
            (2, at("10:00")),
        }


def test_a_version_that_opens_on_another_event_does_not_make_the_promise_anew() -> None:
    sets = _two_versions(an_agreement(version=2, opens_on="operations.OrderAccepted"))
    accepted = an_event("operations.OrderAccepted", "09:30", arrived_at=at("12:30"))
    for order in permutations([APPROVED, accepted]):
        promise = only(told(*order, sets=sets))
        assert (promise.agreement.version, promise.due_by) == (1, at("11:00"))
