"""An alert that several people have to take up, on a timeline: it climbs until they all have."""

from dataclasses import replace

import pytest

from services.alerts.actions import acknowledge_alert, snooze_alert
from services.alerts.answering import escalate_alert
from services.alerts.domain.alert import Reason, State
from services.alerts.domain.ladders import Ladder, Route, Rung
from services.alerts.domain.matching import Matcher
from services.alerts.domain.promise import Condition
from services.alerts.domain.requests import Acknowledge, Asked, SnoozeUntil
from services.alerts.domain.schedules.schedule import Schedule
from services.alerts.messages import alert_message
from services.shared.codec import stamp
from tests.alerting import at, breached, key, warned
from tests.component.alerts.on_call import BOSS, FIRST, LADDER, LEAD, OnCall
from tests.scheduling import a_rotation

EXPIRED, ESCALATED = Reason.ACKNOWLEDGEMENT_EXPIRED, Reason.ESCALATED
TWO = replace(LADDER, acknowledgements=2)


class Company(OnCall):
    """Of which two have to take an alert up, each for an hour."""

    def taken_up(self, actor: str, time: str) -> State:
        self.clock.set(at(time))
        return acknowledge_alert(Acknowledge(key(), actor), self.desk, self.clock.now()).state

    def hands(self) -> list[str]:
        return [each.actor for each in self.alert().acknowledgements]


@pytest.fixture
def company() -> Company:
    company = Company(TWO)
    company.hear(warned())
    assert company.at("15:25") == {FIRST: [Reason.FIRST_NOTICE]}
    return company


def test_it_is_in_hand_when_as_many_people_took_it_up_as_it_takes(company: Company) -> None:
    assert company.taken_up("ann", "15:26") is State.OPEN
    assert company.taken_up("bob", "15:27") is State.ACKNOWLEDGED
    assert company.hands() == ["ann", "bob"]
    assert company.at("16:25:59") == {}


def test_it_climbs_until_the_last_of_them_took_it_up(company: Company) -> None:
    company.taken_up("ann", "15:26")
    assert company.at("15:39:59") == {}
    assert company.at("15:40") == {LEAD: [ESCALATED]}
    assert company.taken_up("bob", "16:09:59") is State.ACKNOWLEDGED
    assert company.at("16:10") == {}


def test_who_is_called_reads_who_took_it_up_and_how_many_it_takes(company: Company) -> None:
    (first,) = company.store.notices()
    assert "It takes 2 people to have it in hand; nobody took it up so far." in first.text
    company.taken_up("ann", "15:26")
    company.at("15:40")
    called = company.store.notices()[-1]
    assert "Too few have taken it up yet: this is call 2 of warehouse." in called.text
    assert "It takes 2 people to have it in hand; ann took it up so far." in called.text


@pytest.mark.parametrize("again", ["ann", "Ann", " ANN "])
def test_one_person_is_not_two(company: Company, again: str) -> None:
    company.taken_up("ann", "15:26")
    assert company.taken_up(again, "15:27") is State.OPEN
    assert company.hands() == ["ann"]


def test_one_more_than_it_takes_is_not_listed(company: Company) -> None:
    for actor in ("ann", "bob", "cid"):
        company.taken_up(actor, "15:27")
    assert company.hands() == ["ann", "bob"]


def test_each_acknowledgement_expires_by_itself(company: Company) -> None:
    company.taken_up("ann", "15:26")
    company.taken_up("bob", "15:30")
    assert company.at("16:25:59") == {}
    assert company.at("16:26") == {FIRST: [EXPIRED]}
    assert (company.alert().state, company.hands()) == (State.OPEN, ["bob"])
    assert company.taken_up("cid", "16:29:59") is State.ACKNOWLEDGED
    assert company.at("16:30") == {FIRST: [EXPIRED]}
    assert company.hands() == ["cid"]


def test_one_of_too_few_expires_without_a_word_and_counts_no_more(company: Company) -> None:
    company.at("15:40")
    company.at("16:10")
    company.taken_up("ann", "16:11")
    assert company.at("17:10:59") == {}
    assert company.hands() == ["ann"]
    assert company.at("17:11") == {}
    assert company.hands() == []
    assert company.taken_up("bob", "17:12") is State.OPEN


def test_what_expires_as_the_next_rung_is_due_is_told_to_that_one_alone(company: Company) -> None:
    rungs = (*TWO.rungs[:2], replace(TWO.rungs[2], after=TWO.acknowledged_for or 0))
    slow = Company(replace(TWO, rungs=rungs))
    slow.hear(warned())
    slow.at("15:40")
    slow.taken_up("ann", "15:40")
    assert slow.at("16:40") == {BOSS: [ESCALATED]}
    assert slow.hands() == []


def test_what_gets_worse_has_to_be_taken_up_by_all_again(company: Company) -> None:
    company.taken_up("ann", "15:26")
    company.taken_up("bob", "15:27")
    company.hear(breached())
    assert company.at("15:28") == {FIRST: [Reason.WORSENED]}
    assert company.hands() == []
    assert company.taken_up("ann", "15:29") is State.OPEN


