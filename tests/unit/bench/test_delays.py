"""From the heartbeat that made a verdict certain to the verdict, and how long events waited."""

import pytest

from services.shared.clock import SECOND
from services.tracker.core.promises import COMMIT_MARGIN
from tests.bench.peers.comparing import Disagreement
from tests.bench.peers.workload import Told
from tests.bench.promises.breaches import Seen
from tests.bench.promises.burst import Sample, oldest
from tests.bench.promises.company import Appended, Beat
from tests.bench.promises.delays import EVIDENCE_TOPIC, after_watermark, p99

DUE = 100 * SECOND
CERTAIN = DUE + COMMIT_MARGIN


def a_verdict(appended_at: int, partition: int = 0) -> Seen:
    return Seen(Told("order/1", "hand-over-parcel", "breached"), partition, DUE, appended_at)


def a_beat(through: int, appended_at: int, partition: int = 0, topic: str = EVIDENCE_TOPIC) -> Beat:
    return Beat(topic, partition, through, appended_at)


def test_the_first_heartbeat_that_names_the_deadline_and_its_margin_counts() -> None:
    early, needed = a_beat(CERTAIN - 1, CERTAIN + 5), a_beat(CERTAIN, CERTAIN + 10)
    later = a_beat(CERTAIN + 1, CERTAIN + 20)
    assert after_watermark([a_verdict(CERTAIN + 40)], [early, needed, later]) == [30]


def test_heartbeats_of_other_partitions_and_of_other_parties_do_not_count() -> None:
    others = [a_beat(CERTAIN, 1, partition=1), a_beat(CERTAIN, 2, topic="handoff.sales.v1")]
    needed = a_beat(CERTAIN, CERTAIN + 10)
    assert after_watermark([a_verdict(CERTAIN + 40)], [*others, needed]) == [30]


@pytest.mark.parametrize(
    "beats", [[], [a_beat(CERTAIN - 1, CERTAIN)], [a_beat(CERTAIN, CERTAIN + 41)]]
)
def test_a_verdict_before_its_last_heartbeat_is_no_verdict(beats: list[Beat]) -> None:
    with pytest.raises(Disagreement):
        after_watermark([a_verdict(CERTAIN + 40)], beats)


@pytest.mark.parametrize(("count", "expected"), [(1, 0), (100, 98), (101, 99), (200, 197)])
def test_p99_is_the_least_value_that_99_of_100_do_not_exceed(count: int, expected: int) -> None:
    assert p99([*range(count)][::-1]) == expected


def test_the_event_that_waits_longest_is_the_first_beyond_a_committed_position() -> None:
    appended = [
        Appended("t", 0, 0, 10, at=100),
        Appended("t", 0, 10, 20, at=200),
        Appended("t", 1, 0, 5, at=150),
        Appended("t", 0, 20, 30, at=400),
    ]
    samples = [
        Sample(300, {("t", 0): 10, ("t", 1): 5}),
        Sample(300, {("t", 0): 9, ("t", 1): 5}),
        Sample(300, {("t", 0): 20, ("t", 1): 5}),
        Sample(300, {("t", 0): 20}),
    ]
    assert oldest(samples, appended) == [100, 200, 0, 150]
