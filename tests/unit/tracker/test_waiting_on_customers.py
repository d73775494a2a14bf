"""Who is told that a promise waits: a department that has to act, and no customer."""

from services.tracker.core.agreements import AgreementKind, PauseRule
from services.tracker.core.facts import Fact
from services.tracker.core.verdicts import Kind
from tests.promising import Desk, an_agreement, an_event, kinds

ASKED, ANSWERED = "sales.OrderAmended", "operations.OrderAccepted"


def waiting_on(owed_to: str, kind: AgreementKind) -> Desk:
    rule = PauseRule(ASKED, ANSWERED, owed_to)
    return Desk(an_agreement(pauses=(rule,), owed_to=owed_to, kind=kind))


def test_a_department_that_has_to_complete_it_is_told() -> None:
    desk = waiting_on("sales", AgreementKind.OLA)
    assert kinds(desk.hear(an_event(), an_event(ASKED, "09:30"))) == [Kind.OPENED, Kind.RETURNED]


def test_a_customer_who_was_asked_is_waited_for_and_nobody_is_told() -> None:
    desk = waiting_on("customer", AgreementKind.SLA)
    opened, paused = desk.hear(an_event(), an_event(ASKED, "09:30"))
    assert (opened.kind, paused.kind, paused.publish) == (Kind.OPENED, Kind.PAUSED, False)


def test_what_is_missing_for_a_customers_promise_is_told() -> None:
    lacking = an_agreement(
        owed_to="customer", kind=AgreementKind.SLA, requires=(Fact("order", "ship_to"),)
    )
    assert Kind.RETURNED in kinds(Desk(lacking).hear(an_event()))
