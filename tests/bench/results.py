"""What benchmarks measured, as a file for people: sections, each written by who measured it.

All figures of a run stand in one file of JSON, whoever measured them; those that have a goal are
held against it. Nothing is said that was not measured. Pure, but for `write`.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tests.markdown import table

TITLE = "# What the benchmarks measured"
RAN = re.compile(r"ran(_\d+[km]?_open)?")


class Goal(NamedTuple):
    """`met` where the figure is at most, at least or over the limit, as `sign` says.

    Neither met nor missed where it was not taken `among` as many open promises as it is about.
    """

    key: str
    what: str
    sign: str
    limit: float
    unit: str = ""
    among: str = ""


GOALS = (
    Goal("ratio_vs_kafka_streams", "events/s against Kafka Streams", ">=", 1.5),
    Goal("ratio_vs_kafka_streams_2", "the same with two threads", ">=", 1.5),
    Goal("ratio_vs_flink_rocksdb", "events/s against Flink with RocksDB", ">=", 1.1),
    Goal("ratio_vs_flink_rocksdb_timers", "the same with the timers in RocksDB", ">=", 1.1),
    Goal("ratio_vs_flink_heap", "events/s against Flink with heap state", ">=", 1.0),
    Goal("ratio_vs_flink_heap_2", "the same with parallelism 2", ">=", 1.0),
    Goal("ratio_vs_faust", "events/s against a plain Faust agent", ">=", 15),
    Goal(
        "ratio_vs_flink_rocksdb_1m_open",
        "events/s against Flink with RocksDB, 1 million promises open for days",
        ">",
        1.0,
    ),
    Goal(
        "ratio_vs_flink_rocksdb_timers_1m_open",
        "the same with the timers in RocksDB",
        ">",
        1.0,
    ),
    Goal("cpu_us_per_event", "CPU an event in the tracker's process", "<=", 13, "us"),
    Goal("bytes_per_open_promise", "memory an open promise", "<=", 300, "bytes"),
    Goal(
        "cost_at_5m_over_50k",
        "cost an event, 5 million open against 50 thousand",
        "<=",
        1.3,
        among="5,000,000 over 50,000 open",
    ),
    Goal(
        "watermark_to_verdict_p99_ms",
        "watermark to verdict in Kafka, p99",
        "<=",
        250,
        "ms",
        "1,000,000 open",
    ),
    Goal("due_to_verdict_p99_s", "due to verdict in Kafka, calm, p99", "<=", 4, "s"),
    Goal("recovery_s", "kill -9 to the first verdict", "<=", 10, "s", "1,000,000 open"),
    Goal("mongo_round_trips_per_breach", "round trips to Mongo a breach, in a burst", "<=", 0.02),
    Goal("burst_ingest_delay_s", "what comes in waits for a burst of deadlines", "<=", 1, "s"),
)
"""What a peer has to be beaten by holds for each way of setting it."""


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Writes or replaces the sections of goals and of peers; those of others stay."""
    text = path.read_text() if path.exists() else f"{TITLE}\n"
    for heading, body in sections(content).items():
        text = with_section(text, heading, body)
    path.write_text(text)


def sections(content: Mapping[str, Any]) -> dict[str, str]:
    """By heading what is to be said of all figures and of each run of the peers."""
    said = {"Goals": goals(content)}
    for key in content:
        if found := RAN.fullmatch(key):
            end = found[1] or ""
            lasting = content[key]["lasting"]
            more = f", {lasting:,} promises open for days" if lasting else ""
            said[f"Peers at the same work{more}"] = peers(content, end)
    return said


def with_section(text: str, heading: str, body: str) -> str:
    """The text with this section, in the place of an earlier one or at the end."""
    section = f"## {heading}\n\n{body.strip()}\n"
    parts = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    same = [number for number, part in enumerate(parts) if part.startswith(f"## {heading}\n")]
    if same:
        parts[same[0]] = section
    else:
        parts.append(section)
    return "\n".join(f"{part.strip()}\n" for part in parts)


def goals(content: Mapping[str, Any]) -> str:
    """Each figure that was measured against its goal, and how; those without a goal after them."""
    known = {goal.key for goal in GOALS}
    how = content.get("promises", {}).get("how", {})
    rows = [
        (
            goal.what,
            f"`{goal.key}`",
            f"{goal.sign} {_number(goal.limit)}",
            f"{_number(content[goal.key])} {goal.unit}".rstrip(),
            _outcome(goal, content[goal.key], how.get(goal.key, "")),
        )
        for goal in GOALS
        if goal.key in content
    ]
    rows += [
        ("", f"`{key}`", "", _number(figure), "")
        for key, figure in content.items()
        if key not in known and isinstance(figure, int | float)
    ]
    told = [(*row, how.get(row[1].strip("`"), "")) for row in rows]
    return table(("what", "key", "goal", "measured", "", "how"), told)


def peers(content: Mapping[str, Any], end: str = "") -> str:
    """Each peer of one run: a row, its versions, and what went wrong."""
    runs, ran = content[f"peers{end}"], content[f"ran{end}"]
    servers = ", ".join(f"{name} {number}" for name, number in ran["servers"].items())
    heads = ("peer", "what", "open", "events", "events/s", "from the first", "from the mark")
    costs = ("us: peer", "Kafka", "mongod", "peak MB", "loop ms", "load")
    parts = [
        f"Measured on {ran['on']} on {ran['cores']} cores, with {servers}.\n",
        table((*heads, *costs), [_row(each) for each in runs.values()]),
        "us are microseconds of processor an event. `loop ms` is the fixed reference loop, `load`"
        " how many processes wanted a processor before the run: figures are held against each"
        " other where both are alike.\n",
        _versions(runs),
    ]
    for name, why in content[f"failed{end}"].items():
        parts.append(f"**{name} failed**: {why.splitlines()[0]}\n")
    return "\n".join(parts)


def _row(run: Mapping[str, Any]) -> tuple[object, ...]:
    """What counts is the part in which as much is open as there is to be."""
    counts = run["warm" if run["lasting"] else "whole"]
    return (
        run["peer"],
        run["about"],
        f"{run['lasting']:,}",
        f"{counts['events']:,}",
        f"{counts['events_s']:,.0f}",
        f"{run['whole']['events_s']:,.0f}",
        f"{run['warm']['events_s']:,.0f}",
        *(f"{counts[f'{name}_cpu_us']:.1f}" for name in ("peer", "kafka", "mongod")),
        f"{run['peak_mb']:,.0f}",
        f"{run['loop_ms']:.0f}",
        f"{run['load']:.1f}",
    )


def _versions(runs: Mapping[str, Mapping[str, Any]]) -> str:
    lines = (
        f"- {name}: {', '.join(f'{part} {number}' for part, number in run['versions'].items())}\n"
        for name, run in runs.items()
    )
    return "".join(lines)


def _outcome(goal: Goal, figure: float, how: str) -> str:
    if goal.among not in how:
        return f"not yet {goal.among}"
    met = {
        ">=": figure >= goal.limit,
        ">": figure > goal.limit,
        "<=": figure <= goal.limit,
    }[goal.sign]
    return "met" if met else "missed"


def _number(figure: float) -> str:
    """Three digits that count, and all of them before the point."""
    return f"{figure:,.0f}" if abs(figure) >= 100 else f"{figure:.3g}"
