"""How much of the last days is read: whole partitions, as many as the limits allow."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from services.cli.past import Known, by_partition, fitting, gather
from services.shared.bus import Received

PLACES = {
    ("sales", 0): (10, 13),
    ("sales", 1): (0, 4),
    ("finance", 0): (5, 7),
    ("finance", 1): (2, 2),
}


def test_a_partition_is_read_of_all_topics_together() -> None:
    first, second = by_partition(PLACES)
    assert first == {("sales", 0): (10, 13), ("finance", 0): (5, 7)}
    assert second == {("sales", 1): (0, 4), ("finance", 1): (2, 2)}


@pytest.mark.parametrize(("limit", "whole"), [(4, 0), (5, 1), (8, 1), (9, 2)])
def test_as_many_partitions_are_read_as_hold_no_more_records_than_allowed(
    limit: int, whole: int
) -> None:
    parts = by_partition(PLACES)
    assert fitting(parts, limit) == parts[:whole]


@pytest.mark.parametrize(("limit", "kept"), [(1, 0), (2, 2), (4, 2), (5, 5)])
def test_a_partition_with_too_many_events_is_left_out_whole(limit: int, kept: int) -> None:
    parts = [some([1], [2]), some([3], [4, 5])]
    gathered, whole = asyncio.run(gather(parts, limit))
    assert [at for at, _ in gathered] == [1, 2, 3, 4, 5][:kept]
    assert whole == {0: 0, 2: 1, 5: 2}[kept]


async def some(*batches: list[int]) -> AsyncIterator[Sequence[Known]]:
    for batch in batches:
        yield [(at, Received("sales", 0, at, b"", b"", (), at)) for at in batch]
