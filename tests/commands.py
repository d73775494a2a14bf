"""How tests call `handoff` as a process of its own."""

import os
import sys
from pathlib import Path

from tests.conftest import CACHE

HANDOFF = (sys.executable, "-c", "from services.cli.main import main; main()")


def environment_of(home: Path) -> dict[str, str]:
    """A home of its own that shares the jars, and no other HANDOFF variable."""
    CACHE.mkdir(parents=True, exist_ok=True)
    (home / "cache").symlink_to(CACHE)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HANDOFF_")}
    return {**kept, "HANDOFF_HOME": str(home)}
