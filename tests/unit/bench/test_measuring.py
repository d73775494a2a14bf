"""What was used between two moments, and what a run says of it."""

import json
from pathlib import Path

import pytest

from tests.bench.peers.measured import Measured
from tests.bench.peers.measuring import Sample, Samples
from tests.bench.peers.report import ratios, write

SAMPLES = Samples(
    [
        Sample(10.0, {"peer": 1.0}, {"peer": 500}),
        Sample(12.0, {"peer": 2.0}, {"peer": 900}),
        Sample(14.0, {"peer": 5.0}, {"peer": 700}),
    ]
)


@pytest.mark.parametrize(
    ("start", "end", "cpu_s"),
    [(10, 14, 4.0), (10, 12, 1.0), (11, 13, 2.0), (12, 12, 0.0), (8, 20, 4.0)],
)
def test_processor_time_between_two_samples_grows_evenly(
    start: float, end: float, cpu_s: float
) -> None:
    assert SAMPLES.cpu_s("peer", start, end) == pytest.approx(cpu_s)


def test_the_most_memory_of_all_samples_counts() -> None:
    assert SAMPLES.peak("peer") == 900


def test_we_are_held_against_each_other_peer_by_events_a_second() -> None:
    runs = [
        a_run("tracker", seconds=10),
        a_run("flink-heap", seconds=5),
        a_run("faust", seconds=40),
    ]
    assert ratios(runs) == {"ratio_vs_flink_heap": 0.5, "ratio_vs_faust": 4.0}


def test_a_run_without_us_gives_no_ratio() -> None:
    assert ratios([a_run("faust", seconds=40)]) == {}


def test_what_others_wrote_stays_and_figures_of_an_earlier_run_go(tmp_path: Path) -> None:
    file = tmp_path / "tracker.json"
    file.write_text(json.dumps({"recovery_s": 7, "ratio_vs_bytewax": 3, "cpu_us_per_event": 1}))
    write([a_run("faust", seconds=40)], {"bytewax": "it ended"}, file)
    written = json.loads(file.read_text())
    assert written.keys() == {"recovery_s", "peers", "failed"}
    assert written["peers"]["faust"]["events_s"] == 25
    assert written["failed"] == {"bytewax": "it ended"}


def test_our_processor_time_an_event_is_written_beside_the_ratios(tmp_path: Path) -> None:
    file = tmp_path / "tracker.json"
    write([a_run("tracker", seconds=10), a_run("faust", seconds=40)], {}, file)
    written = json.loads(file.read_text())
    assert (written["cpu_us_per_event"], written["ratio_vs_faust"]) == (2_000, 4)


def a_run(peer: str, seconds: float) -> Measured:
    """A thousand events, of which each took the peer two milliseconds of processor."""
    verdicts, versions = {"breached": 100}, {"python": "3.11"}
    used = (2.0, 1.0, 0.5, 80.0, 51.0, 0.1)
    return Measured(peer, "as it is", 1_000, 1.0, seconds, *used, verdicts, versions)
