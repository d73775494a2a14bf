"""Rungs that tell whoever is on call, on a timeline: who that is, and what becomes of nobody."""

from dataclasses import replace

import pytest

from services.alerts.answering import ask_new_date, escalate_alert
from services.alerts.domain.alert import Reason
from services.alerts.domain.ladders import Ladder, Route, Rung
from services.alerts.domain.matching import Matcher
from services.alerts.domain.requests import Asked
from services.alerts.domain.schedules.schedule import Override, Schedule
from tests.alerting import at, breached, ended, key, span, warned
from tests.component.alerts.on_call import BOSS, FIRST, LEAD, OnCall
from tests.scheduling import a_rotation

FIRST_NOTICE, ESCALATED, WORSENED = Reason.FIRST_NOTICE, Reason.ESCALATED, Reason.WORSENED
SHOP = Schedule(
    "operations",
    "UTC",
    (a_rotation("first lead", "1 day", "16:00", "2026-11-01", "UTC", ("daily 15:00-17:00",)),),
)
"""FIRST until 16:00 of the tests' day, LEAD until 17:00, and nobody at all other times."""
SHOP_FIRST = Ladder(
    "shop",
    (Rung((), schedules=("operations",)), Rung((BOSS,), span(minutes=30))),
    acknowledged_for=span(hours=1),
)
SHOP_LAST = Ladder(
    "deep",
    (
        Rung((BOSS,)),
        Rung((), span(minutes=10), ("operations",)),
        Rung((), span(minutes=10), ("operations",)),
    ),
)


def a_company(*ladders: Ladder, schedule: Schedule = SHOP, time: str = "15:25") -> OnCall:
    company = OnCall(*ladders, schedules={"operations": schedule})
    company.clock.set(at(time))
    company.hear(warned())
    return company


def text(company: OnCall) -> str:
    """Of the notice that was decided last."""
    return max(company.store.notices(), key=lambda each: each.alert.revision).text


def test_a_rung_tells_whoever_is_on_call_when_it_is_told() -> None:
    before, after = a_company(SHOP_FIRST, time="15:59:59"), a_company(SHOP_FIRST, time="16:00")
    assert before.at("15:59:59") == {FIRST: [FIRST_NOTICE]}
    assert after.at("16:00") == {LEAD: [FIRST_NOTICE]}
    assert "Called first, on call for operations." in text(before)
    assert "Called lead, on call for operations." in text(after)


def test_a_person_is_told_at_the_receiver_that_the_file_of_schedules_names() -> None:
    named = replace(SHOP, receivers={"first": BOSS})
    company = a_company(SHOP_FIRST, schedule=named)
    assert company.at("15:25") == {BOSS: [FIRST_NOTICE]}
    assert "Called first, on call for operations." in text(company)


def test_a_rung_tells_its_receivers_beside_whoever_is_on_call() -> None:
    both = Ladder("both", (Rung((BOSS, FIRST), schedules=("operations",)),))
    assert a_company(both).at("15:25") == {FIRST: [FIRST_NOTICE], BOSS: [FIRST_NOTICE]}
    alone = a_company(both, time="17:00")
    assert alone.at("17:00") == {FIRST: [FIRST_NOTICE], BOSS: [FIRST_NOTICE]}
    assert "Nobody was on call for operations." in text(alone)


@pytest.mark.parametrize(
    ("time", "told"), [("16:59:59", LEAD), ("17:00", BOSS), ("14:59:59", BOSS), ("15:00", FIRST)]
)
def test_where_nobody_is_on_call_the_next_rung_is_told_at_once(time: str, told: str) -> None:
    company = a_company(SHOP_FIRST, time=time)
    assert company.at(time) == {told: [FIRST_NOTICE]}
    assert ("Nobody was on call for operations." in text(company)) is (told == BOSS)
    assert company.alert().rungs == (2 if told == BOSS else 1)


def test_a_rung_that_was_passed_over_is_not_told_later() -> None:
    company = a_company(SHOP_FIRST, time="14:59:59")
    company.at("14:59:59")
    assert company.at("23:59") == {}


def test_an_override_in_between_tells_no_rung_again() -> None:
    company = a_company(SHOP_FIRST)
    company.at("15:25")
    override = Override("lead", at("15:00"), at("16:00"))
    company.schedules["operations"] = replace(SHOP, overrides=(override,))
    company.hear(warned())
    company.hear(breached())
    company.take()
    assert company.at("15:30") == {FIRST: [WORSENED]}
    assert company.at("16:24:59") == {}
    assert company.at("16:25") == {FIRST: [Reason.ACKNOWLEDGEMENT_EXPIRED]}
    company.hear(ended())
    assert company.at("16:26") == {FIRST: [Reason.RESOLVED]}


def test_an_override_holds_for_the_rungs_that_are_told_after_it() -> None:
    company = a_company(SHOP_LAST)
    assert company.at("15:25") == {BOSS: [FIRST_NOTICE]}
    assert company.at("15:35") == {FIRST: [ESCALATED]}
    override = Override("lead", at("15:40"), at("16:00"))
    company.schedules["operations"] = replace(SHOP, overrides=(override,))
    assert company.at("15:45") == {LEAD: [ESCALATED]}
    assert "this is call 3 of deep. Called lead, on call for operations." in text(company)


def test_that_the_last_rung_reaches_nobody_is_told_to_all_who_know() -> None:
    company = a_company(SHOP_LAST, time="16:50")
    assert company.at("16:50") == {BOSS: [FIRST_NOTICE]}
    assert company.at("17:00") == {BOSS: [ESCALATED]}
    assert text(company).count("Nobody was on call for operations.") == 1
    assert company.alert().rungs == 3
    assert company.at("23:59") == {}


def test_a_person_who_escalates_gets_through_to_the_next_rung_that_reaches_somebody() -> None:
    tall = replace(SHOP_LAST, rungs=(*SHOP_LAST.rungs, Rung((LEAD,), span(hours=9))))
    company = a_company(tall, time="17:30")
    company.at("17:30")
    asked = Asked(key(), "ann", "nobody is there", "k-1")
    escalate_alert(asked, company.desk, company.clock.now())
    assert company.at("17:31") == {LEAD: [Reason.CALLED]}


def test_a_question_goes_to_whoever_is_on_call_for_whom_it_is_asked() -> None:
    route = Route("shop", Matcher(owed_by=frozenset({"operations"})))
    company = OnCall(
        Ladder("rest", (Rung((BOSS,)),)),
        SHOP_FIRST,
        routes=(route,),
        schedules={"operations": SHOP},
    )
    company.clock.set(at("15:59:59"))
    company.hear(warned())
    assert company.at("15:59:59") == {FIRST: [FIRST_NOTICE]}
    company.clock.set(at("16:00"))
    ask_new_date(Asked(key(), "ann", "When?", "k-1"), company.desk, company.clock.now())
    assert company.at("16:00") == {LEAD: [Reason.NEW_DATE_ASKED]}
