"""Debian's Alertmanager, run by tests that need it."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests import asking
from tests.polling import until

PROGRAM = shutil.which("prometheus-alertmanager")
WHY_NOT = "needs Alertmanager: apt-get install prometheus-alertmanager"
GROUPED = """
route:
  receiver: hook
  group_by: [alertname, owed_by, owed_to, agreement]
  group_wait: 1s
  group_interval: 1s
receivers:
  - name: hook
    webhook_configs:
      - url: {url}
"""


class Alertmanager:
    """What it says of itself."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}"

    @property
    def is_ready(self) -> bool:
        try:
            return asking.get(f"{self._url}/-/ready").status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    def groups(self) -> list[dict[str, Any]]:
        """Each with its labels and the alerts that it holds now."""
        groups: list[dict[str, Any]] = asking.get(f"{self._url}/api/v2/alerts/groups").json()
        return groups


@contextmanager
def an_alertmanager(folder: Path, port: int, url: str) -> Iterator[Alertmanager]:
    """It tells `url` of each group, and lies in `folder`."""
    folder.mkdir(exist_ok=True)
    (folder / "alertmanager.yml").write_text(GROUPED.format(url=url))
    command = [
        str(PROGRAM),
        f"--config.file={folder / 'alertmanager.yml'}",
        f"--storage.path={folder / 'alertmanager'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        running = Alertmanager(port)
        until(lambda: running.is_ready, "Alertmanager is ready")
        yield running
    finally:
        process.terminate()
        process.wait()
