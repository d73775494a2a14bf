"""Before the deadline: each warning once, when its moment comes, and the latest only."""

from services.shared.clock import SECOND
from services.tracker.core.promises import look_again_at
from services.tracker.core.verdicts import Kind, Reason
from tests.promising import (
    MINUTE,
    Desk,
    an_agreement,
    an_event,
    at,
    kinds,
    marks,
)

APPROVED = an_event(time="09:00")
DUE = at("11:00")


def test_a_warning_is_told_when_its_moment_comes_and_not_before() -> None:
    desk = Desk(an_agreement("50%"))
    desk.hear(APPROVED)
    assert desk.pass_time(at("10:00") - 1) == []
    (warning,) = desk.pass_time(at("10:00"))
    assert (warning.kind, warning.reason, warning.cause) == (
        Kind.WARNED,
        Reason.WARNING_TIME,
        "50%",
    )
    assert (warning.occurred_at, warning.publish) == (at("10:00"), True)
    assert desk.pass_time(at("10:00") + 1) == []


def test_each_warning_is_told_once() -> None:
    desk = Desk(an_agreement("50%", "80%"))
    desk.hear(APPROVED)
    for minute in range(120):
        desk.pass_time(at("09:00") + minute * MINUTE)
    assert [verdict.cause for verdict in desk.told[1:]] == ["50%", "80%"]


def test_of_warnings_that_nobody_saw_only_the_latest_is_told() -> None:
    desk = Desk(an_agreement("50%", "80%"))
    desk.hear(APPROVED)
    assert [verdict.cause for verdict in desk.pass_time("10:40")] == ["80%"]


def test_after_the_deadline_it_is_too_late_to_warn() -> None:
    desk = Desk(an_agreement("50%", "80%"))
    desk.hear(APPROVED)
    assert desk.pass_time(DUE, marks("11:00", operations="10:50")) == []
    assert look_again_at(desk.promise) == DUE + 2 * SECOND
    assert kinds(desk.pass_time("11:01")) == ["breached"]