@pytest.mark.parametrize("what", ["snooze", "escalate"])
def test_who_took_it_up_has_not_after_somebody_chose_otherwise(company: Company, what: str) -> None:
    company.taken_up("ann", "15:26")
    now = company.clock.now()
    if what == "snooze":
        snooze_alert(SnoozeUntil(key(), "ann", at("15:50")), company.desk, now)
    else:
        escalate_alert(Asked(key(), "ann", "I am on a train", "k-1"), company.desk, now)
    assert company.hands() == []


def test_an_alert_that_comes_to_a_ladder_of_more_hands_is_open_again() -> None:
    alone = replace(LADDER, name="alone")
    route = Route("alone", Matcher(conditions=frozenset({Condition.BREACHED})))
    company = Company(TWO, alone, routes=(route,))
    company.hear(breached())
    company.at("15:25")
    assert company.taken_up("ann", "15:26") is State.ACKNOWLEDGED
    company.hear(warned(4))
    assert (company.alert().state, company.hands()) == (State.OPEN, ["ann"])


NIGHT = Schedule(
    "night",
    "UTC",
    (a_rotation("boss", "1 day", "03:00", "2026-11-01", "UTC", ("daily 03:00-04:00",)),),
)
LATER = replace(LADDER, rungs=(LADDER.rungs[0], replace(LADDER.rungs[1], acknowledgements=2)))


def test_a_rungs_own_number_counts_from_when_it_is_climbed() -> None:
    company = Company(replace(LATER, rungs=(*LATER.rungs, LADDER.rungs[2])))
    company.hear(warned())
    company.at("15:39:59")
    assert company.alert().hands == 1
    assert company.at("15:40") == {LEAD: [ESCALATED]}
    assert "It takes 2 people to have it in hand" in company.store.notices()[-1].text
    assert company.taken_up("ann", "15:41") is State.OPEN
    assert company.at("16:10") == {BOSS: [ESCALATED]}
    assert company.taken_up("bob", "16:11") is State.ACKNOWLEDGED


def test_one_person_is_enough_until_the_rung_that_needs_two_is_climbed() -> None:
    company = Company(LATER)
    company.hear(warned())
    company.at("15:25")
    assert company.taken_up("ann", "15:39") is State.ACKNOWLEDGED
    assert company.at("15:40") == {}
    assert company.at("16:39") == {FIRST: [EXPIRED]}
    assert company.at("16:54") == {LEAD: [ESCALATED]}
    assert company.taken_up("ann", "16:55") is State.OPEN


def test_the_rung_counts_that_is_told_because_the_one_before_reaches_nobody() -> None:
    rungs = (Rung((), schedules=("night",)), replace(LADDER.rungs[1], acknowledgements=2))
    company = Company(replace(LADDER, rungs=rungs), schedules={"night": NIGHT})
    company.hear(warned())
    assert company.at("15:25") == {LEAD: [Reason.FIRST_NOTICE]}
    assert company.alert().hands == 2


def test_on_another_ladder_its_first_rung_counts() -> None:
    needs_three = tuple(replace(each, acknowledgements=3) for each in LADDER.rungs[1:])
    other = Ladder("other", (replace(LADDER.rungs[0], acknowledgements=2), *needs_three))
    route = Route("other", Matcher(conditions=frozenset({Condition.BREACHED})))
    company = Company(LADDER, other, routes=(route,))
    company.hear(warned())
    company.at("15:25")
    company.at("15:40")
    company.hear(breached())
    assert (company.alert().ladder, company.alert().hands) == ("other", 2)


def test_what_is_in_hand_stays_so_where_another_ladders_first_rung_needs_no_more() -> None:
    three = replace(LADDER.rungs[1], acknowledgements=3)
    other = Ladder("other", (replace(LADDER.rungs[0], acknowledgements=2), three))
    route = Route(TWO.name, Matcher(conditions=frozenset({Condition.BREACHED})))
    company = Company(other, TWO, routes=(route,))
    company.hear(breached())
    company.at("15:25")
    company.at("15:40")
    for actor in ("ann", "bob"):
        company.taken_up(actor, "15:41")
    company.hear(warned(4))
    assert (company.alert().state, company.alert().hands) == (State.ACKNOWLEDGED, 2)
    assert company.alert().next_rung_at is None


def test_everybody_who_took_it_up_is_listed_for_whoever_asks(company: Company) -> None:
    company.taken_up("ann", "15:26")
    told = alert_message(company.alert(), "https://console.test", company.clock.now())
    assert (told.acknowledged_by, told.acknowledgements_needed) == ("", 2)
    assert not told.HasField("acknowledged_until")
    company.taken_up("bob", "15:30")
    told = alert_message(company.alert(), "https://console.test", company.clock.now())
    assert [(each.actor, each.until) for each in told.acknowledgements] == [
        ("ann", stamp(at("16:26"))),
        ("bob", stamp(at("16:30"))),
    ]
    assert told.acknowledged_by == "bob"
    assert told.acknowledged_until == stamp(at("16:26"))
