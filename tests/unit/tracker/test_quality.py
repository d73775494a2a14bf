"""Bounces, cases that nobody takes, and customers who are asked twice."""

from collections.abc import Hashable

import pytest

from services.shared.events.envelope import Envelope
from services.shared.events.support import (
    CaseAccepted,
    CaseResolved,
    CaseReturned,
    CaseTransferred,
    InformationReceived,
    InformationRequested,
)
from services.shared.subjects import TYPE_OF
from services.tracker.core.findings import Finding, FindingKind
from services.tracker.core.handoffs.case_events import READS
from services.tracker.core.handoffs.quality import (
    ORPHAN_LIMIT,
    bounce_count,
    bounces,
    hop_count,
    left_alone,
    orphan_times,
    repeated_requests,
    return_count,
)
from services.tracker.core.reading import event_of, reading_of, said_in
from services.tracker.core.subject import Event
from tests.cases import CASE, accepted, answered, asked, passed, reopened, resolved, returned
from tests.promising import HOUR, MINUTE, at

THERE = passed(1, "finance", "10:00")
BACK = passed(2, "support", "11:00", by="finance")
AGAIN = passed(3, "finance", "12:00")
ONCE_MORE = passed(4, "support", "13:00", by="finance")


def found_in(*events: Event) -> list[tuple[str, str]]:
    """Key and debtor of each bounce."""
    return [(each.key, each.owed_by) for each in bounces(events)]


def test_a_case_that_comes_back_to_who_passed_it_on_bounced() -> None:
    assert bounces([THERE, BACK]) == (
        Finding(
            FindingKind.BOUNCED,
            key="2",
            true_from=at("11:00"),
            owed_by="support",
            owed_to="customer",
            detail="support got the case back that it had passed to finance:"
            " support, finance, support",
            next_step="Agree with finance on who keeps the case before it is passed on again.",
        ),
    )


def test_a_case_that_goes_on_or_round_did_not_bounce() -> None:
    round_trip = passed(3, "support", "12:00", by="sales")
    events = [THERE, passed(2, "sales", "11:00", by="finance"), round_trip]
    assert bounces(events[:1]) == bounces(events) == ()


def test_a_case_that_is_returned_bounced() -> None:
    assert found_in(THERE, returned(1, "finance", "10:30")) == [("1-returned", "support")]


def test_a_case_that_goes_again_to_who_returned_it_did_not_bounce_a_second_time() -> None:
    returns = (THERE, returned(1, "finance", "10:30"), passed(2, "finance", "10:40"))
    assert found_in(*returns) == [("1-returned", "support")]
    assert found_in(*returns, returned(2, "finance", "10:50"))[1:] == [("2-returned", "support")]


def test_a_transfer_and_its_return_may_both_be_bounces() -> None:
    keys = [key for key, _ in found_in(THERE, BACK, AGAIN, returned(3, "finance", "12:30"))]
    assert keys == ["2", "3", "3-returned"]


def test_the_second_bounce_names_who_got_the_case_as_joint_owner_and_escalates() -> None:
    second = bounces([THERE, BACK, AGAIN])[1]
    assert second.owed_by == "finance"
    assert second.detail == (
        "finance got the case back that it had passed to support: finance, support, finance;"
        " this is bounce 2, and finance is the joint owner until it is resolved"
    )
    assert second.next_step.startswith("Escalate to the leads of finance and support;")


def test_the_joint_owner_stays_the_owner_however_often_the_case_bounces() -> None:
    assert found_in(THERE, BACK, AGAIN, ONCE_MORE) == [
        ("2", "support"),
        ("3", "finance"),
        ("4", "finance"),
    ]


def test_bounces_end_with_the_case_and_a_later_one_holds() -> None:
    assert found_in(THERE, BACK, resolved("11:30")) == []
    assert found_in(THERE, BACK, resolved("11:30"), AGAIN) == [("3", "finance")]


def test_a_bounce_in_the_moment_of_the_resolution_has_ended() -> None:
    assert found_in(THERE, BACK, resolved(at("11:00") - 1)) == [("2", "support")]
    assert found_in(THERE, BACK, resolved("11:00")) == []


def test_a_reopened_case_has_its_bounces_again() -> None:
    over = (THERE, BACK, resolved("11:30"), reopened("11:45"))
    assert found_in(*over) == [("2", "support")]
    assert found_in(*over, resolved("11:50", resolution=2)) == []


def test_how_often_a_case_bounced_is_known_when_it_is_over() -> None:
    over = [THERE, BACK, AGAIN, resolved("12:30")]
    assert (bounces(over), bounce_count(over)) == ((), 2)
    assert bounce_count([]) == 0


def test_hops_and_returns_are_counted() -> None:
    events = [THERE, returned(1, "finance", "10:30"), AGAIN]
    assert (hop_count(events), return_count(events)) == (3, 1)
    assert (hop_count([]), return_count([])) == (0, 0)


