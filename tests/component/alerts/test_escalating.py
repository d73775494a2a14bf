"""An alert on its ladder, on a timeline: who hears of it at which moment, and who does not."""

from dataclasses import replace

import pytest

from services.alerts.actions import snooze_alert
from services.alerts.domain.alert import Reason, State
from services.alerts.domain.ladders import Ladder, Route, Rung
from services.alerts.domain.matching import Matcher
from services.alerts.domain.promise import Condition, Resolution
from services.alerts.domain.requests import SnoozeUntil
from tests.alerting import a_promise, at, breached, ended, key, span, warned
from tests.component.alerts.on_call import BOSS, FIRST, LADDER, LEAD, OnCall

FIRST_NOTICE, ESCALATED, WORSENED = Reason.FIRST_NOTICE, Reason.ESCALATED, Reason.WORSENED
RESOLVED, EXPIRED = Reason.RESOLVED, Reason.ACKNOWLEDGEMENT_EXPIRED


@pytest.fixture
def on_call() -> OnCall:
    """At 15:25 the first one has heard that a promise is at risk."""
    on_call = OnCall()
    on_call.hear(warned())
    assert on_call.at("15:25") == {FIRST: [FIRST_NOTICE]}
    return on_call


def test_each_rung_is_told_once_when_the_one_before_had_its_time(on_call: OnCall) -> None:
    assert on_call.at("15:39:59") == {}
    assert on_call.at("15:40") == {LEAD: [ESCALATED]}
    assert on_call.at("16:09:59") == {}
    assert on_call.at("16:10") == {BOSS: [ESCALATED]}
    assert on_call.at("23:59") == {}


def test_a_word_that_comes_again_tells_no_rung_again(on_call: OnCall) -> None:
    on_call.at("15:40")
    on_call.hear(warned())
    assert on_call.at("16:00") == {}
    assert on_call.alert().rungs == 2


def test_an_acknowledgement_stops_it_until_it_has_expired(on_call: OnCall) -> None:
    on_call.at("15:40")
    on_call.take()
    assert on_call.alert().next_rung_at is None
    assert on_call.at("16:39:59") == {}
    assert on_call.at("16:40") == {FIRST: [EXPIRED], LEAD: [EXPIRED]}
    assert on_call.alert().state is State.OPEN
    assert on_call.at("17:09:59") == {}
    assert on_call.at("17:10") == {BOSS: [ESCALATED]}


def test_a_ladder_may_let_an_acknowledgement_hold_for_ever() -> None:
    on_call = OnCall(Ladder("patient", LADDER.rungs))
    on_call.hear(warned())
    on_call.at("15:25")
    on_call.take()
    assert on_call.at("23:59") == {}


def test_what_gets_worse_is_told_to_all_who_know_and_climbs_on_from_there(on_call: OnCall) -> None:
    on_call.at("15:40")
    on_call.take()
    on_call.at("16:00")
    on_call.hear(breached())
    assert on_call.at("16:00") == {FIRST: [WORSENED], LEAD: [WORSENED]}
    assert on_call.at("16:29:59") == {}
    assert on_call.at("16:30") == {BOSS: [ESCALATED]}


def test_what_is_snoozed_climbs_no_further_until_it_wakes(on_call: OnCall) -> None:
    later = SnoozeUntil(key(), "ann", at("15:50"))
    snooze_alert(later, on_call.desk, on_call.clock.now())
    assert on_call.at("15:49:59") == {}
    assert on_call.at("15:50") == {FIRST: [Reason.SNOOZE_ENDED]}
    assert on_call.at("16:05") == {LEAD: [ESCALATED]}


def test_the_end_is_told_to_all_who_know_and_to_nobody_else(on_call: OnCall) -> None:
    on_call.at("15:40")
    on_call.hear(ended(Resolution.KEPT))
    assert on_call.at("15:50") == {FIRST: [RESOLVED], LEAD: [RESOLVED]}
    assert on_call.at("23:59") == {}


def test_what_opens_again_is_told_to_all_who_knew_and_climbs_from_the_first_rung(
    on_call: OnCall,
) -> None:
    on_call.at("15:40")
    on_call.hear(ended(Resolution.WITHDRAWN))
    on_call.at("15:50")
    on_call.hear(breached(revision=5))
    assert on_call.at("15:50") == {FIRST: [Reason.REOPENED], LEAD: [Reason.REOPENED]}
    assert on_call.at("16:04:59") == {}
    assert on_call.at("16:05") == {LEAD: [ESCALATED]}


