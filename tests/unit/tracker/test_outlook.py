"""What hangs on the customer's dates, for who asks and for the verdicts that are told."""

from dataclasses import replace

import pytest

from services.tracker import outlook as outlook_module
from services.tracker.core.agreement_set import AgreementSet
from services.tracker.core.pausing import Pause
from services.tracker.core.promises import Promise
from services.tracker.core.sets import AgreementSets
from services.tracker.core.subject import Subject
from services.tracker.learner import Learner
from services.tracker.outlook import Outlook
from tests.planning import APPROVE, CHAIN, DELIVER, SHIP, hours, on, opened, promised
from tests.promising import HOUR, ORDER, SHIP_BY, sets_of

SETS = sets_of(*CHAIN)
NOW = on("mon 10:00")


def an_outlook() -> Outlook:
    return Outlook(Learner())


def a_subject(*promises: Promise) -> Subject:
    subject = Subject(ORDER)
    for promise in promises:
        subject.promises[promise.id] = promise
    return subject


def slack(
    *promises: Promise, of: str = "approve-payment", sets: AgreementSets = SETS
) -> int | None:
    return an_outlook().slack(a_subject(*promises), f"{ORDER}~{of}", sets, NOW)


def test_a_promise_under_a_date_of_the_customer_has_slack() -> None:
    approving = opened(APPROVE, "mon 09:00")
    # 20 of the office's 32 hours until Thursday's end are planned with
    assert slack(approving, promised("thu 17:00")) == 12 * HOUR
    assert slack(approving, promised("tue 17:00")) == -4 * HOUR


def test_so_has_the_customers_own() -> None:
    assert slack(promised("thu 17:00"), of="deliver-order") is not None


def test_a_promise_that_serves_none_of_the_customers_has_none() -> None:
    alone = replace(APPROVE, serves="")
    sets = sets_of(alone, SHIP, DELIVER)
    assert slack(opened(alone, "mon 09:00"), promised(), sets=sets) is None


def test_there_is_none_once_the_customers_promise_is_kept() -> None:
    assert slack(opened(APPROVE, "mon 09:00"), promised(done="mon 09:30")) is None


@pytest.mark.parametrize(
    ("since", "until"), [("mon 10:00", "tue 10:00"), ("mon 09:30", "mon 10:00")]
)
def test_there_is_none_while_the_clock_stands(since: str, until: str) -> None:
    approving = opened(APPROVE, "mon 09:00")
    pause = Pause(on(since), on(until), -1, b"", "operations.OrderReturnedIncomplete", "sales")
    approving.course = replace(approving.course, pauses=(pause,))
    stands = on(since) <= NOW < on(until)
    assert (slack(approving, promised("thu 17:00")) is None) is stands


def test_a_finding_has_none() -> None:
    assert slack(promised(), of="bounced") is None


def test_of_two_dates_of_the_customer_the_earlier_one_counts() -> None:
    dates = (promised("thu 17:00"), promised("wed 17:00", id=f"{ORDER}~deliver-order~2"))
    assert slack(opened(APPROVE, "mon 09:00"), *dates) == 4 * HOUR


def test_a_hop_to_come_is_due_by_the_date_that_was_told() -> None:
    by_date = replace(SHIP, within=None, by=SHIP_BY)
    subject = a_subject(opened(APPROVE, "mon 09:00"), promised("thu 17:00"))
    subject.facts = {("order", "ship_by"): on("fri 12:00")}
    (tree,) = an_outlook().trees(subject, sets_of(APPROVE, by_date, DELIVER), NOW)
    assert tree.predicted_p50 == on("fri 12:00")


def test_hops_to_come_are_those_of_the_set_that_is_active() -> None:
    longer = replace(SHIP, version=2, within=hours(24))
    later = AgreementSet("later", NOW + 1, (APPROVE, longer, DELIVER))
    sets = AgreementSets((*SETS.sets, later))
    subject = a_subject(opened(APPROVE, "mon 09:00"), promised("thu 17:00"))
    outlook = an_outlook()
    slacks = [
        outlook.slack(subject, f"{ORDER}~approve-payment", sets, now) for now in (NOW, NOW + 1)
    ]
    assert slacks == [12 * HOUR, 4 * HOUR]


def test_more_plans_than_are_kept_change_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlook_module, "PLANS_LIMIT", 1)
    outlook = an_outlook()
    other = replace(DELIVER, name="deliver-again")
    subject = a_subject(promised(), promised(agreement=other, id=f"{ORDER}~deliver-again"))
    first, again = (outlook.trees(subject, sets_of(*CHAIN, other), NOW) for _ in range(2))
    assert first == again
    assert len(first) == 2
