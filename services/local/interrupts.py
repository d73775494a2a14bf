"""Ctrl-C, SIGTERM and a closed terminal mean the same: stop, once, and in peace."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def interruptible() -> Iterator[None]:
    """The first of these signals raises KeyboardInterrupt here; later ones change nothing.

    Stopping has deadlines of its own, so it needs no hurrying. Only for the main thread.
    """
    asked = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        if not asked.is_set():
            asked.set()
            raise KeyboardInterrupt

    before = {
        kind: signal.signal(kind, ask)
        for kind in _STOPPING
        if signal.getsignal(kind) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
