"""The simulated company: the same seed the same week, legal acts, and failures on purpose."""

from collections import Counter
from datetime import timedelta
from itertools import islice

import pytest

from services.insights.replay import Outcome, PromiseRow, replay
from services.shared.clock import to_instant
from services.simulator.acts import Command, command_of, subject_of
from services.simulator.company import (
    DECK,
    MISBEHAVIOURS,
    STARTS_AT,
    Act,
    Course,
    Plan,
    Step,
    consequences,
    purchases,
)
from services.tracker.agreement_files import load_folder, shipped
from tests.simulating import WEEK, history

HOUR = timedelta(hours=1)


def acts_of(seed: int, length: timedelta = WEEK) -> list[Act]:
    """A week of a company in which all that is planned is done."""
    plan, acts = Plan(seed), []
    while due := plan.due(STARTS_AT + length):
        acts += due
        for act in due:
            plan.carried_out(act)
    return acts


def said(seed: int) -> list[Command]:
    return [command_of(act) for act in acts_of(seed)]


def promises_of(seed: int) -> list[PromiseRow]:
    agreements = load_folder(shipped("default")).active(0)
    return list(replay(history(seed), agreements, to_instant(STARTS_AT + WEEK)).rows)


def course_of(seed: int) -> dict[str, Course]:
    """How each order goes, by the subjects that tell of it."""
    return {subject_of(act): act.purchase.course for act in acts_of(seed)}


def test_the_same_seed_gives_the_same_commands_and_another_gives_others() -> None:
    assert said(7) == said(7)
    assert said(7) != said(8)


def test_every_command_has_a_key_of_its_own() -> None:
    keys = [command.context.idempotency_key for command in said(1)]
    assert len(keys) > 900
    assert len(set(keys)) == len(keys)


def test_a_deck_of_orders_has_each_misbehaviour_once_and_a_forgotten_approval_early() -> None:
    for seed in range(5):
        courses = [each.course for each in islice(purchases(seed), 3 * len(DECK))]
        for begin in range(0, len(courses), len(DECK)):
            deck = courses[begin : begin + len(DECK)]
            assert Counter(deck) == Counter(DECK)
            assert Course.APPROVAL_FORGOTTEN in deck[:3]


def test_a_plan_gives_acts_when_they_are_due_and_only_once() -> None:
    plan = Plan(1)
    first = plan.due(STARTS_AT + HOUR)
    assert {act.step for act in first} == {Step.PLACE}
    assert all(STARTS_AT < act.at <= STARTS_AT + HOUR for act in first)
    assert plan.due(STARTS_AT + HOUR) == []


def test_nothing_follows_from_what_was_not_carried_out() -> None:
    plan = Plan(1)
    acts = plan.due(STARTS_AT + WEEK)
    assert {act.step for act in acts} == {Step.PLACE}
    plan.carried_out(acts[0])
    assert [act.number for act in plan.due(STARTS_AT + WEEK)] == [acts[0].number] * len(
        [act for act in consequences(acts[0]) if act.at <= STARTS_AT + WEEK]
    )


@pytest.mark.parametrize("seed", range(5))
def test_every_act_is_legal_by_the_departments_own_rules(seed: int) -> None:
    told = list(history(seed))
    assert len(told) == len(acts_of(seed))


@pytest.mark.parametrize("seed", range(3))
def test_most_promises_are_kept_and_each_department_breaks_some(seed: int) -> None:
    outcomes = Counter(row.outcome for row in promises_of(seed))
    broken = {row.agreement for row in promises_of(seed) if row.outcome is Outcome.KEPT_LATE}
    settled = outcomes.total() - outcomes[Outcome.OPEN]
    assert outcomes[Outcome.KEPT] / settled > 0.8
    assert broken >= {"approve-payment", "ship-paid-order", "answer-email"}
    assert outcomes[Outcome.CANCELLED] > 0


def test_only_those_orders_fail_that_are_to_fail_and_each_in_its_own_way() -> None:
    fails: dict[Course, set[str]] = {course: set() for course in Course}
    for seed in range(4):
        courses = course_of(seed)
        for row in promises_of(seed):
            if row.outcome in (Outcome.KEPT_LATE, Outcome.BREACHED):
                fails[courses[row.subject]].add(row.agreement)
    assert fails[Course.APPROVAL_FORGOTTEN] == {"approve-payment"}
    assert fails[Course.STOCK_MISSING] == {"ship-paid-order"}
    assert fails[Course.PARCEL_LATE] == {"deliver-order"}
    assert fails[Course.REFUND_NEGLECTED] >= {"approve-refund"}
    assert fails[Course.CASE_UNANSWERED] == {"answer-email"}
    assert not any(fails[course] for course in set(Course) - set(MISBEHAVIOURS))


@pytest.mark.parametrize("seed", range(3))
def test_departments_that_only_fail_in_time_tell_the_same_of_every_order(seed: int) -> None:
    agreements = load_folder(shipped("default")).active(0)
    found = replay(history(seed), agreements, to_instant(STARTS_AT + WEEK)).findings
    assert found == ()
