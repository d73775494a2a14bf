"""The results file: a row a seed, whatever came of it, and controls apart."""

from pathlib import Path

import pytest

from tests.storm import results
from tests.storm.checker import check
from tests.storm.controls import Control
from tests.storm.report import cut_off
from tests.storm.results import Run, write
from tests.storm.test_checker import FOUND, HISTORY


def test_each_seed_has_a_row_and_each_control_what_it_has_to_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "FILE", tmp_path / "RESULTS.md")
    well = Run(check(HISTORY, FOUND), Control.NONE, 90.0)
    lost = Run(cut_off(8, "KeyError('x')"), Control.NONE, 3.0)
    blind = Run(check(HISTORY, FOUND), Control.NO_GUARD, 91.0)
    write([well, lost, blind], "2026-01-02")
    lines = (tmp_path / "RESULTS.md").read_text().splitlines()
    assert "| 7 | ok | 4 | 2 | 1 | 1.5 | 0.0 | 90 |" in lines
    assert any(
        line.startswith("| 8 | still waiting for its end, cut off by KeyE") for line in lines
    )
    assert "| no-guard | partitions set back | 0 | ok |" in lines
    tables = [line.count("|") for line in lines if line.startswith("|")]
    assert tables[:4] == [9] * 4


def test_a_control_that_shows_nothing_is_not_as_it_should_be() -> None:
    assert not Run(check(HISTORY, FOUND), Control.NAIVE_CLOCK, 1.0).as_it_should
    assert Run(check(HISTORY, FOUND), Control.NONE, 1.0).as_it_should
    assert not Run(cut_off(8, "x"), Control.NONE, 1.0).as_it_should
