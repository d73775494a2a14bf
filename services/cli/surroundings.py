"""The settings as a command sees them: those of the running stack, where there is one."""

import os

from services.local import state
from services.shared.settings import Settings, load


def settings() -> Settings:
    """The environment's settings; what it leaves out comes from the stack that runs in the home."""
    if running := state.running(load(Settings).home):
        for name, value in running.environment.items():
            os.environ.setdefault(name, value)
    return load(Settings)
