"""The settings as a command sees them: those of the running stack, where there is one."""

import os
from pathlib import Path

from services.local import state
from services.shared.settings import Settings, load


def settings() -> Settings:
    """The environment's settings; what it leaves out comes from the stack that runs in the home.

    That is the one of `handoff up`, or else the demonstration's.
    """
    running = [known for home in homes(load(Settings).home) if (known := state.running(home))]
    if running:
        os.environ["HANDOFF_HOME"] = running[0].environment["HANDOFF_HOME"]
        for name, value in running[0].environment.items():
            os.environ.setdefault(name, value)
    return load(Settings)


def homes(home: Path) -> tuple[Path, Path]:
    """Where a stack may run: that of `handoff up`, and the demonstration's beside it."""
    return home, home / "demo"
