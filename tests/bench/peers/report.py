"""What a run of the benchmark says: a table for people and a file for whoever compares runs."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.peers.measured import Measured

OURS = "tracker"
RATIO, CPU = "ratio_vs_", "cpu_us_per_event"


def ratios(runs: Sequence[Measured]) -> dict[str, float]:
    """Our events a second against those of each other peer; empty where we did not run."""
    by_name = {each.peer: each for each in runs}
    if OURS not in by_name:
        return {}
    ours = by_name[OURS].events_s
    return {
        f"{RATIO}{name.replace('-', '_')}": ours / each.events_s
        for name, each in by_name.items()
        if name != OURS
    }


def write(runs: Sequence[Measured], failed: Mapping[str, str], path: Path) -> None:
    """What others have put into the file stays there; of an earlier run of ours, nothing does."""
    content = json.loads(path.read_text()) if path.exists() else {}
    known = {name: each for name, each in content.items() if not _is_ours(name)}
    ours = next((each for each in runs if each.peer == OURS), None)
    figures = ratios(runs) | ({CPU: ours.cpu_us("peer")} if ours else {})
    peers = {each.peer: each.as_json() for each in runs}
    path.parent.mkdir(parents=True, exist_ok=True)
    written = known | figures | {"peers": peers, "failed": dict(failed)}
    path.write_text(json.dumps(written, indent=2) + "\n")


def show(runs: Sequence[Measured], failed: Mapping[str, str], path: Path) -> None:
    table = Table(title="the same events, the same verdicts, one machine, one run")
    for heading in ("peer", "what", "events", "seconds", "events/s"):
        table.add_column(heading, justify="left" if heading in {"peer", "what"} else "right")
    for heading in ("us: peer", "Kafka", "mongod", "peak MB", "loop ms", "load", "verdicts"):
        table.add_column(heading, justify="right")
    for each in runs:
        table.add_row(*_row(each))
    for name, why in failed.items():
        table.add_row(name, f"FAILED: {why.splitlines()[0]}")
    console = Console(width=160)
    console.print(table)
    for name, ratio in ratios(runs).items():
        console.print(f"{name} = {ratio:.2f}")
    for name, why in failed.items():
        console.print(f"{name} failed: {why}", markup=False)
    console.print(f"us are of processor an event; written to {path}")


def _is_ours(name: str) -> bool:
    return name.startswith(RATIO) or name in {CPU, "peers", "failed"}


def _row(each: Measured) -> list[str]:
    return [
        each.peer,
        each.about,
        f"{each.events:,}",
        f"{each.seconds:.1f}",
        f"{each.events_s:,.0f}",
        f"{each.cpu_us('peer'):.1f}",
        f"{each.cpu_us('kafka'):.1f}",
        f"{each.cpu_us('mongod'):.1f}",
        f"{each.peak_mb:,.0f}",
        f"{each.loop_ms:.0f}",
        f"{each.load:.1f}",
        f"{sum(each.verdicts.values()):,}",
    ]
