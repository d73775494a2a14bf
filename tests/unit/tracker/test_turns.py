"""Of the partitions that are far behind one is read at a time; all others are read all the time."""

from dataclasses import dataclass
from typing import cast

from aiokafka import TopicPartition

from services.shared.clock import SECOND, Instant
from services.tracker.handlers import Partition
from services.tracker.ingest.committing import COMMIT_EVERY_S
from services.tracker.ingest.gate import Held
from services.tracker.ingest.turns import FAR_BEHIND, Turns

NOW: Instant = 3_600 * SECOND


@dataclass
class _Nothing:
    """A partition that nobody asks for anything."""


def held(*behind_by: Instant) -> dict[int, Held]:
    partition = cast("Partition", _Nothing())
    return {
        number: Held(partition, caught_up_at=NOW - each) for number, each in enumerate(behind_by)
    }


def waiting(turns: Turns, held: dict[int, Held], at_s: float, *numbers: int) -> set[int]:
    """Those that wait at `at_s`, where these have something to read."""
    places = [TopicPartition("handoff.sales.v1", each) for each in numbers or held]
    return set(turns.waiting(places, held, NOW, at_s))


def test_a_partition_waits_only_from_so_far_behind_on() -> None:
    assert waiting(Turns(), held(FAR_BEHIND - 1, FAR_BEHIND - 1), 5.0) == set()
    assert waiting(Turns(), held(FAR_BEHIND, FAR_BEHIND - 1, FAR_BEHIND), 5.0) == {2}


def test_each_has_its_turn_for_as_long_as_a_commit_waits() -> None:
    turns, three = Turns(), held(FAR_BEHIND, FAR_BEHIND, FAR_BEHIND)
    assert waiting(turns, three, 5.0) == {1, 2}
    assert waiting(turns, three, 5.0 + COMMIT_EVERY_S - 0.001) == {1, 2}
    assert waiting(turns, three, 5.0 + COMMIT_EVERY_S) == {0, 2}
    assert waiting(turns, three, 5.0 + 2 * COMMIT_EVERY_S) == {0, 1}
    assert waiting(turns, three, 5.0 + 3 * COMMIT_EVERY_S) == {1, 2}


def test_a_turn_ends_when_there_is_nothing_more_to_read() -> None:
    turns, three = Turns(), held(FAR_BEHIND, FAR_BEHIND, FAR_BEHIND)
    assert waiting(turns, three, 5.0) == {1, 2}
    assert waiting(turns, three, 5.1, 1, 2) == {2}


def test_the_wait_for_the_next_commit_begins_with_the_turn() -> None:
    turns, two = Turns(), held(FAR_BEHIND, FAR_BEHIND)
    waiting(turns, two, 5.0)
    waiting(turns, two, 5.5)
    assert [each.waits_since_s for each in two.values()] == [5.0, 0.0]
