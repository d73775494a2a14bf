"""The machine's own Chromium for tests with a browser: nothing is downloaded."""

import os
import shutil
from typing import Any

import pytest

CHROMIUM = (
    os.environ.get("HANDOFF_CHROMIUM")
    or shutil.which("chromium-headless-shell")
    or shutil.which("chromium")
)
"""The one without a window is as much Chromium, at two thirds of the work."""
OPTIONS: dict[str, Any] = {
    "executable_path": CHROMIUM,
    "args": ["--no-sandbox", "--disable-dev-shm-usage"],
}


def needs_chromium() -> None:
    """Skips the test with its reason where there is none."""
    if CHROMIUM is None:
        pytest.skip(
            "no Chromium: install `chromium-headless-shell`, or name one in HANDOFF_CHROMIUM"
        )