def test_a_ladder_is_climbed_again_as_often_as_it_says() -> None:
    twice = Ladder("twice", (Rung((FIRST,), span(minutes=5)), Rung((LEAD,), span(minutes=10))), 1)
    on_call = OnCall(twice)
    on_call.hear(warned())
    assert on_call.at("15:25") == {FIRST: [FIRST_NOTICE]}
    assert on_call.at("15:35") == {LEAD: [ESCALATED]}
    assert on_call.at("15:40") == {FIRST: [ESCALATED]}
    assert on_call.at("15:50") == {LEAD: [ESCALATED]}
    assert on_call.at("23:59") == {}


def test_an_alert_that_changes_its_ladder_begins_the_new_one_and_nobody_is_forgotten() -> None:
    broken = Ladder("broken", (Rung((BOSS,)), Rung((LEAD,), span(minutes=5))))
    route = Route("broken", Matcher(conditions=frozenset({Condition.BREACHED})))
    on_call = OnCall(LADDER, broken, routes=(route,))
    on_call.hear(warned())
    on_call.at("15:25")
    on_call.hear(breached())
    assert on_call.at("15:29:59") == {FIRST: [WORSENED], BOSS: [WORSENED]}
    assert on_call.at("15:30") == {LEAD: [ESCALATED]}
    on_call.hear(ended(Resolution.KEPT_LATE))
    assert on_call.at("15:36") == {name: [RESOLVED] for name in (FIRST, LEAD, BOSS)}


def test_the_ladder_that_an_agreement_names_counts_before_every_route() -> None:
    named = Ladder("warehouse-ladder", (Rung((BOSS,)), Rung((LEAD,), span(minutes=5))))
    on_call = OnCall(LADDER, named, routes=(Route("warehouse", Matcher()),))
    on_call.hear(warned(promise=a_promise(escalate="warehouse-ladder")))
    assert on_call.at("15:29:59") == {BOSS: [FIRST_NOTICE]}
    assert on_call.at("15:30") == {LEAD: [ESCALATED]}
    assert on_call.missed == []


def test_a_ladder_that_is_not_there_leaves_it_to_the_routes_and_is_said_once() -> None:
    on_call = OnCall()
    for order in ("4711", "4712"):
        on_call.hear(warned(promise=a_promise(order, escalate="night-ladder")))
    assert on_call.at("15:25") == {FIRST: [FIRST_NOTICE, FIRST_NOTICE]}
    assert on_call.missed == ["night-ladder"]


def test_a_new_due_date_climbs_from_the_first_rung(on_call: OnCall) -> None:
    on_call.at("15:40")
    on_call.hear(warned(revision=5, promise=a_promise(due_by="18:00")))
    told = on_call.at("15:41")
    assert {name: {*each} for name, each in told.items()} == {
        FIRST: {RESOLVED, FIRST_NOTICE},
        LEAD: {RESOLVED},
    }
    assert on_call.at("15:54:59") == {}
    assert on_call.at("15:55") == {LEAD: [ESCALATED]}


def test_what_nobody_was_to_hear_of_climbs_no_ladder() -> None:
    on_call = OnCall()
    on_call.hear(replace(warned(), historic=True))
    assert on_call.at("23:59") == {}


@pytest.mark.parametrize(
    ("wanted", "takes"),
    [
        (Matcher(), True),
        (Matcher(owed_by=frozenset({"operations", "finance"})), True),
        (Matcher(owed_by=frozenset({"finance"})), False),
        (Matcher(owed_to=frozenset({"sales"}), owed_by=frozenset({"operations"})), True),
        (Matcher(owed_to=frozenset({"support"}), owed_by=frozenset({"operations"})), False),
        (Matcher(agreements=frozenset({"ship-paid-order"})), True),
        (Matcher(agreements=frozenset({"deliver-order"})), False),
        (Matcher(conditions=frozenset({"at_risk"})), True),
        (Matcher(conditions=frozenset({"breached"})), False),
    ],
)
def test_a_route_takes_what_has_one_of_each_that_it_names(
    on_call: OnCall, wanted: Matcher, takes: bool
) -> None:
    assert wanted.takes(on_call.alert()) is takes
