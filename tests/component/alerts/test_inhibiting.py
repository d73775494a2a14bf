"""A broken promise to the customer and its parts, on a timeline: one page, and nothing is lost."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import pytest

from services.alerts.actions import begin_silence
from services.alerts.domain.alert import Reason, State
from services.alerts.domain.decisions import decide
from services.alerts.domain.inhibition import LOOK_AGAIN_AFTER, inhibiting
from services.alerts.domain.matching import Matcher
from services.alerts.domain.promise import End, Promise, Resolution, Word
from services.alerts.domain.silences import Silence
from services.alerts.handlers import hear
from services.shared.clock import SECOND
from tests.alerting import a_promise, at, breached, ended, key, returned, unknown, warned
from tests.component.alerts.on_call import BOSS, FIRST, LEAD, OnCall

FIRST_NOTICE, ESCALATED, WORSENED = Reason.FIRST_NOTICE, Reason.ESCALATED, Reason.WORSENED
RESOLVED, INHIBITED = Reason.RESOLVED, Reason.INHIBITED
OUTER = a_promise(agreement="deliver-order", owed_to="customer", customer_visible_by=None)
INNER = a_promise(serves="deliver-order")
OTHER = a_promise(agreement="approve-payment", serves="deliver-order")
NAMES = {key(OUTER): "outer", key(INNER): "inner", key(OTHER): "other"}


class Company(OnCall):
    """Told apart by alert: what each on call has heard of the outer promise and its parts."""

    def told(self, time: str) -> Mapping[str, list[tuple[str, Reason]]]:
        heard: dict[str, list[tuple[str, Reason]]] = {}
        self.clock.set(at(time))
        while self.wake():
            pass
        self.deliver()
        for name, one in self.people.items():
            if one.got:
                heard[name] = [(NAMES[each.alert.key], each.reason) for each in one.got]
            one.got.clear()
        return heard


@pytest.fixture
def company() -> Company:
    """At 15:25 the first one has heard that the customer's promise is broken."""
    company = Company()
    company.hear(breached(3, OUTER))
    assert company.told("15:25") == {FIRST: [("outer", FIRST_NOTICE)]}
    return company


def test_what_breaks_beneath_a_broken_promise_is_kept_and_not_told(company: Company) -> None:
    company.hear(breached(3, INNER), warned(2, OTHER))
    assert company.heard[-1] is Reason.REPEATED
    assert company.told("15:39:59") == {}
    assert company.told("15:40") == {LEAD: [("outer", ESCALATED)]}
    assert company.told("23:59") == {BOSS: [("outer", ESCALATED)]}
    assert company.alert(key(INNER)).held is INHIBITED
    assert company.alert(key(INNER)).end is None
    assert key(OUTER) in (company.alert(key(INNER)).snooze or pytest.fail("not held")).reason


def test_the_reason_of_the_decision_says_so(company: Company) -> None:
    decision = hear(breached(3, INNER), company.desk, company.clock.now())
    assert (decision.reason, decision.notices) == (INHIBITED, ())


def test_what_was_told_before_the_outer_promise_broke_stays_told_and_climbs_on() -> None:
    company = Company()
    company.hear(breached(3, INNER))
    assert company.told("15:25") == {FIRST: [("inner", FIRST_NOTICE)]}
    company.told("15:30")
    company.hear(breached(3, OUTER))
    assert company.told("15:30") == {FIRST: [("outer", FIRST_NOTICE)]}
    assert company.told("15:40") == {LEAD: [("inner", ESCALATED)]}
    company.hear(ended(Resolution.KEPT_LATE, promise=INNER))
    assert company.told("15:41") == {FIRST: [("inner", RESOLVED)], LEAD: [("inner", RESOLVED)]}


def test_what_was_warned_of_before_is_told_when_it_breaks_too() -> None:
    company = Company()
    company.hear(warned(2, INNER))
    assert company.told("15:25") == {FIRST: [("inner", FIRST_NOTICE)]}
    company.hear(breached(3, OUTER), breached(3, INNER))
    told = [("outer", FIRST_NOTICE), ("inner", WORSENED)]
    assert sorted(company.told("15:26")[FIRST]) == sorted(told)


@pytest.mark.parametrize(
    "over",
    [
        ended(Resolution.KEPT_LATE, promise=OUTER),
        ended(Resolution.WITHDRAWN, promise=OUTER),
        warned(4, replace(OUTER, due_by=at("18:00"))),
        unknown(4, OUTER),
    ],
    ids=["kept_late", "withdrawn", "moved", "eased"],
)
def test_when_the_outer_promise_is_not_broken_any_more_what_stands_is_told(
    company: Company, over: Word
) -> None:
    company.hear(breached(3, INNER))
    assert company.told("15:30") == {}
    NAMES[key(over.promise)] = "outer"
    company.hear(over)
    told = company.told("15:31")[FIRST]
    assert told.count(("inner", FIRST_NOTICE)) == 1
    assert {name for name, _ in told} == {"inner", "outer"}
    assert company.alert(key(INNER)).state is State.OPEN
    assert "inner" not in str(company.told("15:44:59"))
    assert ("inner", ESCALATED) in company.told("15:45")[LEAD], "it climbs from here on"


