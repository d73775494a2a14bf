"""Who is on call, as people are answered over gRPC."""

import itertools
from pathlib import Path

import pytest
from handoff.v1 import alerts_pb2

from services.alerts.on_call_answers import DAYS_LIMIT, on_call_answer
from services.shared.errors import Refused
from services.shared.zones import DAY
from tests.alerting import at

SCHEDULE = """
schedules:
  - schedule: desk
    zone: Europe/Berlin
    rotations:
      - rotation: office
        people: [anna, ben]
        shift: 1 day
        hand_over: "09:00"
        starts: 2026-01-01
        only: [monday 09:00 - friday 17:00]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "schedules.yaml"
    path.write_text(SCHEDULE)
    return path


def turns(file: Path, days: int) -> list[alerts_pb2.Turn]:
    (desk,) = on_call_answer(file, days, at("12:00")).schedules
    assert (desk.schedule, desk.zone) == ("desk", "Europe/Berlin")
    return list(desk.turns)


def test_turns_follow_each_other_without_a_hole(file: Path) -> None:
    told = turns(file, DAYS_LIMIT)
    assert told[0].starts_at.ToMicroseconds() == at("12:00")
    for before, after in itertools.pairwise(told):
        assert before.ends_at == after.starts_at
        assert before.person != after.person
    assert {each.person for each in told} == {"anna", "ben", ""}


def test_the_turn_that_goes_on_after_the_period_has_no_end(file: Path) -> None:
    told = turns(file, 1)
    assert [each.HasField("ends_at") for each in told] == [True] * (len(told) - 1) + [False]
    assert told[-1].starts_at.ToMicroseconds() < at("12:00") + DAY


def test_without_a_file_there_is_no_schedule() -> None:
    assert not on_call_answer(None, 0, at("12:00")).schedules


def test_a_wrong_file_is_told_to_whoever_asks(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot be read"):
        on_call_answer(tmp_path / "none.yaml", 1, at("12:00"))


@pytest.mark.parametrize("days", [-1, DAYS_LIMIT + 1])
def test_a_period_has_a_longest_length(file: Path, days: int) -> None:
    with pytest.raises(Refused, match="give 0 to 31"):
        on_call_answer(file, days, at("12:00"))
