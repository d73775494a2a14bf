"""The stories of `handoff demo --story`, each in one process, and what is wrong with wrong ones."""

from dataclasses import replace

import pytest

from services.alerts.domain.promise import Condition, Resolution
from services.shared.clock import SECOND
from services.simulator.stories.catalogue import STORIES, script_of
from services.simulator.stories.judging import Difference, Other
from services.simulator.stories.playing import play
from services.simulator.stories.script import Notice, Script
from tests.stories.controls import finance_acts_in_time
from tests.stories.stage import OneProcess


@pytest.mark.parametrize("name", STORIES)
def test_people_hear_what_the_story_says_and_nothing_else(name: str) -> None:
    assert play(script_of(name), OneProcess()) == Difference()


def test_all_stories_one_after_the_other_are_told_as_each_alone() -> None:
    stage = OneProcess()
    assert [play(script_of(name), stage) for name in STORIES] == [Difference()] * len(STORIES)


def test_of_a_department_that_acts_in_time_the_notice_is_missing() -> None:
    story = finance_acts_in_time()
    assert play(story, OneProcess()) == Difference(missing=story.expected)


def test_what_nobody_expected_is_found_whenever_it_comes() -> None:
    story = script_of("approval-delayed")
    found = play(replace(story, expected=()), OneProcess())
    assert found.unexpected
    assert not found.missing


@pytest.mark.parametrize("off", [-3_600, -1, 1, 3_600])
@pytest.mark.parametrize("name", ["approval-delayed", "billing-mismatch", "silent-department"])
def test_a_second_too_early_or_too_late_is_another_moment(name: str, off: int) -> None:
    story = script_of(name)
    first = story.expected[0]
    moved = replace(first, at=first.at + off * SECOND)
    (other,) = play(expecting(story, moved), OneProcess()).other
    assert other.expected == moved
    assert replace(other.came, at=first.at) == first
    assert (other.came.at > moved.at) == (off < 0)


def test_another_next_step_is_told_beside_the_one_that_was_expected() -> None:
    story = script_of("billing-mismatch")
    moved = replace(story.expected[0], next_step="Send it all the same.")
    found = play(expecting(story, moved), OneProcess())
    assert found == Difference(other=(Other(moved, story.expected[0]),))


def test_a_department_that_is_silent_for_good_is_never_called_late() -> None:
    story = script_of("silent-department")
    never = [each for each in story.happens if each.at < story.expected[1].at]
    found = play(replace(story, happens=tuple(never)), OneProcess())
    assert [notice.resolution for notice in found.missing] == [Resolution.KEPT]
    said = {(notice.promise.agreement, notice.condition) for notice in found.unexpected}
    assert ("deliver-order", Condition.BREACHED) in said
    assert ("approve-payment", Condition.BREACHED) not in said


def expecting(story: Script, first: Notice) -> Script:
    """The same with another first notice."""
    return replace(story, expected=(first, *story.expected[1:]))