def test_orphan_time_is_from_a_transfer_to_its_first_acceptance() -> None:
    events = [
        THERE,
        accepted(1, "finance", "10:20"),
        accepted(1, "refunds", "10:50"),
        BACK,
        AGAIN,
        accepted(3, "finance", "12:00"),
    ]
    assert orphan_times(events) == (20 * MINUTE, 0)


def test_a_transfer_that_nobody_accepts_is_found_when_the_limit_has_passed() -> None:
    assert left_alone([THERE]) == (
        Finding(
            FindingKind.LEFT_ALONE,
            key="1",
            true_from=at("10:00") + ORPHAN_LIMIT,
            owed_by="finance",
            owed_to="support",
            detail="support passed the case to finance, where nobody accepted it within 4 hours",
            next_step="Accept the case, or return it and say what is missing.",
            awaits=frozenset({"support"}),
        ),
    )
    assert ORPHAN_LIMIT == 4 * HOUR


@pytest.mark.parametrize(
    "end", [accepted(1, "finance", "19:00"), returned(1, "finance", "19:00"), resolved("19:00")]
)
def test_a_case_that_is_accepted_returned_or_resolved_is_not_left_alone(end: Event) -> None:
    assert left_alone([THERE, end]) == ()


@pytest.mark.parametrize("old", [accepted(1, "finance", "11:30"), returned(1, "finance", "11:30")])
def test_only_the_last_transfer_can_be_left_alone_and_no_other_answer_ends_it(old: Event) -> None:
    (finding,) = left_alone([THERE, BACK, old])
    assert (finding.key, finding.owed_by) == ("2", "support")


def test_a_field_that_is_asked_again_after_it_was_received_is_found() -> None:
    events = [
        asked("r1", "09:00", "order number", "photo"),
        answered("r1", "09:30", "order number"),
        THERE,
        asked("r2", "10:30", "photo", "order number", "address"),
    ]
    assert repeated_requests(events) == (
        Finding(
            FindingKind.REPEATED_REQUEST,
            key="r2",
            true_from=at("10:30"),
            owed_by="finance",
            owed_to="customer",
            detail="finance asked the customer again for what was received already:"
            " order number (asked by support before)",
            next_step="Take it from the case, and tell the customer that no answer is needed.",
        ),
    )


@pytest.mark.parametrize(
    "before",
    [
        [asked("r1", "09:00", "photo")],
        [answered("r0", "09:00", "photo")],
        [asked("r1", "09:00", "address"), answered("r1", "09:30", "address")],
    ],
)
def test_asking_before_an_answer_or_for_the_first_time_is_no_repetition(
    before: list[Event],
) -> None:
    assert repeated_requests([*before, asked("r2", "10:30", "photo")]) == ()


def test_each_repetition_is_found_and_all_end_with_the_case() -> None:
    events = [
        asked("r1", "09:00", "photo"),
        answered("r1", "09:30", "photo"),
        asked("r2", "10:00", "photo"),
        asked("r3", "11:00", "photo"),
    ]
    found = repeated_requests(events)
    assert [(each.key, each.owed_by) for each in found] == [("r2", "support"), ("r3", "support")]
    assert repeated_requests([*events, resolved("12:00")]) == ()
    assert repeated_requests([*events, resolved("12:00"), reopened("13:00")]) == found


def test_a_request_whose_fields_were_not_kept_repeats_nothing() -> None:
    plain = asked("r1", "09:00", "photo")
    without = type(plain)(b"x", plain.type, plain.party, at("10:00"), at("10:00"))
    assert repeated_requests([plain, answered("r1", "09:30", "photo"), without]) == ()


def as_folded(number: int, event: Hashable) -> Event:
    """The event as the tracker keeps it, `number` hours after midnight."""
    envelope = Envelope(
        bytes([number]), TYPE_OF[type(event)], "support", "test", CASE, at(f"{number:02}:00")
    )
    reading = reading_of(envelope.type, READS.get(envelope.type, ()))
    return event_of(envelope, said_in(event), envelope.occurred_at, reading)


def test_of_real_events_all_is_kept_that_is_read() -> None:
    asking = [
        as_folded(1, InformationRequested("r1", ("photo",))),
        as_folded(2, InformationReceived("r1", ("photo",))),
        as_folded(3, InformationRequested("r2", ("photo",))),
    ]
    passing = [
        as_folded(4, CaseTransferred(1, "support", "finance", "")),
        as_folded(5, CaseAccepted(1, "refunds")),
        as_folded(6, CaseReturned(1, "refunds", ("photo",))),
        as_folded(7, CaseTransferred(2, "support", "sales", "")),
    ]
    assert [(each.key, each.owed_by) for each in repeated_requests(asking)] == [("r2", "support")]
    assert [each.key for each in bounces(passing)] == ["1-returned"]
    assert [(each.key, each.owed_by) for each in left_alone(passing)] == [("2", "sales")]
    assert bounces([*passing, as_folded(8, CaseResolved(1, ""))]) == ()
