"""What was used between two moments, and what a run says of it."""

import json
from pathlib import Path

import pytest

from tests.bench.peers.figures import Measured, Span
from tests.bench.peers.measuring import Sample, Samples
from tests.bench.peers.report import ending, ratios, write
from tests.bench.peers.tracker import Reading

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
        a_run("flink-heap", seconds=5, warm_s=2),
        a_run("faust", seconds=40),
    ]
    assert ratios(runs) == {
        "ratio_vs_flink_heap": 0.5,
        "warm_ratio_vs_flink_heap": 0.4,
        "ratio_vs_faust": 4.0,
        "warm_ratio_vs_faust": 4.0,
    }


def test_while_promises_stay_open_only_what_comes_after_the_mark_counts() -> None:
    runs = [
        a_run("tracker", seconds=10, warm_s=2, lasting=20_000),
        a_run("flink-heap", seconds=5, warm_s=4, lasting=20_000),
    ]
    assert ratios(runs) == {"ratio_vs_flink_heap_20k_open": 2.0}


def test_a_peer_with_fewer_promises_open_is_not_held_against_us() -> None:
    runs = [a_run("tracker", 10, lasting=1_000_000), a_run("faust", 40, lasting=50_000)]
    assert ratios(runs) == {}


def test_a_run_without_us_gives_no_ratio() -> None:
    assert ratios([a_run("faust", seconds=40)]) == {}


@pytest.mark.parametrize(
    ("lasting", "end"),
    [(0, ""), (1, "_1_open"), (999, "_999_open"), (20_000, "_20k_open"), (2_000_000, "_2m_open")],
)
def test_a_run_s_keys_end_in_how_many_promises_stay_open(lasting: int, end: str) -> None:
    assert ending(lasting) == end


def test_what_others_wrote_stays_and_figures_of_an_earlier_run_go(tmp_path: Path) -> None:
    file = tmp_path / "tracker.json"
    file.write_text(json.dumps({"recovery_s": 7, "ratio_vs_bytewax": 3, "cpu_us_per_event": 1}))
    write([a_run("faust", seconds=40)], {"bytewax": "it ended"}, {"on": "2026-01-02"}, 0, file)
    written = json.loads(file.read_text())
    assert written.keys() == {"recovery_s", "peers", "failed", "ran"}
    assert written["peers"]["faust"]["events_s"] == 25
    assert written["failed"] == {"bytewax": "it ended"}


def test_a_run_with_promises_that_stay_open_leaves_the_figures_of_one_without(
    tmp_path: Path,
) -> None:
    file = tmp_path / "tracker.json"
    usual = [a_run("tracker", seconds=10), a_run("faust", seconds=40)]
    write(usual, {}, {}, 0, file)
    before = json.loads(file.read_text())
    write([a_run("tracker", seconds=10, lasting=1_000_000)], {}, {}, 1_000_000, file)
    after = json.loads(file.read_text())
    assert before.items() <= after.items()
    assert after.keys() - before.keys() == {
        "peers_1m_open",
        "failed_1m_open",
        "ran_1m_open",
        "cpu_us_per_event_1m_open",
    }
    write(usual, {}, {}, 0, file)
    assert json.loads(file.read_text()) == after


def test_our_processor_time_an_event_is_written_beside_the_ratios(tmp_path: Path) -> None:
    file = tmp_path / "tracker.json"
    write([a_run("tracker", seconds=10), a_run("faust", seconds=40)], {}, {}, 0, file)
    written = json.loads(file.read_text())
    assert (written["cpu_us_per_event"], written["ratio_vs_faust"]) == (2_000, 4)


def test_between_two_answers_as_many_records_are_read_each_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, answers = iter([100.0, 100.2, 101.0, 103.0]), iter([10, 40, 140])
    monkeypatch.setattr("tests.bench.peers.tracker.time.time", lambda: next(now))
    reading = Reading(90, lambda: next(answers))
    assert [reading.passed() for _ in range(4)] == [None, None, None, 102.0]
    assert next(answers, None) is None, "at 100.2 nobody was asked"


def test_a_mark_that_the_first_answer_has_passed_is_passed_by_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tests.bench.peers.tracker.time.time", lambda: 100.0)
    assert Reading(90, lambda: 95).passed() == 100.0


def test_while_nobody_answers_no_mark_is_passed() -> None:
    def refuse() -> int:
        raise ConnectionRefusedError

    assert Reading(90, refuse).passed() is None


def a_run(peer: str, seconds: float, warm_s: float | None = None, lasting: int = 0) -> Measured:
    """A thousand events, of which each took the peer two milliseconds of processor; with as many
    events after the mark as before.
    """
    verdicts, versions = {"breached": 100}, {"python": "3.11"}
    whole = Span(1_000, seconds, 2.0, 1.0, 0.5)
    warm = Span(500, warm_s or seconds / 2, 1.0, 0.5, 0.25)
    told = (80.0, 51.0, 0.1, verdicts, versions)
    return Measured(peer, "as it is", lasting, 1.0, whole, warm, *told)
