"""Evidence that keeps no promise: a finding where somebody should have asked for it before."""

from services.tracker.core.verdicts import Kind
from tests.promising import Desk, an_agreement, an_event, kinds

INFORMED = "support.CustomerInformed"


def test_evidence_before_any_promise_is_found() -> None:
    desk = Desk(an_agreement())
    desk.hear(an_event("operations.ParcelHandedOver", "09:00"))
    assert kinds(desk.pass_time("10:00")) == [Kind.FOUND]


def test_what_only_a_verdict_asks_for_may_come_unasked() -> None:
    told = an_agreement(
        name="tell-new-date", opens_on="verdict.warned(ship-paid-order)", evidence=INFORMED
    )
    desk = Desk(an_agreement("50%"), told)
    assert desk.hear(an_event(INFORMED, "09:00")) == []
    assert desk.pass_time("12:00") == []
