"""What a run of the benchmark says: a table for people and a file for whoever compares runs.

Figures of a run in which promises stay open for days have keys of their own in the file, which end
in how many there are: `ratio_vs_flink_rocksdb_1m_open`.
"""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.peers.figures import Measured

OURS = "tracker"
RATIO, WARM_RATIO, CPU = "ratio_vs_", "warm_ratio_vs_", "cpu_us_per_event"
PEERS, FAILED, RAN = "peers", "failed", "ran"
OPEN = re.compile(r"_\d+[km]?_open$")


def ending(lasting: int) -> str:
    """Of the keys of a run with so many promises that stay open for days."""
    for size, letter in ((1_000_000, "m"), (1_000, "k"), (1, "")):
        if lasting and lasting % size == 0:
            return f"_{lasting // size}{letter}_open"
    return ""


def ratios(runs: Sequence[Measured]) -> dict[str, float]:
    """Our events a second against those of each other peer; empty where we did not run.

    One with fewer promises that stay open did other work. Where none do, both are also held against
    each other from the mark on: what is compiled while it runs has been compiled by then.
    """
    ours = next((each for each in runs if each.peer == OURS), None)
    figures = dict[str, float]()
    for each in runs:
        if ours and each is not ours and each.lasting == ours.lasting:
            name = each.peer.replace("-", "_") + ending(ours.lasting)
            figures[RATIO + name] = ours.counts.events_s / each.counts.events_s
            if not ours.lasting:
                figures[WARM_RATIO + name] = ours.warm.events_s / each.warm.events_s
    return figures


def write(
    runs: Sequence[Measured],
    failed: Mapping[str, str],
    ran: Mapping[str, object],
    lasting: int,
    path: Path,
) -> None:
    """What others have put into the file stays there; of an earlier run of ours, nothing does.

    `ran` says when, where and with how much it was.
    """
    content = json.loads(path.read_text()) if path.exists() else {}
    end = ending(lasting)
    known = {name: each for name, each in content.items() if not _is_ours(name, end)}
    ours = next((each for each in runs if each.peer == OURS), None)
    figures = ratios(runs) | ({CPU + end: ours.counts.cpu_us("peer")} if ours else {})
    peers = {each.peer: each.as_json() for each in runs}
    path.parent.mkdir(parents=True, exist_ok=True)
    ours_now = {PEERS + end: peers, FAILED + end: dict(failed), RAN + end: dict(ran)}
    path.write_text(json.dumps(known | figures | ours_now, indent=2) + "\n")


def show(runs: Sequence[Measured], failed: Mapping[str, str], lasting: int, path: Path) -> None:
    title = "the same events, the same verdicts, one machine, one run"
    table = Table(title=f"{title}; {lasting:,} promises open for days" if lasting else title)
    for heading in ("peer", "what", "events", "seconds", "events/s"):
        table.add_column(heading, justify="left" if heading in {"peer", "what"} else "right")
    for heading in ("us: peer", "Kafka", "mongod", "of all", "warm"):
        table.add_column(heading, justify="right")
    for heading in ("peak MB", "loop ms", "load", "verdicts"):
        table.add_column(heading, justify="right")
    for each in runs:
        table.add_row(*_row(each))
    for name, why in failed.items():
        table.add_row(name, f"FAILED: {why.splitlines()[0]}")
    console = Console(width=180)
    console.print(table)
    for name, ratio in ratios(runs).items():
        console.print(f"{name} = {ratio:.2f}")
    for name, why in failed.items():
        console.print(f"{name} failed: {why}", markup=False)
    console.print(
        "us are of processor an event; `of all` and `warm` are events/s from the first record and"
        f" from the mark; written to {path}"
    )


def _is_ours(name: str, end: str) -> bool:
    found = OPEN.search(name)
    base = name[: found.start()] if found else name
    if (found[0] if found else "") != end:
        return False
    return base.startswith((RATIO, WARM_RATIO)) or base in {CPU, PEERS, FAILED, RAN}


def _row(each: Measured) -> list[str]:
    counts = each.counts
    return [
        each.peer,
        each.about,
        f"{counts.events:,}",
        f"{counts.seconds:.1f}",
        f"{counts.events_s:,.0f}",
        f"{counts.cpu_us('peer'):.1f}",
        f"{counts.cpu_us('kafka'):.1f}",
        f"{counts.cpu_us('mongod'):.1f}",
        f"{each.whole.events_s:,.0f}",
        f"{each.warm.events_s:,.0f}",
        f"{each.peak_mb:,.0f}",
        f"{each.loop_ms:.0f}",
        f"{each.load:.1f}",
        f"{sum(each.verdicts.values()):,}",
    ]
