"""One storm, as `make storm` runs it; how fast things went is not asked of a machine under test."""

import subprocess
import sys
from pathlib import Path

from services.local.tether import tethered

ROOT = Path(__file__).parents[2]
DEADLINE_S = 600.0


def test_what_the_project_promises_holds_in_a_storm() -> None:
    command = (sys.executable, "-m", "tests.storm", "--seed", "1", "--untimed")
    done = subprocess.run(
        tethered(command),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith("storm seed 1: ok")
