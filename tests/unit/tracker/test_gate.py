"""What a tracker takes of the records that it reads, and when it has read all that there was."""

from dataclasses import dataclass

import pytest

from services.tracker.core.table import LOOKS_LIMIT
from services.tracker.ingest.gate import Held
from tests.tracking import START, MemoryTrackerStore, a_partition

TOPIC = "handoff.sales.v1"


@dataclass(frozen=True)
class At:
    offset: int


@pytest.fixture
def held() -> Held:
    """A partition that was folded up to offset 10."""
    partition = a_partition(MemoryTrackerStore())
    partition.positions[TOPIC] = 10
    return Held(partition)


def at(*offsets: int) -> list[At]:
    return [At(offset) for offset in offsets]


def test_what_lies_before_the_position_is_not_read_again(held: Held) -> None:
    assert held.continuing(TOPIC, at(8, 9)) == []
    assert held.continuing(TOPIC, at(9, 10, 11)) == at(10, 11)


def test_records_beyond_the_position_are_not_taken_before_those_at_it(held: Held) -> None:
    assert held.continuing(TOPIC, at(11, 12)) is None
    assert held.continuing(TOPIC, at(10, 11)) == at(10, 11)


def test_a_gap_that_the_log_itself_has_holds_up_nothing(held: Held) -> None:
    assert held.continuing(TOPIC, at(11)) is None
    assert held.continuing(TOPIC, at(11)) == at(11)


def test_a_topic_that_was_never_read_begins_at_its_first_record(held: Held) -> None:
    assert held.continuing("handoff.finance.v1", at(0, 1)) == at(0, 1)


@pytest.mark.parametrize(("folded", "caught_up_at"), [(11, 0), (12, START), (13, START)])
def test_it_is_caught_up_when_all_that_was_there_is_folded(
    held: Held, folded: int, caught_up_at: int
) -> None:
    held.asked(START, {TOPIC: 12, "handoff.finance.v1": 0})
    held.partition.positions[TOPIC] = folded
    held.caught_up()
    assert held.caught_up_at == caught_up_at


@pytest.mark.parametrize(("concluded", "room"), [(0, LOOKS_LIMIT), (1, LOOKS_LIMIT - 1)])
def test_only_so_much_is_concluded_before_the_next_commit(
    held: Held, concluded: int, room: int
) -> None:
    held.concluded = concluded
    assert held.room == room


@pytest.mark.parametrize("beyond", [0, 1])
def test_whoever_concluded_that_much_waits(held: Held, beyond: int) -> None:
    held.concluded = LOOKS_LIMIT + beyond  # one look may bring two verdicts
    assert held.room == 0
