"""The file of what benchmarks measured: figures against goals, and nothing else."""

from pathlib import Path
from typing import Any

import pytest

from tests.bench.results import GOALS, goals, peers, sections, with_section, write

SPAN = {"events": 2_000_000, "events_s": 91_234.5}
COSTS = {"peer_cpu_us": 9.44, "kafka_cpu_us": 0.42, "mongod_cpu_us": 1.9}
RUN: dict[str, Any] = {
    "peer": "tracker",
    "about": "all durable",
    "lasting": 0,
    "whole": SPAN | COSTS,
    "warm": {**SPAN, "events_s": 99_000.0} | COSTS,
    "peak_mb": 1_234.5,
    "loop_ms": 51.2,
    "load": 0.13,
    "versions": {"aiokafka": "0.14.0"},
}
RAN = {"on": "2026-01-02", "cores": 2, "lasting": 0, "servers": {"kafka": "4.3.1"}}
CONTENT = {"peers": {"tracker": RUN}, "failed": {}, "ran": RAN}


@pytest.mark.parametrize(
    ("key", "figure", "outcome"),
    [
        ("ratio_vs_kafka_streams", 1.5, "met"),
        ("ratio_vs_kafka_streams", 1.499, "missed"),
        ("ratio_vs_flink_rocksdb_1m_open", 1.0, "missed"),
        ("ratio_vs_flink_rocksdb_1m_open", 1.001, "met"),
        ("cpu_us_per_event", 13, "met"),
        ("cpu_us_per_event", 13.01, "missed"),
        ("mongo_round_trips_per_breach", 0.02, "met"),
        ("mongo_round_trips_per_breach", 0.021, "missed"),
    ],
)
def test_a_goal_is_met_up_to_its_limit(key: str, figure: float, outcome: str) -> None:
    rows = [each for each in goals({key: figure}).splitlines() if f"`{key}`" in each]
    assert [each.endswith(f"| {outcome} |  |") for each in rows] == [True]


def test_what_was_not_measured_has_no_row() -> None:
    assert len(goals({}).splitlines()) == 2
    assert not any(goal.key in goals({"recovery_s": 4}) for goal in GOALS if goal.key[0] != "r")
    assert "`due_to_verdict_p99_s` | <= 4 | 4 s | met |" in goals({"due_to_verdict_p99_s": 4})


def test_a_figure_without_a_goal_is_shown_and_called_neither_met_nor_missed() -> None:
    assert goals({"recovery_all_s": 0.25}).endswith("|  | `recovery_all_s` |  | 0.25 |  |  |\n")


@pytest.mark.parametrize(
    ("how", "outcome"),
    [("among 1,000,000 open", "met"), ("among 50,000 open", "not yet 1,000,000 open")],
)
def test_a_goal_is_met_only_among_as_many_as_it_is_about(how: str, outcome: str) -> None:
    told = {"recovery_s": 4, "promises": {"how": {"recovery_s": how}}}
    assert goals(told).endswith(f"| 4 s | {outcome} | {how} |\n")


def test_only_figures_have_a_row() -> None:
    assert goals(CONTENT) == goals({})


def test_each_run_of_the_peers_has_a_section_of_its_own() -> None:
    lasting: dict[str, Any] = {"peers_1m_open": {}, "failed_1m_open": {}}
    content = CONTENT | lasting | {"ran_1m_open": {**RAN, "lasting": 1_000_000}}
    assert list(sections(content)) == [
        "Goals",
        "Peers at the same work",
        "Peers at the same work, 1,000,000 promises open for days",
    ]


def test_a_peer_s_row_has_the_figures_that_count() -> None:
    assert "| tracker | all durable | 0 | 2,000,000 | 91,234 | 91,234 | 99,000 | 9.4 |" in peers(
        CONTENT
    )
    lasting = {"tracker": {**RUN, "lasting": 20_000}}
    assert "| 20,000 | 2,000,000 | 99,000 | 91,234 | 99,000 |" in peers(
        {"peers_20k_open": lasting, "failed_20k_open": {}, "ran_20k_open": RAN}, "_20k_open"
    )


def test_where_and_when_it_was_measured_is_said_and_what_failed() -> None:
    said = peers({**CONTENT, "failed": {"faust": "it ended\nTraceback"}})
    assert "Measured on 2026-01-02 on 2 cores, with kafka 4.3.1." in said
    assert "- tracker: aiokafka 0.14.0\n" in said
    assert "**faust failed**: it ended\n" in said


def test_a_section_takes_the_place_of_the_one_before_and_others_stay() -> None:
    text = with_section("# Title\n\n## A and more\n\nkept\n\n## A\n\nold\n", "A", "new")
    assert text == "# Title\n\n## A and more\n\nkept\n\n## A\n\nnew\n"
    assert with_section(text, "C", "last").endswith("new\n\n## C\n\nlast\n")


def test_writing_twice_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "RESULTS.md"
    write(file, CONTENT)
    once = file.read_text()
    assert once.startswith("# What the benchmarks measured\n\n## Goals\n")
    write(file, CONTENT)
    assert file.read_text() == once