def test_what_ended_beneath_it_is_never_told(company: Company) -> None:
    company.hear(breached(3, INNER))
    decision = hear(ended(promise=INNER), company.desk, company.clock.now())
    assert (decision.reason, decision.notices) == (RESOLVED, ())
    company.hear(ended(Resolution.KEPT_LATE, promise=OUTER))
    assert company.told("15:31") == {FIRST: [("outer", RESOLVED)]}


def test_an_end_that_is_missed_is_noticed_when_somebody_looks_again(company: Company) -> None:
    """The process died between the outer promise's end and what is beneath it."""
    company.hear(breached(3, INNER))
    held = company.alert(key(INNER)).snooze
    assert held is not None
    assert held.until == at("15:25") + LOOK_AGAIN_AFTER == at("15:35")
    over = ended(Resolution.KEPT_LATE, promise=OUTER)
    company.store.change(OUTER.promise_id, partial(decide, word=over, now=at("15:26")))
    assert company.told("15:34:59") == {}
    assert company.told("15:35") == {FIRST: [("inner", FIRST_NOTICE)]}


def test_a_verdict_that_comes_again_makes_good_what_was_missed(company: Company) -> None:
    company.hear(breached(3, INNER))
    over = ended(Resolution.KEPT_LATE, promise=OUTER)
    company.store.change(OUTER.promise_id, partial(decide, word=over, now=at("15:26")))
    company.hear(over)
    assert company.told("15:26") == {FIRST: [("inner", FIRST_NOTICE)]}


@pytest.mark.parametrize("word", [returned(3, INNER), unknown(3, INNER)])
def test_where_somebody_has_to_do_something_else_it_is_told(company: Company, word: Word) -> None:
    company.hear(word)
    assert company.told("15:26") == {FIRST: [("inner", FIRST_NOTICE)]}


@pytest.mark.parametrize(
    "promise",
    [
        replace(INNER, serves=""),
        replace(INNER, serves="another-promise"),
        replace(INNER, subject="order/4712"),
    ],
    ids=["serves nothing", "serves another", "another subject"],
)
def test_what_is_no_part_of_it_is_told(company: Company, promise: Promise) -> None:
    company.hear(breached(3, promise))
    assert company.told("15:26") == {FIRST: [("inner", FIRST_NOTICE)]}


@pytest.mark.parametrize("word", [warned(2, OUTER), unknown(2, OUTER)])
def test_an_outer_promise_that_is_not_broken_keeps_nothing_back(word: Word) -> None:
    company = Company()
    company.hear(word, breached(3, INNER))
    told = [("outer", FIRST_NOTICE), ("inner", FIRST_NOTICE)]
    assert sorted(company.told("15:26")[FIRST]) == sorted(told)


def test_an_outer_promise_that_nobody_hears_of_keeps_nothing_back() -> None:
    company = Company()
    wanted = Matcher(agreements=frozenset({"deliver-order"}))
    silence = Silence("s1", wanted, at("15:00"), at("18:00"), "ann", "known")
    begin_silence(silence, company.desk, company.clock.now())
    company.hear(breached(3, OUTER), breached(3, INNER))
    assert company.told("15:26") == {FIRST: [("inner", FIRST_NOTICE)]}


def test_a_part_of_a_part_is_kept_back_with_it(company: Company) -> None:
    part = replace(OTHER, serves=INNER.agreement)
    company.hear(breached(3, INNER), breached(3, part))
    assert company.told("15:26") == {}
    assert company.alert(key(part)).held is INHIBITED


def test_what_was_over_and_comes_again_beneath_it_ends_without_a_word() -> None:
    company = Company()
    company.hear(breached(3, INNER), ended(promise=INNER, revision=4))
    company.told("15:25")
    company.told("15:40")
    company.hear(breached(3, OUTER), breached(5, INNER))
    assert company.told("15:40") == {FIRST: [("outer", FIRST_NOTICE)]}
    assert "inner" not in str(company.told("15:55")), "it was looked at again meanwhile"
    company.hear(ended(promise=INNER, revision=6))
    assert "inner" not in str(company.told("15:56"))


def test_it_is_held_through_many_looks_and_told_once(company: Company) -> None:
    company.hear(breached(3, INNER))
    for minute in range(26, 60):
        assert "inner" not in str(company.told(f"15:{minute}"))
    company.hear(ended(Resolution.KEPT_LATE, promise=OUTER))
    assert str(company.told("16:00")).count("inner") == 1
    assert LOOK_AGAIN_AFTER < 34 * 60 * SECOND


def test_only_what_stands_about_the_same_subject_keeps_it_back(company: Company) -> None:
    outer = company.alert(key(OUTER))
    inner = replace(outer, promise=INNER)
    elsewhere = replace(outer, promise=replace(OUTER, subject="order/4712"))
    over = replace(outer, end=End(Resolution.KEPT_LATE, at("15:25")))
    assert inhibiting(None, inner, [elsewhere, over, outer]) == outer
    assert inhibiting(None, inner, [elsewhere, over]) is None
