"""`python -m tests.storm --seed 7`: the last line says whether all was well, and so does the exit.

With `--seeds 20` it runs the seeds from 1 to that and each control, and writes what it measured to
RESULTS.md after every one.
"""

import argparse
import shutil
import sys
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path

from services.local.interrupts import interruptible
from tests.storm.checker import check
from tests.storm.controls import Control
from tests.storm.history import History
from tests.storm.report import Report, cut_off
from tests.storm.results import Run, write
from tests.storm.run import storm
from tests.storm.servers import running

KEPT = Path("build/storm")
CONTROL_SEED = 1


def main() -> int:
    """0 where all was well."""
    asked = _arguments()
    with interruptible():
        if asked.seeds:
            return 0 if _many(asked.seeds) else 1
        report = _whatever_happens(asked.seed, asked.control)
    return 1 if _say(report, report.violations(timed=not asked.untimed)) else 0


def _many(seeds: int) -> bool:
    """Whether nothing was broken but what a control breaks, and that in the figure it has to."""
    wanted = [(seed, Control.NONE) for seed in range(1, seeds + 1)]
    wanted += [(CONTROL_SEED, control) for control in Control if control is not Control.NONE]
    runs: list[Run] = []
    for seed, control in wanted:
        began_at = time.monotonic()
        report = _whatever_happens(seed, control)
        _say(report, report.violations())
        runs.append(Run(report, control, time.monotonic() - began_at))
        write(runs, datetime.now(UTC).date().isoformat())
    return all(run.as_it_should for run in runs)


def _whatever_happens(seed: int, control: Control) -> Report:
    """A storm that could not be carried through has failed."""
    try:
        return _one(seed, control)
    except Exception as error:
        traceback.print_exc()
        return cut_off(seed, repr(error).splitlines()[0])


def _one(seed: int, control: Control) -> Report:
    """What it did, and what servers and trackers said, is kept in `KEPT`."""
    kept, began_at = KEPT / f"seed-{seed}-{control}", time.monotonic()

    def say(line: str) -> None:
        print(f"{time.monotonic() - began_at:6.1f} s {line}", flush=True)

    shutil.rmtree(kept, ignore_errors=True)
    with running(control.module) as servers:
        say("all servers and trackers are at work")
        try:
            history, found = storm(seed, servers, control, say)
        finally:
            shutil.copytree(servers.home / "logs", kept / "logs")
    history.write(kept / "history.jsonl")
    say(f"history and logs are in {kept}")
    return check(History.read(kept / "history.jsonl"), found)


def _say(report: Report, broken: list[str]) -> bool:
    """Print it; gives whether anything was broken."""
    for name, value in {**report.sizes, **report.counters, **report.figures}.items():
        print(f"{name:40} {value}")
    for name, (measured, limit) in report.limits.items():
        print(f"{name:40} {measured:.2f} s (limit {limit:g})")
    told = ("kills", "fenced", "takeovers")
    done = ", ".join(f"{name} {report.counters.get(name, 0)}" for name in told)
    outcome = f"FAILED {'; '.join(broken)}" if broken else f"ok ({done})"
    print(f"storm seed {report.seed}: {outcome}", flush=True)
    return bool(broken)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="storm", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=0, help="run the seeds from 1 to this")
    parser.add_argument("--control", type=Control, default=Control.NONE, choices=list(Control))
    parser.add_argument("--untimed", action="store_true", help="a slow machine breaks nothing")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
