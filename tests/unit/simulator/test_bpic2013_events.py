"""One incident's rows as what support said of it."""

from collections.abc import Hashable

from services.shared.clock import Instant
from services.shared.codec import decode_event, encode_event
from services.shared.events.support import (
    CaseAccepted,
    CaseOpened,
    CaseReopened,
    CaseResolved,
    CaseTransferred,
)
from services.simulator.importers.bpic2013_events import Status, Step, moments_of
from services.simulator.importers.history import History, Told
from tests.promising import MINUTE, at

ACCEPTED, QUEUED, COMPLETED = Status.ACCEPTED, Status.QUEUED, Status.COMPLETED
OPENED = CaseOpened("PROD1", "")
RESOLVED = CaseResolved(1, "why")


def a_step(time: str, status: Status = ACCEPTED, team: str = "V1") -> Step:
    return Step(at(time), status, "why", team, "PROD1")


def told(*steps: Step) -> list[Told]:
    return list(History.of(moments_of("1-36", steps)))


def said(*steps: Step) -> list[Hashable]:
    return [event for _, event in told(*steps)]


def passed(number: int, before: str, after: str) -> CaseTransferred:
    return CaseTransferred(number, before, after, "")


def test_the_first_row_opens_the_case_and_the_same_team_again_says_nothing() -> None:
    assert said(a_step("10:00"), a_step("10:05"), a_step("10:10", QUEUED)) == [OPENED]


def test_another_team_than_before_is_a_transfer_and_its_first_accepted_row_the_acceptance() -> None:
    steps = (
        a_step("10:00"),
        a_step("10:10", QUEUED, "V2 2nd"),
        a_step("10:20", QUEUED, "V2 2nd"),
        a_step("10:30", ACCEPTED, "V2 2nd"),
        a_step("10:40", ACCEPTED, "V2 2nd"),
        a_step("10:50", ACCEPTED, "V1"),
    )
    assert [(envelope.occurred_at, event) for envelope, event in told(*steps)] == [
        (at("10:00"), OPENED),
        (at("10:10"), passed(1, "V1", "V2 2nd")),
        (at("10:30"), CaseAccepted(1, "V2 2nd")),
        (at("10:50"), passed(2, "V2 2nd", "V1")),
        (at("10:50") + 1, CaseAccepted(2, "V1")),
    ]


def test_completed_resolves_the_case_once_until_another_status_reopens_it() -> None:
    steps = (
        a_step("10:00", COMPLETED),
        a_step("10:10", COMPLETED),
        a_step("10:20", QUEUED),
        a_step("10:30", COMPLETED),
    )
    assert said(*steps) == [OPENED, RESOLVED, CaseReopened(1, "why"), CaseResolved(2, "why")]


def test_completed_by_another_team_is_a_transfer_and_a_resolution_of_its_own() -> None:
    steps = (a_step("10:00", COMPLETED), a_step("10:10", COMPLETED, "V2"), a_step("10:20", QUEUED))
    assert said(*steps)[2:4] == [passed(1, "V1", "V2"), CaseResolved(2, "why")]


def test_a_team_that_completes_a_case_does_not_accept_it_afterwards() -> None:
    steps = (a_step("10:00"), a_step("10:10", COMPLETED, "V2"), a_step("10:20", ACCEPTED, "V2"))
    assert not any(isinstance(event, CaseAccepted) for event in said(*steps))


def times(*steps: Step) -> list[Instant]:
    return [envelope.occurred_at for envelope, _ in told(*steps)]


def test_rows_of_one_second_keep_their_order_a_microsecond_apart() -> None:
    steps = (a_step("10:00"), a_step("10:00", QUEUED, "V2"), a_step("10:00", QUEUED, "V1"))
    assert said(*steps) == [OPENED, passed(1, "V1", "V2"), passed(2, "V2", "V1")]
    assert times(*steps) == [at("10:00"), at("10:00") + 1, at("10:00") + 2]
    assert len({envelope.id for envelope, _ in told(*steps)}) == 3


def test_rows_count_in_order_of_time_whatever_order_the_file_has() -> None:
    steps = (a_step("10:10", QUEUED, "V2"), a_step("10:00"))
    assert said(*steps) == [OPENED, passed(1, "V1", "V2")]
    assert times(*steps) == [at("10:00"), at("10:00") + 10 * MINUTE]


def test_support_says_all_of_it_about_the_case_with_the_same_ids_on_every_reading() -> None:
    steps = (a_step("10:00"), a_step("10:10", ACCEPTED, "V2"), a_step("10:20", COMPLETED, "V1"))
    envelopes = [envelope for envelope, _ in told(*steps)]
    assert {(e.party, e.subject, e.case) for e in envelopes} == {("support", "case/1-36", "1-36")}
    assert [e.type for e in envelopes] == [
        "support.CaseOpened",
        "support.CaseTransferred",
        "support.CaseAccepted",
        "support.CaseTransferred",
        "support.CaseResolved",
    ]
    assert envelopes == [envelope for envelope, _ in told(*steps)]
    assert len({e.id for e in envelopes}) == len(envelopes)


def test_every_event_survives_the_wire() -> None:
    steps = (a_step("10:00", COMPLETED), a_step("10:10", ACCEPTED, "V2"))
    for envelope, event in told(*steps):
        assert decode_event(envelope.type, encode_event(event)) == event
