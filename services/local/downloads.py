"""Shows how a download goes, on stderr: a bar on a terminal, else a line before and one after."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

MEGABYTE = 1_000_000


class Download:
    """One download of `total` bytes that arrives in files, used as a context manager."""

    def __init__(self, what: str, total: int) -> None:
        self._what = what
        self._total = total
        self._arrived = 0
        self._bar: Progress | None = None
        self._started_at = time.monotonic()

    def __enter__(self) -> Self:
        if sys.stderr.isatty() and self._total:
            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                DownloadColumn(),
                TimeElapsedColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._bar.start()
            self._task = self._bar.add_task(f"Downloading {self._what}", total=self._total)
        else:
            self._say(f"Downloading {self._what} ({self._total / MEGABYTE:.0f} MB) ...")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self._bar:
            self._bar.stop()
        if kind is None:
            megabytes = self._arrived / MEGABYTE
            self._say(f"Downloaded {self._what}: {megabytes:.0f} MB in {self.seconds:.0f} s.")

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started_at

    @contextmanager
    def file(self) -> Iterator[Callable[[int], None]]:
        """Gives what is told of each count of bytes; of a file that fails none have arrived."""
        before = self._arrived
        try:
            yield self._arrive
        except BaseException:
            self._arrived = before
            raise

    def _arrive(self, count: int) -> None:
        self._arrived += count
        if self._bar:
            self._bar.update(self._task, completed=self._arrived)

    def _say(self, line: str) -> None:
        if self._total:
            print(line, file=sys.stderr, flush=True)
