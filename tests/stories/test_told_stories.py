"""The stories of `handoff demo --story`, each in one process."""

import pytest

from services.simulator.stories.catalogue import STORIES, script_of
from services.simulator.stories.judging import Difference
from services.simulator.stories.playing import play
from tests.stories.stage import OneProcess


@pytest.mark.parametrize("name", STORIES)
def test_people_hear_what_the_story_says_and_nothing_else(name: str) -> None:
    assert play(script_of(name), OneProcess()) == Difference()


def test_all_stories_one_after_the_other_are_told_as_each_alone() -> None:
    stage = OneProcess()
    assert [play(script_of(name), stage) for name in STORIES] == [Difference()] * len(STORIES)
